import { IconLayoutDashboard } from '@tabler/icons-react';
import type { NavigationEntry } from '../../app/navigation.ts';

export const staffNavigation: readonly NavigationEntry[] = [
  { to: '/board', label: 'app:navigation.board', icon: IconLayoutDashboard, permission: 'members.see' },
];
