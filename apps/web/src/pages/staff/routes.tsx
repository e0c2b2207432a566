import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffLayout } from '../../app/layouts.tsx';

const homeRoute = createRoute({
  getParentRoute: () => staffLayout,
  path: '/board',
  component: lazyRouteComponent(() => import('./board-page.tsx'), 'BoardPage'),
});

export const staffRoutes = [homeRoute] as const;
