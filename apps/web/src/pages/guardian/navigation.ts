import type { NavigationEntry } from '../../app/navigation.ts';
import { IconHome } from '@tabler/icons-react';

/** The bottom navigation; at most five entries fit. */
export const guardianNavigation: readonly NavigationEntry[] = [
  { to: '/family', label: 'app:navigation.home', icon: IconHome },
];
