import type { OutgoingEvent } from '../../../platform/events/port.ts';
import type { PresenceRules } from '../rules/excursions.ts';
import { isAlertable, type PresenceTimeline } from '../rules/presence-timeline.ts';
import type { ExcursionRow, KnownExcursion, SessionRecord } from './presence-store.ts';

const iso = (atMs: number): string => new Date(atMs).toISOString();
const centimeters = (meters: number): number => Math.round(meters * 100) / 100;

/** What happened to the excursions of one session, in the order in which it is told. */
export function excursionFacts(
  { sessionId, memberId, date }: SessionRecord,
  changes: {
    readonly opened: readonly ExcursionRow[];
    readonly closed: readonly ExcursionRow[];
    readonly withdrawn: readonly KnownExcursion[];
  },
  rules: PresenceRules,
  nowMs: number,
): OutgoingEvent[] {
  const key = memberId;
  const withdrawn = changes.withdrawn.map(
    ({ excursionId }): OutgoingEvent => ({
      type: 'geo.excursion-withdrawn',
      key,
      payload: { memberId, excursionId, sessionId },
    }),
  );
  const opened = changes.opened.map(
    (excursion): OutgoingEvent => ({
      type: 'geo.excursion-opened',
      key,
      payload: {
        memberId,
        sessionId,
        date,
        excursionId: excursion.excursionId,
        startedAt: iso(excursion.startedAtMs),
        decidedAt: iso(excursion.decidedAtMs),
        distanceMeters: centimeters(excursion.farthestMeters),
        alertable: isAlertable(rules, excursion, nowMs),
      },
    }),
  );
  const overAtOnce = changes.opened.filter(({ endedAtMs }) => endedAtMs !== null);
  const closed = [...changes.closed, ...overAtOnce].map((excursion): OutgoingEvent => {
    const endedAtMs = excursion.endedAtMs ?? excursion.startedAtMs;
    return {
      type: 'geo.excursion-closed',
      key,
      payload: {
        memberId,
        sessionId,
        date,
        excursionId: excursion.excursionId,
        startedAt: iso(excursion.startedAtMs),
        endedAt: iso(endedAtMs),
        endedBy: excursion.endedBy ?? 'return',
        durationMs: endedAtMs - excursion.startedAtMs,
        farthestMeters: centimeters(excursion.farthestMeters),
      },
    };
  });
  return [...withdrawn, ...opened, ...closed];
}

export const presenceFact = (
  { sessionId, memberId }: SessionRecord,
  presence: PresenceTimeline['presence'],
): OutgoingEvent => ({
  type: 'geo.presence-changed',
  key: memberId,
  payload: { memberId, sessionId, state: presence.value, since: iso(presence.sinceMs) },
});
