import { createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { staffLayout } from '../../app/layouts.tsx';
import { RequireSession } from '../../app/require-session.tsx';

/** For those who run Muster; everybody else is sent to where they belong. */
const platform = createRoute({
  getParentRoute: () => staffLayout,
  id: 'platform',
  component: () => (
    <RequireSession roles={['platform_admin', 'platform_operator', 'platform_overseer']}>
      <Outlet />
    </RequireSession>
  ),
});

const organizations = createRoute({
  getParentRoute: () => platform,
  path: '/platform',
  validateSearch: (raw: Record<string, unknown>): { q?: string | undefined } => ({
    q: typeof raw.q === 'string' || typeof raw.q === 'number' ? String(raw.q).slice(0, 80) || undefined : undefined,
  }),
  component: lazyRouteComponent(() => import('./organizations-page.tsx'), 'OrganizationsPage'),
});

const newOrganization = createRoute({
  getParentRoute: () => platform,
  path: '/platform/new',
  component: lazyRouteComponent(() => import('./new-organization-page.tsx'), 'NewOrganizationPage'),
});

const people = createRoute({
  getParentRoute: () => platform,
  path: '/platform/people',
  component: lazyRouteComponent(() => import('./platform-people-page.tsx'), 'PlatformPeoplePage'),
});

const settings = createRoute({
  getParentRoute: () => platform,
  path: '/platform/settings',
  component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
});

export const platformRoutes = [platform.addChildren([organizations, newOrganization, people, settings])] as const;
