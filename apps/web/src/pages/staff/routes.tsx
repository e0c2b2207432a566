import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffLayout } from '../../app/layouts.tsx';
import { alertsSearch, personSearch, todaySearch } from './search.ts';

/** Around every page of the staff: alerts arrive wherever somebody works. */
const desk = createRoute({
  getParentRoute: () => staffLayout,
  id: 'desk',
  component: lazyRouteComponent(() => import('./alerts/alert-watch.tsx'), 'AlertWatch'),
});

const today = createRoute({
  getParentRoute: () => desk,
  path: '/staff',
  validateSearch: todaySearch,
  component: lazyRouteComponent(() => import('./today-page.tsx'), 'TodayPage'),
});

const held = createRoute({
  getParentRoute: () => desk,
  path: '/staff/held',
  component: lazyRouteComponent(() => import('./held/held-page.tsx'), 'HeldPage'),
});

const alerts = createRoute({
  getParentRoute: () => desk,
  path: '/staff/alerts',
  validateSearch: alertsSearch,
  component: lazyRouteComponent(() => import('./alerts/alerts-page.tsx'), 'AlertsPage'),
});

const person = createRoute({
  getParentRoute: () => desk,
  path: '/staff/members/$memberId',
  validateSearch: personSearch,
  component: lazyRouteComponent(() => import('./person/person-page.tsx'), 'PersonPage'),
});

const reports = createRoute({
  getParentRoute: () => desk,
  path: '/staff/reports',
  component: lazyRouteComponent(() => import('./reports/reports-page.tsx'), 'ReportsPage'),
});

const devices = createRoute({
  getParentRoute: () => desk,
  path: '/staff/devices',
  component: lazyRouteComponent(() => import('../devices/waiting-page.tsx'), 'WaitingDevicesPage'),
});

export const staffRoutes = [desk.addChildren([today, held, devices, alerts, person, reports])] as const;
