import { IconCalendarCheck } from '@tabler/icons-react';
import type { NavigationEntry } from '../../app/navigation.ts';

export const adminNavigation: readonly NavigationEntry[] = [
  { to: '/today', label: 'app:navigation.today', icon: IconCalendarCheck, roles: ['org_admin', 'org_office'] },
];
