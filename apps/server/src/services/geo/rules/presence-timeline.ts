import type { Excursion, PresenceProgress, PresenceRules, PresenceValue, TrackingSession } from './excursions.ts';

/** Presence at one moment and everything that led to it, as screens, reports and events need it. */
export type PresenceTimeline = {
  readonly presence: { readonly value: PresenceValue; readonly sinceMs: number };
  /** When the phone was last heard of; null if never in this session. */
  readonly lastHeardAtMs: number | null;
  /** In order of time; only the last may be open. */
  readonly excursions: readonly Excursion[];
  /** In order of time; `toMs` is null while the phone is still silent. */
  readonly silences: readonly { readonly fromMs: number; readonly toMs: number | null }[];
  /** Time in excursions, silence not counted. */
  readonly outsideMs: number;
  readonly silentMs: number;
};

/**
 * The timeline as it stands at `nowMs`, or at EXIT if that was before. Silence grows by itself, so presence becomes
 * unknown without any fix; after EXIT it is unknown, and what was open is closed at EXIT.
 */
export function timelineAt(
  session: TrackingSession,
  rules: PresenceRules,
  progress: PresenceProgress,
  nowMs: number,
): PresenceTimeline {
  const lastHeardAtMs = progress.newest?.[0] ?? null;
  const heardMs = lastHeardAtMs ?? session.enteredAtMs;
  const untilMs = Math.max(heardMs, session.exitedAtMs === null ? nowMs : Math.min(nowMs, session.exitedAtMs));
  const isOver = session.exitedAtMs !== null && untilMs >= session.exitedAtMs;
  const isSilent = untilMs - heardMs > rules.silentAfterMs;

  const silences: { fromMs: number; toMs: number | null }[] = [...progress.silences];
  if (isSilent) {
    silences.push({ fromMs: heardMs, toMs: isOver ? untilMs : null });
  }
  const excursions = [...progress.closed];
  if (progress.open !== null) {
    excursions.push(isOver ? { ...progress.open, endedAtMs: untilMs, endedBy: 'exit' } : progress.open);
  }
  const bounded = silences.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? untilMs }));
  return {
    presence: presenceAt(progress, { isOver, isSilent, untilMs, heardMs }),
    lastHeardAtMs,
    excursions,
    silences,
    outsideMs: sum(excursions.map((excursion) => outsideMsOf(excursion, bounded, untilMs))),
    silentMs: sum(bounded.map(({ fromMs, toMs }) => toMs - fromMs)),
  };
}

function presenceAt(
  progress: PresenceProgress,
  moment: { isOver: boolean; isSilent: boolean; untilMs: number; heardMs: number },
): PresenceTimeline['presence'] {
  if (moment.isOver) {
    return { value: 'unknown', sinceMs: moment.untilMs };
  }
  return moment.isSilent && progress.presence.value !== 'unknown'
    ? { value: 'unknown', sinceMs: moment.heardMs }
    : progress.presence;
}

