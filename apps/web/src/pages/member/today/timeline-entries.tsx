import type { geoRoutes, Punch, RouteAnswer } from '@muster/contracts';
import type { TimelineEntry } from '../../../components/timeline.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { useFindingWords } from './findings.ts';

type TimelineOfDay = RouteAnswer<typeof geoRoutes.readTimeline>;

/** What the timeline of a day shows, from its punches (known for today) and from where the phone was. */
export const useTimelineEntries = () => {
  const t = useText('member');
  const formats = useFormats();
  const wordsOf = useFindingWords();

  const remarksOf = (punch: Punch): string =>
    [
      punch.lateByMinutes > 0 ? t('late-by', { duration: formats.duration(punch.lateByMinutes * 60_000) }) : null,
      punch.leftEarlyByMinutes > 0
        ? t('early-by', { duration: formats.duration(punch.leftEarlyByMinutes * 60_000) })
        : null,
      punch.reason && t('reason-was', { reason: punch.reason }),
      ...(punch.verdict === 'accepted' ? [] : punch.findings.map(wordsOf)),
    ]
      .filter(Boolean)
      .join(' · ');

  const ofPunch = (punch: Punch): TimelineEntry => {
    const note = remarksOf(punch);
    const extra = note === '' ? {} : { note };
    if (punch.verdict === 'held' || punch.verdict === 'refused') {
      return { kind: 'note', at: punch.occurredAt, title: t(`punch.${punch.verdict}.${punch.direction}`), ...extra };
    }
    const kind = punch.direction === 'ENTER' ? 'enter' : 'exit';
    return { kind, at: punch.occurredAt, place: punch.gateName, ...extra };
  };

  return (timeline: TimelineOfDay | undefined, punches: readonly Punch[] | null): TimelineEntry[] => [
    ...(punches?.map(ofPunch) ??
      (timeline?.sessions ?? []).flatMap((session): TimelineEntry[] => [
        { kind: 'enter', at: session.enteredAt },
        ...(session.exitedAt ? [{ kind: 'exit' as const, at: session.exitedAt }] : []),
      ])),
    ...(timeline?.excursions ?? []).map(
      ({ startedAt, endedAt, farthestMeters }): TimelineEntry => ({
        kind: 'excursion',
        at: startedAt,
        to: endedAt,
        farthestMeters,
      }),
    ),
    ...(timeline?.silences ?? []).map(({ from, to }): TimelineEntry => ({ kind: 'silence', at: from, to })),
  ];
};
