import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Fleet } from '../fleet.ts';
import type { Fault } from './fault.ts';
import { fillDatabaseDisk, fillLogDisk } from './full-disks.ts';
import { overload } from './overload.ts';
import { killBetweenPublishAndMark } from './relay-death.ts';
import { setClock } from './wrong-clock.ts';

const killService = (service: string, short?: true): Fault => ({
  name: `${service} is killed`,
  row: 1,
  ...(short && { short }),
  strike: async ({ fleet, random }) => {
    await sleep(random() * 500);
    process.kill(fleet.pidOf(service), 'SIGKILL');
  },
});

export const faults: readonly Fault[] = [
  killService('geo', true),
  killService('gateway', true),
  killService('auth'),
  killService('users'),
  killService('attendance'),
  killService('notifications'),
  killService('reports'),
  killService('fraud'),
  killService('audit'),
  {
    name: 'a consumer is killed again and again in the middle of its work',
    row: 2,
    strike: async ({ fleet, random }) => {
      for (let kill = 0; kill < 4; kill += 1) {
        process.kill(await pidSoon(fleet, 'geo'), 'SIGKILL');
        await sleep(4_000 + random() * 2_000);
      }
    },
  },
  {
    name: 'the relay dies between publishing to Kafka and noting it',
    row: 3,
    strike: killBetweenPublishAndMark,
  },
  {
    name: 'every process is replaced, one after the other (rolling restart)',
    row: 4,
    seamless: true,
    strike: ({ fleet }) => fleet.roll(),
  },
  {
    name: 'a process is held still and comes back (zombie)',
    row: 5,
    strike: async ({ fleet, lengthen }) => {
      const pid = fleet.pidOf('geo');
      process.kill(pid, 'SIGSTOP');
      await sleep(15_000 * lengthen);
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    name: 'the primary is killed and starts again',
    row: 6,
    short: true,
    strike: async ({ surroundings: { postgres } }) => {
      await postgres.killPrimary();
      await sleep(2_000);
      await postgres.restartPrimary();
    },
  },
  {
    name: 'the database is slow',
    row: 8,
    strike: async ({ wayToDatabase, lengthen }) => {
      wayToDatabase.delay(250);
      await sleep(10_000 * lengthen);
      wayToDatabase.delay(0);
    },
  },
  {
    name: 'the network to the database is cut',
    row: 17,
    strike: async ({ wayToDatabase, lengthen }) => {
      wayToDatabase.cut();
      await sleep(5_000 * lengthen);
      wayToDatabase.mend();
    },
  },
  {
    name: 'the replica falls behind',
    row: 9,
    strike: async ({ surroundings: { postgres }, lengthen }) => {
      await postgres.pauseReplay();
      await sleep(10_000 * lengthen);
      await postgres.resumeReplay();
    },
  },
  {
    name: 'the replica is killed and starts again',
    row: 10,
    strike: async ({ surroundings: { postgres } }) => {
      await postgres.killReplica();
      await sleep(3_000);
      await postgres.restartReplica();
    },
  },
  {
    name: 'Redis forgets everything',
    row: 11,
    short: true,
    strike: async ({ surroundings: { redis } }) => {
      for (const url of redis.url.split(',')) {
        const node = new Redis(url, { lazyConnect: true });
        node.on('error', () => undefined);
        // A replica refuses; its master has told it.
        await node.flushall().catch(() => undefined);
        node.disconnect();
      }
    },
  },
  {
    name: 'a master of the Redis Cluster is killed',
    row: 11,
    strike: ({ surroundings: { redis } }) => redis.killMasterOf('anything'),
  },
  {
    name: 'one broker of three is killed and starts again',
    row: 12,
    strike: async ({ surroundings: { kafka }, random }) => {
      const broker = kafka.nodes[Math.floor(random() * kafka.nodes.length)];
      await broker?.kill();
      await sleep(5_000);
      await broker?.restart();
    },
  },
  {
    name: 'Kafka is away',
    row: 12,
    strike: async ({ surroundings: { kafka }, lengthen }) => {
      await Promise.all(kafka.nodes.map((node) => node.kill()));
      await sleep(10_000 * lengthen);
      await Promise.all(kafka.nodes.map((node) => node.restart()));
    },
  },
  {
    name: 'an event that no consumer can handle',
    row: 13,
    strike: async ({ surroundings: { postgres } }) => {
      const client = new pg.Client({ connectionString: postgres.ownerUrl });
      await client.connect();
      await client.query(
        `INSERT INTO platform.outbox (id, type, version, org_id, key, occurred_at, payload)
         SELECT $1, 'geo.positions-recorded', 1, id, 'poison', now(), '{"nobody": "expects this"}' FROM users.organization LIMIT 1`,
        [randomUUID()],
      );
      await client.end();
    },
  },
  {
    name: 'the disk of the database is full',
    row: 14,
    needs: 'databaseDisk',
    strike: fillDatabaseDisk,
  },
  {
    name: 'the disk of the logs is full',
    row: 15,
    needs: 'logsDisk',
    unnoticed: true,
    strike: fillLogDisk,
  },
  {
    name: 'S3 is away',
    row: 16,
    strike: async ({ surroundings: { s3 }, lengthen }) => {
      await s3.kill();
      await sleep(5_000 * lengthen);
      await s3.restart();
    },
  },
  ...['auth', 'attendance', 'geo', 'gateway'].map(
    (service): Fault => ({
      name: `the clock of ${service} is ten minutes wrong, and jumps back`,
      row: 18,
      needs: 'clocks',
      unnoticed: true,
      strike: setClock(service),
    }),
  ),
  {
    name: 'five times the load that there is room for',
    row: 19,
    strike: overload,
  },
  {
    name: 'clients that never finish what they say',
    row: 20,
    strike: async ({ fleet, lengthen }) => {
      const { hostname, port } = new URL(fleet.url);
      const slow = Array.from({ length: 300 }, () => {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        socket.write(
          'POST /v1/auth/sign-in HTTP/1.1\r\nHost: muster\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{',
        );
        return socket;
      });
      const drip = setInterval(() => {
        for (const socket of slow) if (socket.writable) socket.write(' ');
      }, 1_000);
      await sleep(10_000 * lengthen);
      clearInterval(drip);
      for (const socket of slow) socket.destroy();
    },
  },
  {
    // The last one: there is no replica any more after it.
    name: 'the primary is lost for good, and the replica is promoted',
    row: 7,
    strike: async ({ surroundings: { postgres }, wayToDatabase }) => {
      // What was acknowledged before this held on one machine; from here on it holds on two.
      await withOwner(postgres.ownerUrl, async (client) => {
        await client.query(`ALTER SYSTEM SET synchronous_standby_names = 'replica'`);
        await client.query('SELECT pg_reload_conf()');
      });
      await postgres.caughtUp();
      await sleep(2_000);
      await postgres.killPrimary();
      await postgres.promote();
      wayToDatabase.leadTo(Number(new URL(postgres.replicaOwnerUrl).port));
    },
  },
];

const withOwner = async (url: string, work: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** Of a service that is just being started again: as soon as there is one that lives. */
const pidSoon = async (fleet: Fleet, service: string): Promise<number> => {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const pid = fleet.pidOf(service);
    try {
      process.kill(pid, 0);
      return pid;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`${service} was not started again.`);
};
