import type { EventPayload } from '../../../platform/events/port.ts';
import type { CanonicalFix } from '../rules/fix.ts';
import { instantLiteral } from './array-literal.ts';

/** Fixes that one device of one member has sent together. */
export interface Batch {
  readonly memberId: string;
  readonly deviceId: string;
  readonly fixes: readonly CanonicalFix[];
}

export interface BatchOutcome {
  /** Stored now, or already there. */
  readonly stored: number;
  /** Tracking was off at their time: only a counter knows of them. */
  readonly dropped: number;
  /** False: nobody may know where this member is now; the phone should stop reporting. */
  readonly tracking: boolean;
}

/** When a member may be located: `leftAtMs` is the EXIT, or the moment at which an open session ends by itself. */
export interface TrackedTime {
  readonly sessionId: string;
  readonly enteredAtMs: number;
  readonly leftAtMs: number;
  readonly isOpen: boolean;
}

export interface TrackingRights {
  readonly sessions: ReadonlyMap<string, readonly TrackedTime[]>;
  /** Members one of whose guardians may see them live. */
  readonly liveAgreed: ReadonlySet<string>;
}

/** Fixes of one device within one session; with `sessionId` null, the newest one for an agreed live view. */
export interface FixGroup {
  readonly memberId: string;
  readonly deviceId: string;
  readonly sessionId: string | null;
  readonly fixes: CanonicalFix[];
}

export interface SortedFixes {
  /** To be stored, by device and session. */
  readonly tracked: readonly FixGroup[];
  /** The newest fix of members outside any session whose guardians may see them live. */
  readonly live: readonly FixGroup[];
  /** How many fixes of which member are dropped. */
  readonly dropped: ReadonlyMap<string, number>;
  /** One for each batch, in order. */
  readonly outcomes: readonly BatchOutcome[];
}

/**
 * Decides what becomes of each fix. It belongs to the session in which it was measured, whenever it arrives; outside
 * any session it is dropped, except that the newest one is kept where a live view was agreed to.
 */
export function sortFixes(batches: readonly Batch[], rights: TrackingRights): SortedFixes {
  const tracked = new Map<string, FixGroup>();
  const live = new Map<string, FixGroup>();
  const dropped = new Map<string, number>();
  const outcomes = batches.map((batch) => {
    const sessions = rights.sessions.get(batch.memberId) ?? [];
    let stored = 0;
    let newestOutside: CanonicalFix | undefined;
    let group: FixGroup | undefined;
    for (const fix of batch.fixes) {
      const session = sessions.find((one) => fix.fixedAtMs >= one.enteredAtMs && fix.fixedAtMs < one.leftAtMs);
      if (session === undefined) {
        if (newestOutside === undefined || fix.fixedAtMs > newestOutside.fixedAtMs) newestOutside = fix;
        continue;
      }
      // Neighbours are mostly of one session: the look-up is for the first of them.
      if (group?.sessionId !== session.sessionId) group = groupOf(tracked, batch, session.sessionId);
      group.fixes.push(fix);
      stored += 1;
    }
    const isLive = rights.liveAgreed.has(batch.memberId);
    if (isLive && newestOutside !== undefined) {
      keepNewest(live, batch, newestOutside);
      stored += 1;
    }
    const droppedHere = batch.fixes.length - stored;
    if (droppedHere > 0) dropped.set(batch.memberId, (dropped.get(batch.memberId) ?? 0) + droppedHere);
    return { stored, dropped: droppedHere, tracking: isLive || sessions.some((session) => session.isOpen) };
  });
  return { tracked: [...tracked.values()], live: [...live.values()], dropped, outcomes };
}

function groupOf(groups: Map<string, FixGroup>, { memberId, deviceId }: Batch, sessionId: string): FixGroup {
  const key = `${sessionId}/${deviceId}`;
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group: FixGroup = { memberId, deviceId, sessionId, fixes: [] };
  groups.set(key, group);
  return group;
}

function keepNewest(live: Map<string, FixGroup>, { memberId, deviceId }: Batch, fix: CanonicalFix): void {
  const known = live.get(memberId)?.fixes[0];
  if (known === undefined || known.fixedAtMs < fix.fixedAtMs) {
    live.set(memberId, { memberId, deviceId, sessionId: null, fixes: [fix] });
  }
}

/** A fix in `geo.positions-recorded`. */
export type RecordedFix = EventPayload<'geo.positions-recorded'>['fixes'][number] & {
  /** Only where it is true: the phone was alive, the position may be an old one. */
  readonly isPing?: boolean;
};

/** The fact that a group was stored. */
export function factOf(group: FixGroup): EventPayload<'geo.positions-recorded'> {
  const { memberId, deviceId, sessionId, fixes } = group;
  return {
    memberId,
    sessionId,
    deviceId,
    receivedAt: instantLiteral(fixes[0]?.receivedAtMs ?? 0),
    fixes: fixes.map(
      (fix): RecordedFix => ({
        latitude: fix.latitude,
        longitude: fix.longitude,
        fixedAt: instantLiteral(fix.fixedAtMs),
        accuracyMeters: fix.accuracyMeters,
        speedMetersPerSecond: fix.speedMetersPerSecond,
        headingDegrees: fix.headingDegrees,
        mock: fix.mock,
        ...(fix.isPing ? { isPing: true } : {}),
      }),
    ),
  };
}
