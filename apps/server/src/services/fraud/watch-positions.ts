import type { Tx } from '../../platform/database/port.ts';
import type { Consumer, StoredEvent } from '../../platform/events/port.ts';
import { type FraudPorts, raiseSignals } from './raise-signals.ts';
import { forgetTracksOf, readRecentTracks, type RecentTrack, writeRecentTracks } from './recent-store.ts';
import { detectMockFixes } from './rules/detect-mock.ts';
import { detectImpossibleTravel, type TravelFix } from './rules/detect-travel.ts';
import { joinTrack } from './rules/recent-track.ts';
import { positionCause, type Signal } from './rules/signals.ts';
import type { FoundSignal } from './signal-store.ts';

type WatchedType = 'geo.positions-recorded' | 'attendance.exited';
type Recorded = StoredEvent<'geo.positions-recorded'>;

/**
 * Looks at positions of tracking sessions as they come: one read and one write a batch, whatever its size. At EXIT the
 * remembered fixes go. What is recorded for guardians alone is none of its business.
 */
export const watchPositions = (ports: FraudPorts): Consumer<WatchedType> => ({
  name: 'fraud.positions',
  service: 'fraud',
  types: ['geo.positions-recorded', 'attendance.exited'],
  // Evidence, not an alarm: it can wait for company.
  restMs: 500,
  handle: async (tx, facts) => {
    const orgId = facts[0]?.orgId;
    if (orgId === undefined) return;
    const recorded = facts.filter((fact): fact is Recorded => fact.type === 'geo.positions-recorded');
    await watch(
      tx,
      orgId,
      recorded.filter(({ payload }) => payload.sessionId !== null),
      ports,
    );
    const left = facts.flatMap((fact) => (fact.type === 'attendance.exited' ? [fact.payload.memberId] : []));
    if (left.length > 0) await forgetTracksOf(tx, left);
  },
});

const watch = async (tx: Tx, orgId: string, recorded: readonly Recorded[], ports: FraudPorts): Promise<void> => {
  if (recorded.length === 0) return;
  const memberIds = [...new Set(recorded.map(({ payload }) => payload.memberId))];
  const tracks = new Map((await readRecentTracks(tx, memberIds)).map((track) => [keyOf(track), track]));
  const found: FoundSignal[] = [];
  const changed = new Map<string, RecentTrack>();
  for (const { id, payload } of byPhone(recorded)) {
    const { memberId, deviceId } = payload;
    const key = keyOf(payload);
    const fixes = joinTrack((changed.get(key) ?? tracks.get(key))?.fixes ?? [], payload.fixes.map(toTravelFix));
    changed.set(key, { memberId, deviceId, fixes });
    found.push(...signalsOf(payload, fixes).map((signal) => ({ ...signal, memberId, sourceEventId: id })));
  }
  await writeRecentTracks(tx, orgId, [...changed.values()], ports.clock.now());
  await raiseSignals(tx, orgId, found, ports);
};

/** A look costs the same for one fix as for some: what a phone sent bit by bit is looked at together, as the last of it. */
const fixesPerLook = 50;

function* byPhone(recorded: readonly Recorded[]): Generator<Pick<Recorded, 'id' | 'payload'>> {
  for (const ofPhone of Map.groupBy(recorded, ({ payload }) => keyOf(payload)).values()) {
    let fixes: Recorded['payload']['fixes'] = [];
    for (const [index, { id, payload }] of ofPhone.entries()) {
      fixes = [...fixes, ...payload.fixes];
      if (fixes.length < fixesPerLook && index < ofPhone.length - 1) continue;
      yield { id, payload: { ...payload, fixes } };
      fixes = [];
    }
  }
}

const signalsOf = ({ memberId, deviceId, fixes }: Recorded['payload'], track: readonly TravelFix[]): Signal[] => {
  const flags = fixes.map(({ fixedAt, mock }) => ({ atMs: Date.parse(fixedAt), mock }));
  const [travel] = detectImpossibleTravel(deviceId, track);
  const mock = detectMockFixes(deviceId, flags);
  // Whichever of a member's phones says it, and at the gate or on the way: it is one cause.
  return [mock, travel].flatMap((signal) => (signal ? [{ ...signal, causeKey: positionCause(memberId) }] : []));
};

const keyOf = ({ memberId, deviceId }: { memberId: string; deviceId: string }): string => `${memberId}/${deviceId}`;

const toTravelFix = (fix: Recorded['payload']['fixes'][number]): TravelFix => ({
  atMs: Date.parse(fix.fixedAt),
  latitude: fix.latitude,
  longitude: fix.longitude,
  accuracyMeters: fix.accuracyMeters,
});
