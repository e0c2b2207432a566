import { Text } from '@mantine/core';
import { IconDoorExit } from '@tabler/icons-react';
import { StateBadge } from '../../../components/state-badge.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import type { BoardRow } from './board-state.ts';
import classes from '../staff.module.css';

type Standing = Pick<BoardRow, 'key' | 'state' | 'day'>;

/** How somebody stands, as icon and words; those who have left have no state of their own. */
export const StandingBadge = ({ row, size = 'sm' }: { readonly row: Standing; readonly size?: 'sm' | 'md' }) => {
  const t = useText('staff');
  const formats = useFormats();
  if (row.state === null) {
    return (
      <Text span size={size === 'sm' ? 'xs' : 'sm'} c="dimmed" fw={500} className={classes.gone ?? ''}>
        <IconDoorExit size={14} stroke={1.7} aria-hidden />
        {t(row.day.noExit ? 'board.no-exit' : 'board.left')}
      </Text>
    );
  }
  const isLate = row.key === 'late' && row.day.lateByMinutes > 0;
  return (
    <StateBadge
      state={row.state}
      size={size}
      {...(isLate ? { word: t('board.late-by', { duration: formats.duration(row.day.lateByMinutes * 60_000) }) } : {})}
    />
  );
};
