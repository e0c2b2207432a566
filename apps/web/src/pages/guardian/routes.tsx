import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { phoneLayout } from '../../app/layouts.tsx';

const guardianLayout = createRoute({
  getParentRoute: () => phoneLayout,
  id: 'guardian',
  component: lazyRouteComponent(() => import('./guardian-frame.tsx'), 'GuardianFrame'),
});

const familyRoute = createRoute({
  getParentRoute: () => guardianLayout,
  path: '/family',
  component: lazyRouteComponent(() => import('./family-page.tsx'), 'FamilyPage'),
});

const isDate = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));

const childRoute = createRoute({
  getParentRoute: () => guardianLayout,
  path: '/family/$memberId',
  validateSearch: (search: Record<string, unknown>): { date?: string | undefined } => ({
    date: isDate(search.date) ? search.date : undefined,
  }),
  component: lazyRouteComponent(() => import('./child-page.tsx'), 'ChildPage'),
});

const inboxRoute = createRoute({
  getParentRoute: () => guardianLayout,
  path: '/family/inbox',
  component: lazyRouteComponent(() => import('../member/inbox/inbox-page.tsx'), 'InboxPage'),
});

export const guardianRoutes = [guardianLayout.addChildren([familyRoute, childRoute, inboxRoute])] as const;
