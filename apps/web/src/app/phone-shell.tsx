import { Link, Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { LoadingBlock } from '../components/loading-block.tsx';
import { useText } from '../i18n/use-text.ts';
import { AccountMenu } from './account-menu.tsx';
import { BrandMark } from './brand.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { useProfile } from './session.tsx';
import classes from './shell.module.css';
import { mainId, SkipLink } from './skip-link.tsx';
import { useNavigation } from './use-navigation.ts';

/** The frame of the members' and guardians' pages; the bottom navigation appears from two entries on. */
export const PhoneShell = () => {
  const t = useText('app');
  const { organization } = useProfile();
  const items = useNavigation();
  return (
    <div className={classes.frame}>
      <SkipLink />
      <header className={classes.top}>
        <div className={classes.topRow}>
          <BrandMark size={26} />
          <span className={`${classes.name} one-line`}>{organization.name}</span>
          <AccountMenu />
        </div>
      </header>
      <ConnectionNotice />
      <main id={mainId} tabIndex={-1} className={classes.phone}>
        <Suspense fallback={<LoadingBlock height="60dvh" />}>
          <Outlet />
        </Suspense>
      </main>
      {items.length > 1 && (
        <nav className={classes.bottom} aria-label={t('navigation.label')} data-no-print>
          <div className={classes.tabs}>
            {items.map((item) => (
              <Link
                key={item.to}
                to={item.to}
                activeOptions={{ exact: true }}
                className={classes.tab ?? ''}
                {...(item.isHere ? { 'aria-current': 'page' as const } : {})}
              >
                <item.icon size={22} stroke={item.isHere ? 2 : 1.6} />
                <span>{item.name}</span>
              </Link>
            ))}
          </div>
        </nav>
      )}
    </div>
  );
};
