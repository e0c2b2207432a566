import type { Ports } from '../../../platform/service.ts';
import type { Watched, Watching } from './watching.ts';

const everyMs = 5_000;
/** One record per viewer and member in this time: watching a map is one look, not a thousand. */
const sameLookMs = 10 * 60_000;

type RecordingPorts = Pick<Ports, 'database' | 'events' | 'cache' | 'clock' | 'telemetry'>;

/**
 * Every look at somebody's location is recorded, on the live map too: whose position went out to whom is told to geo,
 * which keeps the looks. Returns how to stop; what has not been recorded by then is.
 */
export const recordWatching = (watching: Watching, ports: RecordingPorts): (() => Promise<void>) => {
  const { telemetry } = ports;
  const recordAll = async (): Promise<void> => {
    for (const watched of watching.take()) {
      try {
        await record(watched, ports);
      } catch (error) {
        // A look must not get lost: it is tried again with the next ones.
        for (const memberId of watched.memberIds) watching.note(watched.actor, memberId);
        telemetry.log.error({ err: error }, 'looks could not be recorded');
      }
    }
  };
  let running: Promise<void> = Promise.resolve();
  const next = (): Promise<void> => {
    running = running.then(recordAll);
    return running;
  };
  const timer = setInterval(() => void next(), everyMs);
  return async () => {
    clearInterval(timer);
    await next();
  };
};

const record = async ({ actor, memberIds }: Watched, ports: RecordingPorts): Promise<void> => {
  const { database, events, cache, clock } = ports;
  const keyOf = (memberId: string): string => `watched:${actor.userId}:${memberId}`;
  const fresh: string[] = [];
  for (const memberId of memberIds) if ((await cache.get(keyOf(memberId))) === null) fresh.push(memberId);
  if (fresh.length === 0) return;
  const payload = {
    viewerId: actor.userId,
    viewerRole: actor.role,
    memberIds: fresh,
    at: clock.now().toISOString(),
  };
  await database.inOrganization('gateway', actor.orgId, (tx) =>
    events.append(tx, actor.orgId, [{ type: 'gateway.location-watched', key: actor.userId, payload }]),
  );
  for (const memberId of fresh) await cache.set(keyOf(memberId), true, sameLookMs);
};
