import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { adminRoutes } from '../pages/admin/routes.tsx';
import { galleryRoutes } from '../pages/gallery/routes.tsx';
import { guardianRoutes } from '../pages/guardian/routes.tsx';
import { kioskRoutes } from '../pages/kiosk/routes.tsx';
import { memberRoutes } from '../pages/member/routes.tsx';
import { platformRoutes } from '../pages/platform/routes.tsx';
import { printRoutes } from '../pages/print/routes.tsx';
import { registrationRoutes } from '../pages/registration/routes.tsx';
import { organizationPrivacyRoute, privacyRoutes } from '../pages/privacy/routes.tsx';
import { securityRoutes, setPasswordRoute, signInPolicyRoute } from '../pages/security/routes.tsx';
import { staffRoutes } from '../pages/staff/routes.tsx';
import { HomePage } from './home.tsx';
import { everyoneLayout, phoneLayout, rootRoute, staffLayout } from './layouts.tsx';

const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomePage });

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  /** `to` is where to go afterwards; only paths of this app. */
  validateSearch: (search: Record<string, unknown>): { to?: string | undefined } => ({
    to: typeof search.to === 'string' && /^\/(?![/\\])/.test(search.to) ? search.to : undefined,
  }),
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

/** Where the organization's identity provider sends the browser back to. */
const signInReturnRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in/return',
  component: lazyRouteComponent(() => import('../pages/sign-in/return-page.tsx'), 'ReturnPage'),
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  signInRoute,
  signInReturnRoute,
  phoneLayout.addChildren([...memberRoutes, ...guardianRoutes]),
  staffLayout.addChildren([
    ...staffRoutes,
    ...adminRoutes,
    ...platformRoutes,
    signInPolicyRoute,
    organizationPrivacyRoute,
  ]),
  everyoneLayout.addChildren([...securityRoutes, ...privacyRoutes]),
  setPasswordRoute,
  ...registrationRoutes,
  ...kioskRoutes,
  ...printRoutes,
  ...galleryRoutes,
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  // Pages load their data with queries; the router only loads their code.
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
