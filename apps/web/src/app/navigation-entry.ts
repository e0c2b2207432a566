import type { Permission, Role } from '@muster/contracts';
import type { ComponentType } from 'react';
import type { Word } from '../i18n/use-text.ts';

/** One place in the navigation; each page folder brings its own. */
export interface NavigationEntry {
  readonly to: string;
  /** A text as `namespace:key`, or one of the organization's words in the plural. */
  readonly label: `${string}:${string}` | { readonly word: Word };
  readonly icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  readonly roles?: readonly Role[];
  readonly permission?: Permission;
  /** Gone while an account of the platform acts in an organization: it is not about that. */
  readonly isOfHome?: true;
  /** Where the side navigation draws a heading above it. */
  readonly section?: `${string}:${string}`;
}
