import { IconCalendarMonth, IconDeviceMobile, IconHome, IconQrcode } from '@tabler/icons-react';
import type { NavigationEntry } from '../../app/navigation-entry.ts';
import { InboxIcon } from './inbox/inbox-icon.tsx';

/** The bottom navigation; at most five entries fit. */
export const memberNavigation: readonly NavigationEntry[] = [
  { to: '/my', label: 'app:navigation.home', icon: IconHome },
  { to: '/my/scan', label: 'member:navigation.scan', icon: IconQrcode },
  { to: '/my/month', label: 'member:navigation.month', icon: IconCalendarMonth },
  { to: '/my/inbox', label: 'member:navigation.inbox', icon: InboxIcon },
  { to: '/my/phone-apps', label: 'member:navigation.phone-apps', icon: IconDeviceMobile },
];
