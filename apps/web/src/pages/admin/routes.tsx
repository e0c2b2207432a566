import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffLayout } from '../../app/layouts.tsx';
import { peopleSearch } from './people/search.ts';
import { auditSearch, schedulesSearch, siteSearch } from './search.ts';

/** Alerts arrive here as they do on the staff's pages. */
const office = createRoute({
  getParentRoute: () => staffLayout,
  id: 'office',
  component: lazyRouteComponent(() => import('../staff/alerts/alert-watch.tsx'), 'AlertWatch'),
});

const overview = createRoute({
  getParentRoute: () => office,
  path: '/admin',
  component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
});

const sites = createRoute({
  getParentRoute: () => office,
  path: '/admin/sites',
  component: lazyRouteComponent(() => import('./sites/sites-page.tsx'), 'SitesPage'),
});

const site = createRoute({
  getParentRoute: () => office,
  path: '/admin/sites/$siteId',
  validateSearch: siteSearch,
  component: lazyRouteComponent(() => import('./sites/site-page.tsx'), 'SitePage'),
});

const schedules = createRoute({
  getParentRoute: () => office,
  path: '/admin/schedules',
  validateSearch: schedulesSearch,
  component: lazyRouteComponent(() => import('./schedules/schedules-page.tsx'), 'SchedulesPage'),
});

const gates = createRoute({
  getParentRoute: () => office,
  path: '/admin/gates',
  component: lazyRouteComponent(() => import('./gates/gates-page.tsx'), 'GatesPage'),
});

const people = createRoute({
  getParentRoute: () => office,
  path: '/admin/people',
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
});

const addPerson = createRoute({
  getParentRoute: () => office,
  path: '/admin/people/new',
  component: lazyRouteComponent(() => import('./people/add-person-page.tsx'), 'AddPersonPage'),
});

const person = createRoute({
  getParentRoute: () => office,
  path: '/admin/people/$userId',
  component: lazyRouteComponent(() => import('./people/person-page.tsx'), 'PersonPage'),
});

const groups = createRoute({
  getParentRoute: () => office,
  path: '/admin/groups',
  component: lazyRouteComponent(() => import('./groups/groups-page.tsx'), 'GroupsPage'),
});

const imports = createRoute({
  getParentRoute: () => office,
  path: '/admin/people/import',
  component: lazyRouteComponent(() => import('./import/imports-page.tsx'), 'ImportsPage'),
});

const importRun = createRoute({
  getParentRoute: () => office,
  path: '/admin/people/import/$importId',
  component: lazyRouteComponent(() => import('./import/import-page.tsx'), 'ImportPage'),
});

const organization = createRoute({
  getParentRoute: () => office,
  path: '/admin/organization',
  component: lazyRouteComponent(() => import('./organization-page.tsx'), 'OrganizationPage'),
});

const audit = createRoute({
  getParentRoute: () => office,
  path: '/admin/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
});

const operations = createRoute({
  getParentRoute: () => office,
  path: '/admin/operations',
  component: lazyRouteComponent(() => import('./operations/operations-page.tsx'), 'OperationsPage'),
});

const integrations = createRoute({
  getParentRoute: () => office,
  path: '/admin/integrations',
  component: lazyRouteComponent(() => import('./integrations/integrations-page.tsx'), 'IntegrationsPage'),
});

const permissions = createRoute({
  getParentRoute: () => office,
  path: '/admin/permissions',
  component: lazyRouteComponent(() => import('./permissions/permissions-page.tsx'), 'PermissionsPage'),
});

const personPermissions = createRoute({
  getParentRoute: () => office,
  path: '/admin/permissions/$userId',
  component: lazyRouteComponent(() => import('./permissions/person-permissions-page.tsx'), 'PersonPermissionsPage'),
});

export const adminRoutes = [
  office.addChildren([
    overview,
    sites,
    site,
    schedules,
    gates,
    people,
    addPerson,
    person,
    groups,
    imports,
    importRun,
    organization,
    operations,
    audit,
    integrations,
    permissions,
    personPermissions,
  ]),
] as const;
