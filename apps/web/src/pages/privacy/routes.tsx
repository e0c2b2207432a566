import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { everyoneLayout, staffLayout } from '../../app/layouts.tsx';
import { type PrivacySection, privacySections } from './search.ts';

const own = createRoute({
  getParentRoute: () => everyoneLayout,
  path: '/privacy',
  component: lazyRouteComponent(() => import('./own-privacy-page.tsx'), 'OwnPrivacyPage'),
});

const sheet = createRoute({
  getParentRoute: () => everyoneLayout,
  path: '/privacy/sheet',
  component: lazyRouteComponent(() => import('./sheet-page.tsx'), 'SheetPage'),
});

export const privacyRoutes = [own, sheet] as const;

export const organizationPrivacyRoute = createRoute({
  getParentRoute: () => staffLayout,
  path: '/admin/privacy',
  validateSearch: (
    raw: Record<string, unknown>,
  ): { section?: PrivacySection | undefined; person?: string | undefined } => ({
    section: privacySections.find((known) => known === raw.section),
    person: typeof raw.person === 'string' ? raw.person.slice(0, 40) : undefined,
  }),
  component: lazyRouteComponent(() => import('./organization-privacy-page.tsx'), 'OrganizationPrivacyPage'),
});
