import {
  IconActivity,
  IconBuildingCommunity,
  IconCalendarTime,
  IconDoor,
  IconFileTextShield,
  IconListSearch,
  IconLockAccess,
  IconMapPin,
  IconPlugConnected,
  IconShieldLock,
  IconUserPlus,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { NavigationEntry } from '../../app/navigation-entry.ts';

/** The overview stands among the staff's pages, first. */
export const adminNavigation: readonly NavigationEntry[] = [
  {
    to: '/admin/people',
    label: 'admin:navigation.people',
    icon: IconUsers,
    permission: 'gates.operate',
    section: 'admin:navigation.section',
  },
  {
    to: '/admin/people/new',
    label: 'people:navigation.add',
    icon: IconUserPlus,
    permission: 'members.manage',
    roles: ['supervisor'],
    section: 'admin:navigation.section',
  },
  {
    to: '/admin/groups',
    label: 'people:navigation.groups',
    icon: IconUsersGroup,
    permission: 'rules.configure',
  },
  { to: '/admin/schedules', label: { word: 'schedule' }, icon: IconCalendarTime, permission: 'gates.operate' },
  { to: '/admin/gates', label: { word: 'gate' }, icon: IconDoor, permission: 'gates.operate' },
  { to: '/admin/sites', label: 'admin:navigation.sites', icon: IconMapPin, permission: 'gates.operate' },
  {
    to: '/admin/organization',
    label: 'admin:navigation.organization',
    icon: IconBuildingCommunity,
    permission: 'rules.configure',
  },
  {
    to: '/admin/privacy',
    label: 'privacy:navigation',
    icon: IconFileTextShield,
    permission: 'privacy.manage',
  },
  {
    to: '/admin/sign-in-policy',
    label: 'security:navigation.policy',
    icon: IconShieldLock,
    permission: 'security.configure',
  },
  {
    to: '/admin/permissions',
    label: 'permissions:navigation',
    icon: IconLockAccess,
    permission: 'permissions.manage',
  },
  {
    to: '/admin/integrations',
    label: 'integrations:navigation',
    icon: IconPlugConnected,
    permission: 'integrations.manage',
  },
  {
    to: '/admin/operations',
    label: 'admin:navigation.operations',
    icon: IconActivity,
    permission: 'operations.manage',
  },
  { to: '/admin/audit', label: 'admin:navigation.audit', icon: IconListSearch, permission: 'audit.read' },
];
