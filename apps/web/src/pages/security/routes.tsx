import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { everyoneLayout, rootRoute, staffLayout } from '../../app/layouts.tsx';

const security = createRoute({
  getParentRoute: () => everyoneLayout,
  path: '/security',
  component: lazyRouteComponent(() => import('./security-page.tsx'), 'SecurityPage'),
});

export const securityRoutes = [security] as const;

export const signInPolicyRoute = createRoute({
  getParentRoute: () => staffLayout,
  path: '/admin/sign-in-policy',
  component: lazyRouteComponent(() => import('./policy-page.tsx'), 'PolicyPage'),
});

/** For who has a link and no password yet. The token stands behind the #: it is sent to nobody. */
export const setPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/set-password',
  component: lazyRouteComponent(() => import('../sign-in/set-password-page.tsx'), 'SetPasswordPage'),
});
