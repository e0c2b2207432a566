import type { Punch, Timeline as DayTimeline } from '@muster/contracts';
import { Text } from '@mantine/core';
import { IconCalendarOff } from '@tabler/icons-react';
import { useNow } from '../../../app/clock.ts';
import { EmptyNotice } from '../../../components/empty-notice.tsx';
import { Timeline, type TimelineEntry } from '../../../components/timeline.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';

const nearMs = 60_000;

/** The scan behind an instant of the timeline, for the gate's name and the member's reason. */
const punchAt = (punches: readonly Punch[], direction: Punch['direction'], at: string): Punch | undefined =>
  punches.find(
    (punch) =>
      punch.direction === direction &&
      punch.verdict !== 'refused' &&
      Math.abs(Date.parse(punch.occurredAt) - Date.parse(at)) < nearMs,
  );

const useEntries = () => {
  const t = useText('staff');
  const formats = useFormats();
  const noteOf = (punch: Punch | undefined): string | undefined => {
    if (!punch) return undefined;
    const said = [
      ...(punch.lateByMinutes > 0 ? [t('day.late', { duration: formats.duration(punch.lateByMinutes * 60_000) })] : []),
      ...(punch.leftEarlyByMinutes > 0
        ? [t('day.early', { duration: formats.duration(punch.leftEarlyByMinutes * 60_000) })]
        : []),
      ...(punch.reason ? [t('day.reason', { reason: punch.reason })] : []),
    ];
    return said.length > 0 ? said.join(' · ') : undefined;
  };
  return (timeline: DayTimeline, punches: readonly Punch[]): TimelineEntry[] => {
    const crossing = (kind: 'enter' | 'exit', at: string): TimelineEntry => {
      const punch = punchAt(punches, kind === 'enter' ? 'ENTER' : 'EXIT', at);
      return { kind, at, place: punch?.gateName ?? null, note: noteOf(punch) };
    };
    const undecided = punches
      .filter(({ verdict }) => verdict === 'held' || verdict === 'refused')
      .map(
        (punch): TimelineEntry => ({
          kind: 'note',
          at: punch.occurredAt,
          title: t(`day.${punch.verdict}-${punch.direction}`),
          note: punch.findings.map(({ sentence }) => sentence).join(' '),
        }),
      );
    return [
      ...timeline.sessions.flatMap(({ enteredAt, exitedAt }) => [
        crossing('enter', enteredAt),
        ...(exitedAt ? [crossing('exit', exitedAt)] : []),
      ]),
      ...timeline.excursions.map(
        ({ startedAt, endedAt, farthestMeters }): TimelineEntry => ({
          kind: 'excursion',
          at: startedAt,
          to: endedAt,
          farthestMeters,
        }),
      ),
      ...timeline.silences.map(({ from, to }): TimelineEntry => ({ kind: 'silence', at: from, to })),
      ...undecided,
    ];
  };
};

interface DayEntriesProps {
  readonly timeline: DayTimeline;
  readonly punches: readonly Punch[];
  /** Moves the scrubber to an entry, where a track is shown. */
  readonly onChoose?: ((entry: TimelineEntry) => void) | undefined;
}

/** A member's day from top to bottom, with how long they were outside in all. */
export const DayEntries = ({ timeline, punches, onChoose }: DayEntriesProps) => {
  const t = useText('staff');
  const formats = useFormats();
  const now = useNow();
  const entriesOf = useEntries();
  const entries = entriesOf(timeline, punches);
  if (entries.length === 0)
    return <EmptyNotice icon={IconCalendarOff} title={t('day.nothing')} hint={t('day.nothing-hint')} />;
  return (
    <>
      <Timeline entries={entries} timeZone={timeline.member.timeZone} nowMs={now} {...(onChoose ? { onChoose } : {})} />
      {(timeline.outsideMs > 0 || timeline.silentMs > 0) && (
        <Text size="sm" c="dimmed" mt="md" className="numeric">
          {formats.list([
            ...(timeline.outsideMs > 0
              ? [t('day.outside-total', { duration: formats.duration(timeline.outsideMs) })]
              : []),
            ...(timeline.silentMs > 0
              ? [t('day.silent-total', { duration: formats.duration(timeline.silentMs) })]
              : []),
          ])}
        </Text>
      )}
    </>
  );
};
