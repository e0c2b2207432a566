import { IconInbox } from '@tabler/icons-react';
import { Notice, type NoticeProps } from './notice.tsx';

/** A list without entries: what is missing, and what to do to change it. */
export const EmptyNotice = ({
  icon = IconInbox,
  ...rest
}: Partial<Pick<NoticeProps, 'icon'>> & Omit<NoticeProps, 'icon'>) => <Notice icon={icon} {...rest} />;
