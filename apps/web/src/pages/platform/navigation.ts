import { IconBuildingCommunity, IconSettings, IconUsersGroup } from '@tabler/icons-react';
import type { NavigationEntry } from '../../app/navigation-entry.ts';

export const platformNavigation: readonly NavigationEntry[] = [
  {
    to: '/platform',
    label: 'platform:navigation',
    icon: IconBuildingCommunity,
    permission: 'figures.see',
    roles: ['platform_admin', 'platform_operator', 'platform_overseer'],
  },
  {
    to: '/platform/people',
    label: 'platform:accounts.navigation',
    icon: IconUsersGroup,
    permission: 'organizations.manage',
    roles: ['platform_admin'],
    isOfHome: true,
  },
  {
    to: '/platform/settings',
    label: 'platform:settings.navigation',
    icon: IconSettings,
    permission: 'system.configure',
    roles: ['platform_admin', 'platform_operator'],
    isOfHome: true,
  },
];
