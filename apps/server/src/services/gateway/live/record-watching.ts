import type { Ports } from '../../../platform/service.ts';
import type { LiveHub } from './hub.ts';

const everyMs = 5_000;
/** One record per viewer and member in this time: watching a map is one look, not a thousand. */
const sameLookMs = 10 * 60_000;

/**
 * Every look at somebody's location is recorded, on the live map too: whose position went out to whom is told to geo,
 * which keeps the looks. Returns how to stop.
 */
export const recordWatching = (
  hub: LiveHub,
  { database, events, cache, clock, telemetry }: Pick<Ports, 'database' | 'events' | 'cache' | 'clock' | 'telemetry'>,
): (() => void) => {
  const record = async (): Promise<void> => {
    for (const { actor, watched } of await hub.connections()) {
      const memberIds: string[] = [];
      for (const memberId of watched) {
        if (memberId === actor.userId) continue;
        const { allowed } = await cache.take(`watched:${actor.userId}:${memberId}`, 1, sameLookMs);
        if (allowed) memberIds.push(memberId);
      }
      watched.clear();
      if (memberIds.length === 0) continue;
      const at = clock.now().toISOString();
      const payload = { viewerId: actor.userId, viewerRole: actor.role, memberIds, at };
      await database.inOrganization('gateway', actor.orgId, (tx) =>
        events.append(tx, actor.orgId, [{ type: 'gateway.location-watched', key: actor.userId, payload }]),
      );
    }
  };
  const timer = setInterval(() => {
    record().catch((error: unknown) => telemetry.log.error({ err: error }, 'looks could not be recorded'));
  }, everyMs);
  return () => clearInterval(timer);
};
