import { AppShell, Burger, Group, NavLink, ScrollArea, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { LoadingBlock } from '../components/loading-block.tsx';
import { useText } from '../i18n/use-text.ts';
import { AccountMenu } from './account-menu.tsx';
import { BrandMark } from './brand.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { useProfile, useSession } from './session.tsx';
import classes from './shell.module.css';
import { mainId, SkipLink } from './skip-link.tsx';
import { useNavigation } from './use-navigation.ts';

const ActingNotice = lazy(async () => ({
  default: (await import('../pages/platform/acting-notice.tsx')).ActingNotice,
}));

/** The frame of the staff's pages. `#header-slot` is where a page may put its own search or filters. */
export const StaffShell = () => {
  const t = useText('app');
  const { organization } = useProfile();
  const { actingIn } = useSession();
  const [opened, { toggle, close }] = useDisclosure();
  const items = useNavigation();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'md', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <SkipLink />
      <AppShell.Header className={classes.bar ?? ''}>
        <Group h="100%" px={{ base: 'sm', sm: 'md' }} gap="sm" wrap="nowrap">
          <Burger opened={opened} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t('open-navigation')} />
          <BrandMark />
          <Text fw={620} size="lg" className="one-line">
            {organization.name}
          </Text>
          <Group id="header-slot" style={{ flex: 1 }} justify="flex-end" gap="sm" wrap="nowrap" />
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t('navigation.label')}>
        <ScrollArea style={{ flex: 1 }} type="never">
          {items.map((item) => (
            <div key={item.to}>
              {item.sectionName && <div className={classes.section}>{item.sectionName}</div>}
              <NavLink
                component={Link}
                to={item.to}
                label={item.name}
                active={item.isHere}
                // Of two addresses where one begins the other, only the longer one is "here".
                activeOptions={{ exact: true, includeSearch: false }}
                {...(item.isHere ? { 'aria-current': 'page' as const } : {})}
                leftSection={<item.icon size={18} stroke={1.7} />}
                className={classes.link ?? ''}
                onClick={close}
              />
            </div>
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main className={classes.main ?? ''} id={mainId} tabIndex={-1}>
        {actingIn && (
          <Suspense fallback={null}>
            <ActingNotice organization={actingIn} />
          </Suspense>
        )}
        <ConnectionNotice />
        <Suspense fallback={<LoadingBlock height="60dvh" />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
};
