import { IconBuildingCommunity } from '@tabler/icons-react';
import type { NavigationEntry } from '../../app/navigation-entry.ts';

export const platformNavigation: readonly NavigationEntry[] = [
  {
    to: '/platform',
    label: 'platform:navigation',
    icon: IconBuildingCommunity,
    permission: 'figures.see',
    roles: ['platform_admin', 'platform_operator', 'platform_overseer'],
  },
];
