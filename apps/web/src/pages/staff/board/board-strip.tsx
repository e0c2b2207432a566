import { type Stat, StatStrip } from '../../../components/stat-strip.tsx';
import { useText } from '../../../i18n/use-text.ts';
import type { BoardCounts, BoardKey } from './board-state.ts';

interface BoardStripProps {
  readonly counts: BoardCounts;
  readonly chosen: BoardKey | null;
  readonly onChoose: (key: BoardKey | null) => void;
  /** Whether the reader may know who is inside; otherwise a nought would claim what nobody said. */
  readonly knowsPresence?: boolean;
}

/** The counts of now, each a filter. Who is excused or off appears only when there is somebody. */
export const BoardStrip = ({ counts, chosen, onChoose, knowsPresence = true }: BoardStripProps) => {
  const t = useText('staff');
  const stats: Stat<BoardKey>[] = [
    { key: 'present', state: 'present', count: counts.present },
    { key: 'late', state: 'late', count: counts.late },
    ...(knowsPresence ? [{ key: 'outside' as const, state: 'outside' as const, count: counts.outside }] : []),
    { key: 'missing', state: 'not-marked', count: counts.missing, label: t('board.missing') },
    ...(knowsPresence ? [{ key: 'unknown' as const, state: 'unknown' as const, count: counts.unknown }] : []),
    { key: 'left', count: counts.left, label: t('board.left') },
    ...(counts.away > 0 || chosen === 'away'
      ? [{ key: 'away' as const, state: 'excused' as const, count: counts.away, label: t('board.away') }]
      : []),
  ];
  return <StatStrip label={t('board.counts')} stats={stats} chosen={chosen} onChoose={onChoose} />;
};
