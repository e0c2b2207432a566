import type { Role } from '@muster/contracts';
import { guardianNavigation } from '../pages/guardian/navigation.ts';
import { memberNavigation } from '../pages/member/navigation.ts';
import { adminNavigation } from '../pages/admin/navigation.ts';
import { staffNavigation } from '../pages/staff/navigation.ts';
import type { NavigationEntry } from './navigation-entry.ts';

/** The entries of a role, in order; each page folder brings its own. */
export const navigationOf = (role: Role): readonly NavigationEntry[] => {
  const entries =
    role === 'member'
      ? memberNavigation
      : role === 'guardian'
        ? guardianNavigation
        : [...staffNavigation, ...adminNavigation];
  return entries.filter((entry) => !entry.roles || entry.roles.includes(role));
};
