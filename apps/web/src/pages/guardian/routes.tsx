import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { phoneLayout } from '../../app/layouts.tsx';

const homeRoute = createRoute({
  getParentRoute: () => phoneLayout,
  path: '/family',
  component: lazyRouteComponent(() => import('./family-page.tsx'), 'FamilyPage'),
});

export const guardianRoutes = [homeRoute] as const;
