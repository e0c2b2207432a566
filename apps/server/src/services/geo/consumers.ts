import type { Consumer, StoredEvent } from '../../platform/events/port.ts';
import type { RecordedFix } from './ingest/sort-fixes.ts';
import { recordLooks } from './looks/record-looks.ts';
import type { PlaceIndex } from './nearby/place-index.ts';
import { type JudgeDependencies, judgeSessions } from './presence/judge-sessions.ts';
import { type NewestFix, saveLastPositions } from './presence/presence-store.ts';
import type { PresenceFix } from './rules/excursions.ts';

const presenceTypes = [
  'geo.positions-recorded',
  'attendance.entered',
  'attendance.exited',
  'users.geofences-changed',
] as const;
type PresenceType = (typeof presenceTypes)[number];

/** Makes presence and excursions out of positions, ENTER and EXIT. */
export const presenceConsumer = (
  deps: JudgeDependencies & { readonly placeIndex: Pick<PlaceIndex, 'left'> },
): Consumer<PresenceType> => ({
  name: 'geo.presence',
  service: 'geo',
  types: presenceTypes,
  async handle(tx, events) {
    const orgId = events[0]?.orgId;
    if (orgId === undefined) return;
    const { fixes, newest, exits, changedSites } = gather(events);
    // Positions are judged by the new geofences from now on; what was judged stays.
    for (const siteId of changedSites) deps.fences.forget(siteId);
    await saveLastPositions(tx, orgId, newest);
    await judgeSessions(tx, deps, orgId, fixes);
    // What is told has happened: a place that is gone too early is only not in the index.
    await deps.placeIndex.left(orgId, exits);
  },
});

interface Gathered {
  /** By session; also of sessions that only began or ended. */
  readonly fixes: ReadonlyMap<string, readonly PresenceFix[]>;
  /** One for each member. */
  readonly newest: readonly NewestFix[];
  readonly exits: readonly { readonly memberId: string; readonly sessionId: string }[];
  readonly changedSites: readonly string[];
}

function gather(events: readonly StoredEvent<PresenceType>[]): Gathered {
  const fixes = new Map<string, PresenceFix[]>();
  const newest = new Map<string, NewestFix>();
  const exits: { memberId: string; sessionId: string }[] = [];
  const changedSites: string[] = [];
  const fixesOf = (sessionId: string) => {
    const known = fixes.get(sessionId) ?? [];
    fixes.set(sessionId, known);
    return known;
  };
  for (const event of events) {
    switch (event.type) {
      case 'users.geofences-changed':
        changedSites.push(event.payload.siteId);
        break;
      case 'attendance.exited':
        exits.push(event.payload);
        fixesOf(event.payload.sessionId);
        break;
      case 'attendance.entered':
        fixesOf(event.payload.sessionId);
        break;
      case 'geo.positions-recorded': {
        const { sessionId, memberId, deviceId, receivedAt } = event.payload;
        // Outside a session nothing is judged: it was kept for a guardian's live view alone.
        if (sessionId === null) break;
        const ofSession = fixesOf(sessionId);
        for (const fix of event.payload.fixes as readonly RecordedFix[]) {
          const { latitude, longitude, fixedAt, accuracyMeters, isPing = false } = fix;
          ofSession.push({ fixedAtMs: Date.parse(fixedAt), deviceId, latitude, longitude, accuracyMeters, isPing });
          if (!isPing && fixedAt > (newest.get(memberId)?.fixedAt ?? '')) {
            newest.set(memberId, { ...fix, memberId, sessionId, deviceId, receivedAt });
          }
        }
      }
    }
  }
  return { fixes, newest: [...newest.values()], exits, changedSites };
}

/** The gateway tells whose positions went out over a socket: those are looks like any other. */
export const watchingConsumer = (deps: Parameters<typeof recordLooks>[1]): Consumer<'gateway.location-watched'> => ({
  name: 'geo.watching',
  service: 'geo',
  types: ['gateway.location-watched'],
  async handle(tx, events) {
    for (const { orgId, payload } of events) {
      await recordLooks(tx, deps, {
        orgId,
        viewerId: payload.viewerId,
        viewerRole: payload.viewerRole,
        at: new Date(payload.at),
        reason: null,
        looks: payload.memberIds.map((memberId) => ({ memberId, kind: 'live' })),
      });
    }
  },
});
