import type { Role } from '@muster/contracts';
import { createRootRoute, createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { LoadingBlock } from '../components/loading-block.tsx';
import { ConsentGate } from '../pages/privacy/consent-gate.tsx';
import { NotFoundPage } from './not-found.tsx';
import { PageError } from './page-error.tsx';
import { RequireSession } from './require-session.tsx';
import { useProfile } from './session.tsx';

/**
 * The layouts that pages hang themselves under: `createRoute({ getParentRoute: () => staffLayout, path: '/board', … })`
 * in `pages/<page>/routes.ts`. Full-screen pages (sign-in, kiosk) hang directly under the root.
 */

export const rootRoute = createRootRoute({
  component: () => (
    <Suspense fallback={<LoadingBlock height="100dvh" />}>
      <Outlet />
    </Suspense>
  ),
  notFoundComponent: NotFoundPage,
  errorComponent: PageError,
});

const StaffShell = lazyRouteComponent(() => import('./staff-shell.tsx'), 'StaffShell');
const PhoneShell = lazyRouteComponent(() => import('./phone-shell.tsx'), 'PhoneShell');

/** Wide, with a side navigation: supervisors, office, administrators, platform. */
export const staffLayout = createRoute({
  getParentRoute: () => rootRoute,
  id: 'staff',
  component: () => (
    <RequireSession
      roles={['supervisor', 'org_office', 'org_admin', 'platform_admin', 'platform_operator', 'platform_overseer']}
    >
      <StaffShell />
    </RequireSession>
  ),
});

/** For one hand, with a bottom navigation: members and guardians. */
export const phoneLayout = createRoute({
  getParentRoute: () => rootRoute,
  id: 'phone',
  component: () => (
    <RequireSession roles={['member', 'guardian']}>
      <ConsentGate>
        <PhoneShell />
      </ConsentGate>
    </RequireSession>
  ),
});

const allRoles: readonly Role[] = [
  'member',
  'guardian',
  'supervisor',
  'org_office',
  'org_admin',
  'platform_admin',
  'platform_operator',
  'platform_overseer',
];

const OwnShell = () => {
  const { role } = useProfile();
  return role === 'member' || role === 'guardian' ? (
    <ConsentGate>
      <PhoneShell />
    </ConsentGate>
  ) : (
    <StaffShell />
  );
};

/** For pages that are everybody's, each in the frame that they know. */
export const everyoneLayout = createRoute({
  getParentRoute: () => rootRoute,
  id: 'everyone',
  component: () => (
    <RequireSession roles={allRoles}>
      <OwnShell />
    </RequireSession>
  ),
});