function outsideMsOf(
  excursion: Excursion,
  silences: readonly { fromMs: number; toMs: number }[],
  untilMs: number,
): number {
  const endedAtMs = excursion.endedAtMs ?? untilMs;
  const silentMs = silences.map(({ fromMs, toMs }) =>
    Math.max(0, Math.min(toMs, endedAtMs) - Math.max(fromMs, excursion.startedAtMs)),
  );
  return endedAtMs - excursion.startedAtMs - sum(silentMs);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Whether an excursion that has just become known is still news: decided no longer ago than the rules allow. */
export function isAlertable(rules: PresenceRules, excursion: Excursion, nowMs: number): boolean {
  return nowMs - excursion.decidedAtMs <= rules.lateAfterMs;
}

/** What a repair or a new fix did to the excursions of one session. Every excursion is in one list at most. */
export type ExcursionChanges<Known extends Excursion> = {
  /** New ones. One that was over when it became known is here only, with its end. */
  readonly opened: readonly Excursion[];
  readonly closed: readonly { readonly before: Known; readonly after: Excursion }[];
  /** Start, end or decision moved, or the end was taken back: told otherwise than before, and news to nobody. */
  readonly repaired: readonly { readonly before: Known; readonly after: Excursion }[];
  /** Still open, and farther away than before. */
  readonly extended: readonly { readonly before: Known; readonly after: Excursion }[];
  /** It turned out that there was none. */
  readonly withdrawn: readonly Known[];
};

/**
 * Compares the excursions that are stored (with whatever id they were stored under) with the ones just computed.
 *
 * An excursion has no name of its own, and its start moves when an earlier fix arrives late; so it stays the same one
 * as long as it covers some of the same time. Pairs are made by the longest time in common, then by the earlier start.
 * When two become one, one id survives and the other is withdrawn; when one becomes two, the second is new.
 *
 * An open one has in common first of all the time for which there is evidence, and only then what may come: fixes that
 * were kept on the phone may close it and open the next at once, and the next must not pass for it.
 */
export function diffExcursions<Known extends Excursion>(
  before: readonly Known[],
  after: readonly Excursion[],
): ExcursionChanges<Known> {
  const pairs = before
    .flatMap((known, knownIndex) =>
      after.map((found, foundIndex) => ({
        known,
        knownIndex,
        found,
        foundIndex,
        evidentMs: commonMs(known, found, lastEvidenceMs),
        possibleMs: commonMs(known, found, () => forever),
      })),
    )
    .filter((pair) => pair.possibleMs > 0)
    .toSorted(
      (one, other) =>
        other.evidentMs - one.evidentMs ||
        other.possibleMs - one.possibleMs ||
        one.knownIndex - other.knownIndex ||
        one.foundIndex - other.foundIndex,
    );
  const matches = new Map<Known, Excursion>();
  const taken = new Set<Excursion>();
  for (const { known, found } of pairs) {
    if (!matches.has(known) && !taken.has(found)) {
      matches.set(known, found);
      taken.add(found);
    }
  }
  const changed = before.flatMap((known) => {
    const found = matches.get(known);
    return found === undefined ? [] : [{ before: known, after: found, change: changeOf(known, found) }];
  });
  const pick = (change: Change) =>
    changed.filter((pair) => pair.change === change).map((pair) => ({ before: pair.before, after: pair.after }));
  return {
    opened: after.filter((found) => !taken.has(found)),
    closed: pick('closed'),
    repaired: pick('repaired'),
    extended: pick('extended'),
    withdrawn: before.filter((known) => !matches.has(known)),
  };
}

type Change = 'closed' | 'repaired' | 'extended' | 'none';

function changeOf(before: Excursion, after: Excursion): Change {
  const began = before.startedAtMs === after.startedAtMs && before.decidedAtMs === after.decidedAtMs;
  if (before.endedAtMs === null && after.endedAtMs !== null) {
    return 'closed';
  }
  if (!began || before.endedAtMs !== after.endedAtMs || before.endedBy !== after.endedBy) {
    return 'repaired';
  }
  const isSameDistance = before.farthestMeters === after.farthestMeters && before.farthestAtMs === after.farthestAtMs;
  if (isSameDistance) {
    return 'none';
  }
  return after.endedAtMs === null ? 'extended' : 'repaired';
}

/** The end of time, which a sum could not hold apart from other ends: the largest safe instant. */
const forever = 8.64e15;

/** Until when an open excursion has surely gone on. */
const lastEvidenceMs = ({ startedAtMs, decidedAtMs, farthestAtMs }: Excursion): number =>
  Math.max(startedAtMs, decidedAtMs, farthestAtMs);

/** Common time, at least 1 ms for two that touch, so that even an excursion without length is itself. */
function commonMs(one: Excursion, other: Excursion, openUntilMs: (excursion: Excursion) => number): number {
  const from = Math.max(one.startedAtMs, other.startedAtMs);
  const to = Math.min(one.endedAtMs ?? openUntilMs(one), other.endedAtMs ?? openUntilMs(other));
  return to < from ? 0 : to - from + 1;
}
