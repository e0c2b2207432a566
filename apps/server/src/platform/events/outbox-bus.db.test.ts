import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { PostgresDatabase } from '../database/postgres.ts';
import { uuidv7 } from '../ids.ts';
import { seededRandom } from '../seeded-random.ts';
import { OutboxBus, type OutboxBusOptions } from './outbox-bus.ts';
import { CursorExpiredError, type OutgoingEvent, type StoredEvent } from './port.ts';
import { describeEventBus, type EventBusHarness } from './suite.ts';
import { effectsDatabase } from './testing/effects.ts';

const impatient = { firstPauseMs: 5, longestPauseMs: 20 };

interface OutboxHarness extends EventBusHarness {
  open(options?: Partial<OutboxBusOptions>): OutboxBus;
  ownerPool: pg.Pool;
  connectionString: string;
}

async function makeHarness(): Promise<OutboxHarness> {
  const test = await effectsDatabase();
  const buses: OutboxBus[] = [];
  const pools: PostgresDatabase[] = [];
  return {
    ...test,
    open(options) {
      const database = new PostgresDatabase({ connectionString: test.connectionString, poolSize: 4 });
      const bus = new OutboxBus({
        database,
        listenUrl: test.connectionString,
        sweepMs: 500,
        tuning: impatient,
        ...options,
      });
      pools.push(database);
      buses.push(bus);
      return bus;
    },
    async close() {
      await Promise.all(buses.map((bus) => bus.stop()));
      await Promise.all(pools.map((pool) => pool.close()));
      await test.drop();
    },
  };
}

describeEventBus('the outbox in PostgreSQL', makeHarness);

const type = 'users.access-changed';
const fact = (key: string): OutgoingEvent => ({ type, key, payload: { userId: null } });
const orgId = uuidv7();

describe('the outbox under 64 concurrent writers with random commit delays', () => {
  const writers = 64;
  const transactionsEach = 12;
  let harness: OutboxHarness;
  let database: PostgresDatabase;
  beforeAll(async () => {
    harness = await makeHarness();
    database = new PostgresDatabase({ connectionString: harness.connectionString, poolSize: writers });
  });
  afterAll(async () => {
    await database.close();
    await harness.close();
  });

  it('loses nothing and keeps the order per key, where a reader of `seq > last` loses some', async () => {
    const seed = 20_260_301;
    const random = seededRandom(seed);
    const bus = harness.open();
    const cursors: bigint[] = [];
    bus.subscribe({
      name: 'geo.one',
      service: 'geo',
      types: [type],
      async handle(tx, events) {
        for (const event of events) await harness.record(tx, 'geo.one', event);
        cursors.push(...events.map(placeOf));
      },
    });
    await bus.start();

    const naive = readNaively(harness.ownerPool);
    const written: string[] = [];
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let number = 0; number < transactionsEach; number += 1) {
          const [before, after] = [random() * 10, random() < 0.1 ? random() * 200 : random() * 5];
          await database.inOrganization('users', orgId, async (tx) => {
            await sleep(before);
            await bus.append(tx, orgId, [fact(`${writer}`), fact(`${writer}`)]);
            await sleep(after);
          });
          written.push(`${writer}`, `${writer}`);
        }
      }),
    );
    await vi.waitFor(async () => expect(await harness.recorded('geo.one')).toHaveLength(written.length), {
      timeout: 20_000,
      interval: 50,
    });
    const seenNaively = await naive.stop();

    const effects = await harness.recorded('geo.one');
    const ids = effects.map((effect) => effect.eventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(cursors).toEqual(cursors.toSorted((a, b) => (a < b ? -1 : 1)));
    // Ids are made in order by one process, so a writer's ids have to arrive sorted.
    for (let writer = 0; writer < writers; writer += 1) {
      const own = effects.filter((effect) => effect.key === `${writer}`).map((effect) => effect.eventId);
      expect(own).toEqual([...own].sort());
    }
    expect(seenNaively, `seed ${seed}`).toBeLessThan(written.length);
  }, 60_000);
});

