import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Target } from './fault.ts';

const kills = 3;
const caughtWithinMs = 30_000;
const replacedWithinMs = 90_000;
/** An event that is so much older than the note was there when the relay last looked, so it was published. */
const surelySeenMs = 10;

/**
 * Kills the relay when Kafka has acknowledged and the place is not noted yet. Muster has no hook for that: the note is
 * held back by a lock on its table, so that the relay stands exactly there.
 */
export const killBetweenPublishAndMark = async (target: Target): Promise<void> => {
  const { surroundings, fleet, random, violated, tell } = target;
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(random() * 3_000);
    const client = new pg.Client({ connectionString: surroundings.postgres.ownerUrl, application_name: 'fault' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const service = await caughtRelay(client);
      if (service === undefined) {
        violated('the relay was never seen between publishing and noting');
        return;
      }
      const before = await placeOf(client);
      const pid = fleet.pidOf(service);
      process.kill(pid, 'SIGKILL');
      await endSessions(client, service);
      if ((await placeOf(client)) !== before) violated('the place was noted by a relay that is dead');
      else tell(`${service} was killed with what it had published not noted`);
      await client.query('ROLLBACK');
      // A process that starts makes a note as well, and would not get ready before the next lock is gone.
      await untilReplaced(() => fleet.pidOf(service) !== pid);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
};

const untilReplaced = async (isReplaced: () => boolean): Promise<void> => {
  const deadline = performance.now() + replacedWithinMs;
  while (!isReplaced() && performance.now() < deadline) await sleep(100);
};

const relay = 'platform.kafka-relay';

/** Holds every note back until the relay waits to make one; resolves with the service that it runs in. */
const caughtRelay = async (client: pg.Client): Promise<string | undefined> => {
  await client.query('BEGIN');
  // This mode takes no transaction id, so events that are committed from here on can still be published.
  await client.query('LOCK TABLE platform.consumer_cursor IN SHARE MODE');
  const deadline = performance.now() + caughtWithinMs;
  while (performance.now() < deadline) {
    // Inside of a transaction pg_stat_activity does not change by itself.
    await client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ service: string }>(
      `WITH relay AS (
         SELECT s.usename FROM pg_locks l JOIN pg_stat_activity s USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted
           AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('muster consumer ' || $1, 0)),
       waiting AS (
         SELECT s.usename, s.query_start FROM pg_locks l JOIN pg_stat_activity s USING (pid)
         WHERE NOT l.granted AND l.relation = 'platform.consumer_cursor'::regclass
           AND s.query ~ 'UPDATE platform.consumer_cursor SET .*xid = \\$'),
       unmarked AS (
         SELECT min(o.occurred_at) AS oldest FROM platform.consumer_cursor c
         JOIN platform.outbox o ON (o.xid, o.seq) > (c.xid, c.seq) WHERE c.consumer = $1)
       SELECT substring(usename FROM 'muster_(.*)_login') AS service
       FROM relay JOIN waiting USING (usename) CROSS JOIN unmarked
       WHERE unmarked.oldest < waiting.query_start - $2 * interval '1 millisecond'
       GROUP BY usename
       -- The gateway notes the place of a consumer of its own in the same words.
       HAVING count(*) >= CASE usename WHEN 'muster_gateway_login' THEN 2 ELSE 1 END`,
      [relay, surelySeenMs],
    );
    if (rows[0] !== undefined) return rows[0].service;
    await sleep(20);
  }
  return undefined;
};

/** What the dead have asked for must not be done any more, as if the database had noticed at once that they are. */
const endSessions = async (client: pg.Client, service: string): Promise<void> => {
  const login = `muster_${service}_login`;
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    await client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ waiting: boolean }>(
      `SELECT pg_terminate_backend(s.pid) AS waiting FROM pg_stat_activity s JOIN pg_locks l USING (pid)
       WHERE s.usename = $1 AND NOT l.granted AND l.relation = 'platform.consumer_cursor'::regclass`,
      [login],
    );
    if (rows.length === 0) return;
    await sleep(20);
  }
};

const placeOf = async (client: pg.Client): Promise<string> => {
  const { rows } = await client.query<{ place: string }>(
    `SELECT xid || '/' || seq AS place FROM platform.consumer_cursor WHERE consumer = $1`,
    [relay],
  );
  return rows[0]?.place ?? 'nowhere';
};
