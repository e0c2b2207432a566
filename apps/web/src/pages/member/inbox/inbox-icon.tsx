import { VisuallyHidden } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useText } from '../../../i18n/use-text.ts';
import classes from './inbox.module.css';
import { useUnread } from './use-unread.ts';

/** The bell of the bottom navigation, with the number of unread items. */
export const InboxIcon = (icon: { readonly size?: number | string; readonly stroke?: number | string }) => {
  const t = useText('member');
  const unread = useUnread();
  return (
    // No spans: the shell cuts those in an entry with an ellipsis, as it does with long names.
    <b className={classes.bell}>
      <IconBell {...icon} />
      {unread > 0 && (
        <b className={classes.count} aria-hidden>
          {unread > 99 ? '99+' : unread}
        </b>
      )}
      {unread > 0 && <VisuallyHidden>{t('unread', { count: unread })}</VisuallyHidden>}
    </b>
  );
};
