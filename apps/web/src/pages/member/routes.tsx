import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { phoneLayout } from '../../app/layouts.tsx';

const homeRoute = createRoute({
  getParentRoute: () => phoneLayout,
  path: '/my',
  component: lazyRouteComponent(() => import('./member-page.tsx'), 'MemberPage'),
});

export const memberRoutes = [homeRoute] as const;
