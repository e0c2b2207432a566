import { Text } from '@mantine/core';
import { IconArrowBigLeftLines, IconDoorEnter, IconDoorExit, IconPhoneOff, IconPointFilled } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import { useFormats, useText } from '../i18n/use-text.ts';
import { ClockTime } from './relative-time.tsx';
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

const icons: Record<TimelineEntry['kind'], ComponentType<{ size?: number; stroke?: number }>> = {
  enter: IconDoorEnter,
  exit: IconDoorExit,
  excursion: IconArrowBigLeftLines,
  silence: IconPhoneOff,
  note: IconPointFilled,
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
        const Icon = icons[entry.kind];
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
            <ClockTime at={entry.at} timeZone={timeZone} size="sm" c="dimmed" className={classes.time ?? ''} />
            <span className={classes.mark}>
              <Icon size={15} stroke={1.9} />
            </span>
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
