import { Text } from '@mantine/core';
import { IconDoorEnter, IconDoorExit, IconPointFilled } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useFormats, useText } from '../i18n/use-text.ts';
import { ClockTime } from './relative-time.tsx';
import { StateIcon } from './state-badge.tsx';
import classes from './timeline.module.css';

interface TimelinePoint<Kind extends string> {
  readonly kind: Kind;
  readonly at: string;
  readonly place?: string | null;
  readonly note?: ReactNode;
}
interface TimelineSpan<Kind extends string> {
  readonly kind: Kind;
  readonly at: string;
  /** Null while it lasts. */
  readonly to: string | null;
  readonly farthestMeters?: number;
  readonly note?: ReactNode;
}
interface TimelineRemark {
  readonly kind: 'note';
  readonly at: string;
  readonly title: string;
  readonly note?: ReactNode;
}
/** One thing that happened in a day; instants are ISO 8601. */
export type TimelineEntry =
  | TimelinePoint<'enter'>
  | TimelinePoint<'exit'>
  | TimelineSpan<'excursion'>
  | TimelineSpan<'silence'>
  | TimelineRemark;

interface TimelineProps {
  readonly entries: readonly TimelineEntry[];
  readonly timeZone: string;
  readonly label?: string;
  /** "Now", to tell how long an open entry has lasted. */
  readonly nowMs: number;
  readonly onChoose?: (entry: TimelineEntry) => void;
}

/** Excursions and silences have the icons of their states; the words of the state table stay the same everywhere. */
const icons: Record<TimelineEntry['kind'], ReactNode> = {
  enter: <IconDoorEnter size={15} stroke={1.9} />,
  exit: <IconDoorExit size={15} stroke={1.9} />,
  excursion: <StateIcon state="outside" size={15} />,
  silence: <StateIcon state="unknown" size={15} />,
  note: <IconPointFilled size={15} />,
};

const useEntryTitle = () => {
  const t = useText('components');
  const formats = useFormats();
  return (entry: TimelineEntry, nowMs: number): string => {
    if (entry.kind === 'note') return entry.title;
    if (entry.kind === 'enter' || entry.kind === 'exit') {
      return entry.place ? t(`timeline.${entry.kind}-at`, { place: entry.place }) : t(`timeline.${entry.kind}`);
    }
    const lasted = formats.duration((entry.to === null ? nowMs : Date.parse(entry.to)) - Date.parse(entry.at));
    return t(`timeline.${entry.kind}${entry.to === null ? '-open' : ''}`, { duration: lasted });
  };
};

/** A day from top to bottom: enter, exit, excursions with their length, silences. */
export const Timeline = ({ entries, timeZone, label, nowMs, onChoose }: TimelineProps) => {
  const t = useText('components');
  const formats = useFormats();
  const titleOf = useEntryTitle();
  const ordered = [...entries].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return (
    <ol className={classes.timeline} aria-label={label ?? t('timeline.label')}>
      {ordered.map((entry) => {
        const isSpan = entry.kind === 'excursion' || entry.kind === 'silence';
        const content = (
          <>
            <Text fw={560} size="sm" component="span">
              {titleOf(entry, nowMs)}
            </Text>
            {isSpan && (
              <Text size="sm" c="dimmed" component="span" className="numeric">
                {entry.to === null
                  ? t('timeline.since', { time: formats.time(entry.at, timeZone) })
                  : `${formats.time(entry.at, timeZone)} – ${formats.time(entry.to, timeZone)}`}
                {entry.farthestMeters !== undefined &&
                  ` · ${t('timeline.farthest', { distance: formats.distance(entry.farthestMeters) })}`}
              </Text>
            )}
            {entry.note && (
              <Text size="sm" c="dimmed" component="span">
                {entry.note}
              </Text>
            )}
          </>
        );
        return (
          <li
            key={`${entry.kind} ${entry.at}`}
            className={classes.entry}
            data-kind={entry.kind}
            data-open={(isSpan && entry.to === null) || undefined}
          >
            <span className={classes.time}>
              <ClockTime at={entry.at} timeZone={timeZone} size="sm" c="dimmed" />
            </span>
            <span className={classes.mark}>{icons[entry.kind]}</span>
            {onChoose ? (
              <button type="button" className={classes.body} onClick={() => onChoose(entry)}>
                {content}
              </button>
            ) : (
              <div className={classes.body}>{content}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
};
