import {
  IconBellRinging,
  IconDeviceMobile,
  IconHandStop,
  IconLayoutDashboard,
  IconReportAnalytics,
  IconHome,
} from '@tabler/icons-react';
import type { NavigationEntry } from '../../app/navigation-entry.ts';

export const staffNavigation: readonly NavigationEntry[] = [
  {
    to: '/admin',
    label: 'staff:navigation.overview',
    icon: IconHome,
    roles: ['org_admin', 'org_office', 'platform_admin', 'platform_operator'],
  },
  { to: '/staff', label: 'staff:navigation.today', icon: IconLayoutDashboard, permission: 'attendance.decide' },
  { to: '/staff/held', label: 'staff:navigation.held', icon: IconHandStop, permission: 'attendance.decide' },
  { to: '/staff/devices', label: 'devices:navigation', icon: IconDeviceMobile, permission: 'devices.manage' },
  { to: '/staff/alerts', label: 'staff:navigation.alerts', icon: IconBellRinging, permission: 'alerts.handle' },
  { to: '/staff/reports', label: 'staff:navigation.reports', icon: IconReportAnalytics, permission: 'reports.export' },
];
