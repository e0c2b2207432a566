import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffLayout } from '../../app/layouts.tsx';

const homeRoute = createRoute({
  getParentRoute: () => staffLayout,
  path: '/today',
  component: lazyRouteComponent(() => import('./today-page.tsx'), 'TodayPage'),
});

export const adminRoutes = [homeRoute] as const;
