import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { phoneLayout } from '../../app/layouts.tsx';

/** Around every page of a member: the sign that tracking is on, and the sending of positions. */
const memberLayout = createRoute({
  getParentRoute: () => phoneLayout,
  id: 'member',
  component: lazyRouteComponent(() => import('./member-frame.tsx'), 'MemberFrame'),
});

const homeRoute = createRoute({
  getParentRoute: () => memberLayout,
  path: '/my',
  component: lazyRouteComponent(() => import('./today/today-page.tsx'), 'TodayPage'),
});

const scanRoute = createRoute({
  getParentRoute: () => memberLayout,
  path: '/my/scan',
  component: lazyRouteComponent(() => import('./scan/scan-page.tsx'), 'ScanPage'),
});

const isMonth = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value);
const isDate = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));

const monthRoute = createRoute({
  getParentRoute: () => memberLayout,
  path: '/my/month',
  validateSearch: (search: Record<string, unknown>): { month?: string | undefined; day?: string | undefined } => ({
    month: isMonth(search.month) ? search.month : undefined,
    day: isDate(search.day) ? search.day : undefined,
  }),
  component: lazyRouteComponent(() => import('./month/month-page.tsx'), 'MonthPage'),
});

const looksRoute = createRoute({
  getParentRoute: () => memberLayout,
  path: '/my/looks',
  component: lazyRouteComponent(() => import('./looks/looks-page.tsx'), 'LooksPage'),
});

const signalsRoute = createRoute({
  getParentRoute: () => memberLayout,
  path: '/my/signals',
  component: lazyRouteComponent(() => import('./signals/signals-page.tsx'), 'SignalsPage'),
});

const inboxRoute = createRoute({
  getParentRoute: () => memberLayout,
  path: '/my/inbox',
  component: lazyRouteComponent(() => import('./inbox/inbox-page.tsx'), 'InboxPage'),
});

const phoneAppsRoute = createRoute({
  getParentRoute: () => memberLayout,
  path: '/my/phone-apps',
  component: lazyRouteComponent(() => import('./phone-apps/phone-apps-page.tsx'), 'PhoneAppsPage'),
});

export const memberRoutes = [
  memberLayout.addChildren([homeRoute, scanRoute, monthRoute, looksRoute, signalsRoute, inboxRoute, phoneAppsRoute]),
] as const;
