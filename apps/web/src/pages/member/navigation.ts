import type { NavigationEntry } from '../../app/navigation.ts';
import { IconHome } from '@tabler/icons-react';

/** The bottom navigation; at most five entries fit. */
export const memberNavigation: readonly NavigationEntry[] = [
  { to: '/my', label: 'app:navigation.home', icon: IconHome },
];
