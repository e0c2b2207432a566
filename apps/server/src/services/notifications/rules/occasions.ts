import type { AlertKind, EventPayload, EventType } from '@muster/contracts';
import type { Occasion } from './messages.ts';

/** What a fact means for people: an alert for staff, messages, or the end of an alert. Pure. */

export const noticedTypes = [
  'geo.excursion-opened',
  'geo.excursion-closed',
  'geo.excursion-withdrawn',
  'attendance.entered',
  'attendance.exited',
  'attendance.punch-held',
  'attendance.punch-decided',
  'fraud.signal-raised',
] as const satisfies readonly EventType[];
type NoticedType = (typeof noticedTypes)[number];
export type NoticedFact = { [T in NoticedType]: { readonly type: T; readonly payload: EventPayload<T> } }[NoticedType];

/** What is known of the member a fact is about. */
export interface Subject {
  readonly memberId: string;
  readonly name: string;
  readonly siteName: string;
  readonly timeZone: string;
}

/** Who is told: staff assigned to the member's group, and guardians who asked to be told. */
export type Readers = 'supervisors' | 'guardians';

export interface Notice {
  readonly memberId: string;
  /** Together with the kind: one alert and one message per reader, however often the fact arrives. */
  readonly causeId: string;
  readonly occasion: Occasion;
  readonly readers: readonly Readers[];
  /** Set where somebody must look and acknowledge. */
  readonly alert: AlertKind | null;
  /** The message about the same cause that this one follows; whoever was not told that is not told this. */
  readonly follows?: Occasion['kind'];
  readonly atMs: number;
}

/** An alert whose cause is over; it stays to be acknowledged. */
export interface Resolution {
  readonly kind: AlertKind;
  readonly causeId: string;
  readonly memberId: string;
  /** Null: it turned out never to have been; the moment of learning counts. */
  readonly atMs: number | null;
}

export interface Consequences {
  readonly notices: readonly Notice[];
  readonly resolutions: readonly Resolution[];
}

const nothing: Consequences = { notices: [], resolutions: [] };
const notify = (notice: Notice): Consequences => ({ notices: [notice], resolutions: [] });

export const consequencesOf = (fact: NoticedFact, subject: Subject): Consequences => {
  const { memberId, name: member, siteName: site } = subject;
  switch (fact.type) {
    case 'geo.excursion-opened': {
      const { excursionId, startedAt, decidedAt, alertable } = fact.payload;
      // Known too late: the timeline is repaired, but nobody is alarmed about the past.
      if (!alertable) return nothing;
      return notify({
        memberId,
        causeId: excursionId,
        occasion: { kind: 'geo-violation', member, site, startedAtMs: Date.parse(startedAt) },
        readers: ['supervisors', 'guardians'],
        alert: 'geo-violation',
        atMs: Date.parse(decidedAt),
      });
    }
    case 'geo.excursion-closed': {
      const { excursionId, endedAt, endedBy, durationMs } = fact.payload;
      const endedAtMs = Date.parse(endedAt);
      const returned: Notice = {
        memberId,
        causeId: excursionId,
        occasion: { kind: 'returned', member, site, endedAtMs, durationMs },
        readers: ['guardians'],
        alert: null,
        follows: 'geo-violation',
        atMs: endedAtMs,
      };
      return {
        // Nobody is said to be back because the day was closed while they were away.
        notices: endedBy === 'exit' ? [] : [returned],
        resolutions: [{ kind: 'geo-violation', causeId: excursionId, memberId, atMs: endedAtMs }],
      };
    }
    case 'geo.excursion-withdrawn':
      return {
        notices: [],
        resolutions: [{ kind: 'geo-violation', causeId: fact.payload.excursionId, memberId, atMs: null }],
      };
    case 'attendance.entered': {
      const { punchId, at, lateByMinutes } = fact.payload;
      const atMs = Date.parse(at);
      const occasion: Occasion = { kind: 'entered', member, site, atMs, lateByMinutes };
      return notify({ memberId, causeId: punchId, occasion, readers: ['guardians'], alert: null, atMs });
    }
    case 'attendance.exited': {
      const { punchId, at, date, noExit } = fact.payload;
      const atMs = Date.parse(at);
      if (!noExit) {
        const occasion: Occasion = { kind: 'exited', member, site, atMs };
        return notify({ memberId, causeId: punchId, occasion, readers: ['guardians'], alert: null, atMs });
      }
      const occasion: Occasion = { kind: 'no-exit', member, date };
      return notify({ memberId, causeId: punchId, occasion, readers: ['supervisors'], alert: 'no-exit', atMs });
    }
    case 'attendance.punch-held': {
      const { punchId, direction, at, sentence } = fact.payload;
      return notify({
        memberId,
        causeId: punchId,
        occasion: { kind: 'punch-held', member, direction, sentence },
        readers: ['supervisors'],
        alert: 'punch-held',
        atMs: Date.parse(at),
      });
    }
    case 'attendance.punch-decided': {
      const { punchId, at } = fact.payload;
      return { notices: [], resolutions: [{ kind: 'punch-held', causeId: punchId, memberId, atMs: Date.parse(at) }] };
    }
    case 'fraud.signal-raised': {
      const { signalId, sentence, at, alerting } = fact.payload;
      if (!alerting) return nothing;
      return notify({
        memberId,
        causeId: signalId,
        occasion: { kind: 'signal', member, sentence },
        readers: ['supervisors'],
        alert: 'signal',
        atMs: Date.parse(at),
      });
    }
  }
};
