import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigurationError } from '../config/schema.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';

/** A process that hangs, or whose machine is gone, loses its claim after this; one that ends loses it at once. */
const leaseMs = 15_000;
/** Whoever is started while its predecessor ends waits for it. */
const claimWithinMs = 3_000;
const askAgainEveryMs = 250;

export interface GatewayClaim {
  release(): Promise<void>;
}

/**
 * Makes sure that gateways on one database share their cache: one that keeps it in memory must be the only one, or
 * sessions end late, limits count twice, and sockets hear only half. As long as it runs, a gateway holds a lock in the
 * database: for itself alone (`cache: 'memory'`), or together with others (`cache: 'redis'`).
 * @param databaseUrl straight to the primary, no transaction pooler in between
 * @throws ConfigurationError when another gateway is there that does not share its cache with this one
 */
export const claimGateway = async (
  databaseUrl: string,
  cache: 'memory' | 'redis',
  { log }: Pick<Telemetry, 'log'>,
): Promise<GatewayClaim> => {
  const stopped = new AbortController();
  let client = await claim(databaseUrl, cache, performance.now() + claimWithinMs);
  if (client === undefined) throw new ConfigurationError([refusals[cache]]);

  const keep = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await sleep(leaseMs / 3, undefined, { signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted) return;
      try {
        if (client === undefined) {
          client = await claim(databaseUrl, cache, 0);
          if (client === undefined) log.error({ reason: refusals[cache] }, 'there is another gateway');
        } else await client.query('SELECT 1');
      } catch {
        // Lost with the connection; the database may be away.
        await client?.end().catch(() => {});
        client = undefined;
      }
    }
  };
  const keeping = keep();
  return {
    release: async () => {
      stopped.abort();
      await keeping;
      await client?.end().catch(() => {});
    },
  };
};

const refusals = {
  memory:
    'Another Muster serves this database already, and this one keeps cache, rate limits and live messages in memory: set MUSTER_REDIS_URL, the same for both, or stop the other one.',
  redis:
    'Another Muster serves this database already and keeps cache, rate limits and live messages in memory: set MUSTER_REDIS_URL there, too, or stop it.',
} as const;

/** Resolves with the connection that holds the lock, or undefined. @throws what connecting does */
const claim = async (
  connectionString: string,
  cache: 'memory' | 'redis',
  deadlineMs: number,
): Promise<pg.Client | undefined> => {
  const client = new pg.Client({
    connectionString,
    application_name: 'muster gateway',
    keepAlive: true,
    connectionTimeoutMillis: leaseMs,
    query_timeout: leaseMs,
  });
  // What is lost here fails the next question.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`SET idle_session_timeout = ${leaseMs}`);
    const lock = cache === 'memory' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared';
    for (;;) {
      const { rows } = await client.query<{ held: boolean }>(
        `SELECT ${lock}(hashtextextended('muster gateway', 0)) AS held`,
      );
      if (rows[0]?.held === true) return client;
      if (performance.now() >= deadlineMs) break;
      await sleep(askAgainEveryMs);
    }
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  await client.end();
  return undefined;
};
