import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { type PostgresWithReplica, startPostgresWithReplica } from '../testing/servers/postgres.ts';
import { until } from '../testing/servers/with-server.ts';
import type { Lsn, Tx } from './port.ts';
import { PostgresDatabase } from './postgres.ts';
import { ReplicatedDatabase, type ReplicatedOptions } from './replica.ts';
import { ReplicaWatch } from './replica-watch.ts';
import { plantedTable, readingSuite, textsIn, write } from './suite.ts';
import { testDatabase } from './testing/test-database.ts';

let servers: PostgresWithReplica;
let owner: pg.Pool;
let replicaOwner: pg.Pool;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  servers = await startPostgresWithReplica();
  [owner, replicaOwner] = [servers.ownerUrl, servers.replicaOwnerUrl].map((connectionString) => {
    const pool = new pg.Pool({ connectionString, max: 2 });
    pool.on('error', () => {});
    return pool;
  }) as [pg.Pool, pg.Pool];
});
afterAll(async () => {
  for (const each of open.reverse()) await each.close();
  await Promise.all([owner?.end(), replicaOwner?.end()]);
  await servers?.stop();
});

const openReplicated = async (
  options: Partial<Pick<ReplicatedOptions, 'maxLagSeconds' | 'onRead'>> & { answerTimeoutMs?: number } = {},
) => {
  const primary = new PostgresDatabase({ connectionString: servers.runtimeUrl, poolSize: 4, hasReplica: true });
  const { answerTimeoutMs = 2_000, ...rest } = options;
  const replica = new PostgresDatabase({
    connectionString: servers.replicaUrl,
    poolSize: 4,
    acquireTimeoutMs: 1_000,
    answerTimeoutMs,
  });
  const watch = new ReplicaWatch({ primaryUrl: servers.runtimeUrl, replicaUrl: servers.replicaUrl, everyMs: 100 });
  await watch.start();
  const database = new ReplicatedDatabase({ primary, replica, watch, maxLagSeconds: 30, ...rest });
  open.push(primary, database, watch);
  return { database, watch };
};

readingSuite('on a replica', async () => {
  const { database } = await openReplicated();
  return {
    database,
    plant: async (statements) => {
      await owner.query(statements);
      await servers.caughtUp();
    },
    close: async () => void (await owner.query('DROP TABLE geo.note')),
  };
});

