import type { Permission, Role } from '@muster/contracts';
import type { ComponentType } from 'react';
import { guardianNavigation } from '../pages/guardian/navigation.ts';
import { memberNavigation } from '../pages/member/navigation.ts';
import { adminNavigation } from '../pages/admin/navigation.ts';
import { staffNavigation } from '../pages/staff/navigation.ts';
import type { Word } from '../i18n/use-text.ts';

export interface NavigationEntry {
  readonly to: string;
  /** A text as `namespace:key`, or one of the organization's words in the plural. */
  readonly label: `${string}:${string}` | { readonly word: Word };
  readonly icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  readonly roles?: readonly Role[];
  readonly permission?: Permission;
  /** Where the side navigation draws a heading above it. */
  readonly section?: `${string}:${string}`;
}

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