/** A cursor as one number: the transaction, then the sequence within 32 bits. */
function placeOf({ cursor }: StoredEvent): bigint {
  const [xid = '', seq = ''] = cursor.split('.');
  return (BigInt(xid) << 32n) + BigInt(seq);
}

/** What most outboxes do, to show that the test above can tell the difference. */
function readNaively(pool: pg.Pool): { stop(): Promise<number> } {
  let last = 0;
  let seen = 0;
  let stopping = false;
  const look = async () => {
    const { rows } = await pool.query<{ seq: string }>('SELECT seq FROM platform.outbox WHERE seq > $1 ORDER BY seq', [
      last,
    ]);
    seen += rows.length;
    last = Number(rows.at(-1)?.seq ?? last);
  };
  const running = (async () => {
    while (!stopping) {
      await look();
      await sleep(5);
    }
    await look();
  })();
  return {
    async stop() {
      stopping = true;
      await running;
      return seen;
    },
  };
}

async function cutListeners(pool: pg.Pool): Promise<void> {
  await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'muster outbox' AND datname = current_database()`);
}

describe('a consumer process that dies', () => {
  const crash = new Error('the process is gone');

  it.each(['afterEffect', 'afterCommit'] as const)('%s: the effect happens once', async (failpoint) => {
    const harness = await makeHarness();
    try {
      let deaths = 0;
      const dieThrice = async () => {
        if (deaths < 3) {
          deaths += 1;
          throw crash;
        }
      };
      const bus = harness.open({ failpoints: { [failpoint]: dieThrice }, pollMs: 20, sweepMs: 20 });
      const handled: StoredEvent[][] = [];
      bus.subscribe({
        name: 'geo.one',
        service: 'geo',
        types: [type],
        async handle(tx, events) {
          handled.push(events);
          for (const event of events) await harness.record(tx, 'geo.one', event);
        },
      });
      await harness.database.inOrganization('users', orgId, (tx) => bus.append(tx, orgId, [fact('a'), fact('b')]));
      await bus.start();
      await harness.database.inOrganization('users', orgId, (tx) => bus.append(tx, orgId, [fact('c')]));
      const keys = async () => (await harness.recorded('geo.one')).map(({ key }) => key);
      await vi.waitFor(async () => expect(await keys()).toEqual(['a', 'b', 'c']), { timeout: 10_000 });
      await sleep(100);
      expect(await keys()).toEqual(['a', 'b', 'c']);
      expect(await bus.deadLetters()).toEqual([]);
    } finally {
      await harness.close();
    }
  });

  it('is cut off in the middle and goes on as if nothing were: the successor repeats and reorders nothing', async () => {
    const harness = await makeHarness();
    try {
      const handled: bigint[] = [];
      let waiting: () => void = () => {};
      const reached = new Promise<void>((resolve) => {
        waiting = resolve;
      });
      let release: () => void = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const open = (isZombie: boolean) => {
        const bus = harness.open({ sweepMs: 20, pollMs: 20, tuning: { ...impatient, batchSize: 20 } });
        bus.subscribe({
          name: 'geo.one',
          service: 'geo',
          types: [type],
          async handle(tx, events) {
            if (isZombie && events.some((event) => event.key === '5')) {
              waiting();
              await released;
            }
            for (const event of events) await harness.record(tx, 'geo.one', event);
            handled.push(...events.map(placeOf));
          },
        });
        return bus;
      };
      const zombie = open(true);
      const orgs = [orgId, uuidv7()];
      const total = 60;
      for (let number = 0; number < total; number += 1) {
        const org = orgs[number % 2] ?? orgId;
        await harness.database.inOrganization('users', org, (tx) => zombie.append(tx, org, [fact(`${number}`)]));
      }
      await zombie.start();
      await reached;
      await cutListeners(harness.ownerPool);
      await open(false).start();
      await sleep(100);
      release();
      await vi.waitFor(async () => expect(await harness.recorded('geo.one')).toHaveLength(total), { timeout: 10_000 });
      expect((await harness.recorded('geo.one')).map(({ key }) => key)).toEqual(
        Array.from({ length: total }, (_, i) => `${i}`),
      );
      expect(handled).toHaveLength(total);
      expect((await zombie.lag())[0]).toMatchObject({ waiting: 0, deadLetters: 0 });
    } finally {
      await harness.close();
    }
  });

  it('loses its listening connection: events come on, and nothing comes twice', async () => {
    const harness = await makeHarness();
    try {
      const bus = harness.open();
      bus.subscribe({
        name: 'geo.one',
        service: 'geo',
        types: [type],
        async handle(tx, events) {
          for (const event of events) await harness.record(tx, 'geo.one', event);
        },
      });
      await bus.start();
      for (let round = 0; round < 10; round += 1) {
        await harness.database.inOrganization('users', orgId, (tx) => bus.append(tx, orgId, [fact(`${round}`)]));
        await cutListeners(harness.ownerPool);
      }
      await vi.waitFor(async () => expect(await harness.recorded('geo.one')).toHaveLength(10), { timeout: 10_000 });
    } finally {
      await harness.close();
    }
  });
});

describe('the outbox', () => {
  it('wakes a consumer at once, also behind a slower transaction', async () => {
    const harness = await makeHarness();
    try {
      let handled = 0;
      // Polling would come ten minutes too late: only being woken helps.
      const bus = harness.open({ pollMs: 600_000, sweepMs: 600_000 });
      bus.subscribe({
        name: 'geo.one',
        service: 'geo',
        types: [type],
        handle: async () => void (handled += 1),
      });
      await bus.start();
      await sleep(100);
      for (let round = 1; round <= 20; round += 1) {
        await harness.database.inOrganization('users', orgId, (tx) => bus.append(tx, orgId, [fact('a')]));
        await vi.waitFor(() => expect(handled).toBe(round), { timeout: 10_000, interval: 1 });
      }

      // It notifies nobody: only looking again soon finds what it held back.
      const slow = harness.database.inOrganization('users', orgId, async (tx) => {
        await sql`SELECT pg_current_xact_id()`.execute(tx);
        await sleep(200);
      });
      await sleep(50);
      await harness.database.inOrganization('users', orgId, (tx) => bus.append(tx, orgId, [fact('quick')]));
      await slow;
      await vi.waitFor(() => expect(handled).toBe(21), { timeout: 10_000, interval: 1 });
    } finally {
      await harness.close();
    }
  });

  it('is trimmed behind the slowest consumer only, and says so to who comes too late', async () => {
    const harness = await makeHarness();
    try {
      const bus = harness.open({ tuning: { ...impatient, idleCursorMs: 0 } });
      const cursor = await bus.currentCursor();
      await harness.database.inOrganization('users', orgId, (tx) => bus.append(tx, orgId, [fact('a'), fact('b')]));
      const later = new Date(systemClock.now().getTime() + 60_000);
      bus.subscribe({ name: 'geo.one', service: 'geo', types: [type], handle: async () => {} });
      await harness.ownerPool.query(
        `INSERT INTO platform.consumer_cursor (consumer, types, xid, seq) VALUES ('geo.late', '{}', '1', 0)`,
      );
      await bus.start();
      await vi.waitFor(async () =>
        expect((await bus.lag()).find((lag) => lag.consumer === 'geo.one')?.waiting).toBe(0),
      );
      expect(await bus.trim(later)).toBe(0);
      expect(await bus.readSince(orgId, cursor, [type], 10)).toHaveLength(2);

      await harness.ownerPool.query(`DELETE FROM platform.consumer_cursor WHERE consumer = 'geo.late'`);
      // A transaction more, so that the horizon lies beyond the events.
      await vi.waitFor(async () => expect(await bus.trim(later)).toBe(2), { timeout: 5_000 });
      await expect(bus.readSince(orgId, cursor, [type], 10)).rejects.toThrow(CursorExpiredError);
      expect(await bus.readSince(orgId, await bus.currentCursor(), [type], 10)).toEqual([]);
    } finally {
      await harness.close();
    }
  });
});