describe('a replica', () => {
  const orgId = uuidv7();
  const reads: string[] = [];
  const onRead = (where: string) => void reads.push(where);
  let database: ReplicatedDatabase;
  let watch: ReplicaWatch;
  const writeNote = async (text: string): Promise<Lsn> => {
    let writtenAt = '';
    await database.inOrganization('geo', orgId, (tx) => write(tx, orgId, text), {
      onCommitted: (at) => {
        writtenAt = at;
      },
    });
    return writtenAt;
  };
  const read = (options?: Parameters<typeof database.reading>[3]) => database.reading('geo', orgId, textsIn, options);

  beforeAll(async () => {
    await owner.query(plantedTable);
    ({ database, watch } = await openReplicated({ onRead, maxLagSeconds: 3 }));
    await writeNote('first');
  });
  beforeEach(async () => {
    await servers.caughtUp();
    await until(() => watch.trouble === undefined && watch.behindSeconds < 1);
    reads.length = 0;
  });
  afterEach(() => servers.resumeReplay());

  it('serves what may be read from it, and says how old that may be', async () => {
    const told: number[] = [];
    expect(await read({ onReplica: (behindSeconds) => told.push(behindSeconds) })).toContain('first');
    const where = await database.reading('geo', orgId, async (tx) => {
      const { rows } = await sql<{ follows: boolean }>`SELECT pg_is_in_recovery() AS follows`.execute(tx);
      return rows[0]?.follows;
    });
    expect(where).toBe(true);
    expect(reads).toEqual(['replica', 'replica']);
    expect(told[0]).toBeLessThan(3);
  });

  it('is passed over for an own write that it does not have yet, and serves the others', async () => {
    await servers.pauseReplay();
    const writtenAt = await writeNote('second');
    expect(await read({ writtenAt })).toContain('second');
    expect(await read()).not.toContain('second');
    expect(await read({ writtenAt: 'no place' })).toContain('second');
    expect(reads).toEqual(['own write', 'replica', 'own write']);
    await servers.resumeReplay();
    await servers.caughtUp();
    expect(await read({ writtenAt })).toContain('second');
    expect(reads.at(-1)).toBe('replica');
  });

  it('is passed over when it is further behind than it may be, and used again when it has caught up', async () => {
    await servers.pauseReplay();
    await writeNote('third');
    expect(await read()).not.toContain('third');
    await until(() => watch.behindSeconds > 3);
    expect(await read()).toContain('third');
    expect(reads).toEqual(['replica', 'lag']);
    await expect(database.checkReplica()).rejects.toThrow(/\d s behind, MUSTER_REPLICA_MAX_LAG_SECONDS is 3/);
    expect(watch.behindBytes).toBeGreaterThan(0);
    await servers.resumeReplay();
    await until(() => watch.behindSeconds < 1);
    expect(await read()).toContain('third');
    expect(reads.at(-1)).toBe('replica');
    await expect(database.checkReplica()).resolves.toBeUndefined();
    expect(watch.behindBytes).toBe(0);
  });

  it('is not behind while nothing is written', async () => {
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(watch.behindSeconds).toBeLessThan(3);
    await read();
    expect(reads).toEqual(['replica']);
  });

  it('that removes rows from under a query lets the primary answer', async () => {
    await writeNote('to stay');
    await writeNote('to be removed');
    await servers.caughtUp();
    let tries = 0;
    const slowly = async (tx: Tx) => {
      tries += 1;
      const { rows } = await sql<{ count: number }>`
        SELECT count(*) FROM geo.note, pg_sleep(${tries === 1 ? 10 : 0})`.execute(tx);
      return rows[0]?.count;
    };
    const underWay = database.reading('geo', orgId, slowly);
    await until(async () => {
      const onReplica = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;
      return (await replicaOwner.query(onReplica)).rowCount === 1;
    });
    await owner.query(`DELETE FROM geo.note WHERE text = 'to be removed'`);
    await owner.query('VACUUM geo.note');
    expect(await underWay).toBeGreaterThan(0);
    expect([tries, reads]).toEqual([2, ['failed']]);
    await read();
    expect(reads).toEqual(['failed', 'replica']);
  });

  it('that dies takes no read with it, and serves again when it is back', async () => {
    let running = 0;
    const slow = async (tx: Tx) => {
      running += 1;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return textsIn(tx);
    };
    const underWay = Promise.all(Array.from({ length: 3 }, () => database.reading('geo', orgId, slow)));
    await until(() => running === 3);
    await servers.killReplica();
    for (const texts of await underWay) expect(texts).toContain('first');
    expect(await read()).toContain('first');
    expect(new Set(reads)).toEqual(new Set(['failed', 'away']));
    await expect(database.checkReplica()).rejects.toThrow(/does not answer/);
    await writeNote('while it was away');
    await servers.restartReplica();
    await until(async () => {
      await read();
      return reads.at(-1) === 'replica';
    });
    expect(await read()).toContain('while it was away');
  });

  it('that hangs holds a read up for as long as an answer may take, and the next ones not at all', async () => {
    servers.freezeReplica();
    try {
      expect(await read()).toContain('first');
      expect(reads).toEqual(['failed']);
      const startedAt = performance.now();
      for (let round = 0; round < 20; round += 1) await read();
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    } finally {
      servers.thawReplica();
    }
    await until(async () => {
      await read();
      return reads.at(-1) === 'replica';
    });
  });

  it('that was promoted is no replica any more', async () => {
    const others = await startPostgresWithReplica();
    const pool = (connectionString: string) => new PostgresDatabase({ connectionString, hasReplica: true });
    const [primary, replica] = [pool(others.runtimeUrl), pool(others.replicaUrl)];
    // It looks once, and has not noticed yet.
    const slowWatch = new ReplicaWatch({
      primaryUrl: others.runtimeUrl,
      replicaUrl: others.replicaUrl,
      everyMs: 600_000,
    });
    await slowWatch.start();
    const pair = new ReplicatedDatabase({ primary, replica, watch: slowWatch, maxLagSeconds: 30, onRead });
    const ask = () => pair.reading('geo', orgId, async () => 'answered');
    expect(await ask()).toBe('answered');
    await others.promote();
    expect(await ask()).toBe('answered');
    expect(reads).toEqual(['replica', 'failed']);
    await expect(pair.checkReplica()).rejects.toThrow(/takes writes itself/);
    for (const each of [slowWatch, pair, primary]) await each.close();
    await others.stop();
  });
});

describe('what is no replica of the primary', () => {
  const troubleWith = async (primaryUrl: string, replicaUrl: string) => {
    const watch = new ReplicaWatch({ primaryUrl, replicaUrl, everyMs: 600_000 });
    await watch.start();
    await watch.close();
    return watch.trouble;
  };

  it('is told from one in a sentence', async () => {
    const { runtimeUrl, replicaUrl } = servers;
    const other = await testDatabase();
    const wrong = (sentence: RegExp) => ({ kind: 'wrong', sentence: expect.stringMatching(sentence) as string });
    expect(await troubleWith(runtimeUrl, replicaUrl)).toBeUndefined();
    expect(await troubleWith(runtimeUrl, runtimeUrl)).toEqual(wrong(/takes writes itself: give the address/));
    expect(await troubleWith(other.connectionString, replicaUrl)).toEqual(wrong(/the replica of another database/));
    expect(await troubleWith(runtimeUrl, replicaUrl.replace('muster-test', 'guess'))).toEqual(
      wrong(/refuses \(.*check/),
    );
    expect(await troubleWith(runtimeUrl, `${replicaUrl}-2`)).toEqual(wrong(/refuses \(.*does not exist\): check/));
    expect(await troubleWith(runtimeUrl, 'postgres://127.0.0.1:1/muster')).toMatchObject({ kind: 'away' });
    await other.drop();
  });
});
