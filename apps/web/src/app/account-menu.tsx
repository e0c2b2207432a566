import { UnstyledButton } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { initialsOf } from '../components/initials.ts';
import { useText } from '../i18n/use-text.ts';
import { useProfile } from './session.tsx';
import classes from './shell.module.css';

// The menu and what positions it weigh more than the whole page around it: they come when somebody reaches for them.
const loadMenu = () => import('./account-menu-content.tsx');
const OpenAccountMenu = lazy(async () => ({ default: (await loadMenu()).OpenAccountMenu }));

/** Who is signed in, language, appearance and the way out, behind one button. */
export const AccountMenu = () => {
  const t = useText('app');
  const { displayName } = useProfile();
  const [isWanted, setWanted] = useState(false);
  const button = (
    <UnstyledButton
      className={classes.account ?? ''}
      aria-label={t('account', { name: displayName })}
      aria-haspopup="menu"
      onPointerEnter={() => void loadMenu()}
      onClick={() => setWanted(true)}
    >
      {initialsOf(displayName)}
    </UnstyledButton>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <OpenAccountMenu />
    </Suspense>
  );
};
