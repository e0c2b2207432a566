import type { Role } from '@muster/contracts';
import { guardianNavigation } from '../pages/guardian/navigation.ts';
import { memberNavigation } from '../pages/member/navigation.ts';
import { adminNavigation } from '../pages/admin/navigation.ts';
import { platformNavigation } from '../pages/platform/navigation.ts';
import { staffNavigation } from '../pages/staff/navigation.ts';
import type { NavigationEntry } from './navigation-entry.ts';

/** Where nobody is a member of anything: what is left of an organization's pages. */
const withoutOrganization = new Set(['/admin/operations', '/admin/audit']);

/** The entries of a role, in order; `isVisiting`: an account of the platform acts in an organization. */
export const navigationOf = (role: Role, isVisiting: boolean): readonly NavigationEntry[] => {
  const entries =
    role === 'member'
      ? memberNavigation
      : role === 'guardian'
        ? guardianNavigation
        : [...platformNavigation, ...staffNavigation, ...adminNavigation];
  if (role.startsWith('platform_') && !isVisiting) {
    const own = [...platformNavigation, ...adminNavigation.filter(({ to }) => withoutOrganization.has(to))];
    return own.filter((entry) => !entry.roles || entry.roles.includes(role));
  }
  return entries.filter((entry) => (!entry.roles || entry.roles.includes(role)) && !entry.isOfHome);
};
