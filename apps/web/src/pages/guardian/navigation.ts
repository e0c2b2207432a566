import { IconUsers } from '@tabler/icons-react';
import type { NavigationEntry } from '../../app/navigation-entry.ts';
import { InboxIcon } from '../member/inbox/inbox-icon.tsx';

/** The bottom navigation; at most five entries fit. */
export const guardianNavigation: readonly NavigationEntry[] = [
  { to: '/family', label: 'guardian:navigation.family', icon: IconUsers },
  { to: '/family/inbox', label: 'guardian:navigation.inbox', icon: InboxIcon },
];
