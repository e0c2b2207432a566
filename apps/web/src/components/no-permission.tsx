import { IconLock } from '@tabler/icons-react';
import { useText, useWord } from '../i18n/use-text.ts';
import { Notice } from './notice.tsx';

/** Something is there, but not for this reader. `what` completes "You may not see …". */
export const NoPermission = ({ what }: { readonly what?: string }) => {
  const t = useText('components');
  const word = useWord();
  return (
    <Notice
      icon={IconLock}
      title={what ? t('no-permission.of', { what }) : t('no-permission.title')}
      hint={t('no-permission.hint', { administrator: word('administrator') })}
    />
  );
};
