import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseConfiguration } from '../config/schema.ts';
import { type KafkaCluster, startKafka, whatKafkaLacks } from '../platform/testing/servers/kafka.ts';
import { type PostgresWithReplica, startPostgresWithReplica } from '../platform/testing/servers/postgres.ts';
import { type RedisServer, startRedis } from '../platform/testing/servers/redis.ts';
import { ownServer } from '../platform/testing/servers/with-server.ts';
import { Muster } from './muster.ts';

const program = join(import.meta.dirname, '../main.ts');
type Environment = Record<string, string>;

let postgres: PostgresWithReplica;
let folder: string;

/** Really starts `muster serve`; it must end by itself, with one sentence and nothing else on its standard error. */
const refusalOf = async (environment: Environment): Promise<string> => {
  const child = spawn(process.execPath, [program, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NO_COLOR: '1',
      PORT: '0',
      MUSTER_DEMO: 'false',
      MUSTER_DATA: folder,
      MUSTER_DATABASE_URL: postgres.runtimeUrl,
      ...environment,
    },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 50_000);
  const [printed, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  clearTimeout(timer);
  expect(child.exitCode, printed + complaint).toBe(1);
  expect(complaint.trim().split('\n'), complaint).toHaveLength(1);
  // What was done stands there; what went wrong is not told twice.
  expect(printed).not.toMatch(/FAILED|[a-z]{3}\.$/m);
  return complaint.trim();
};

const withPassword = (url: string, password: string): string => {
  const changed = new URL(url);
  changed.password = password;
  return changed.href;
};

beforeAll(async () => {
  postgres = await startPostgresWithReplica();
  folder = await mkdtemp(join(tmpdir(), 'muster-refused-'));
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a start ends with one sentence that names the fix, when', () => {
  const closed = '127.0.0.1:1';

  it.for<[string, () => Environment, RegExp]>([
    [
      'several processes would use the embedded database',
      () => ({ MUSTER_DATABASE_URL: '', MUSTER_TARGETS: 'geo' }),
      /^The embedded database, .* serve one process only: set MUSTER_DATABASE_URL, /,
    ],
    [
      'a gateway apart would keep its cache in memory',
      () => ({ MUSTER_TARGETS: 'gateway', MUSTER_PUBLIC_URL: 'http://muster.example', MUSTER_S3_BUCKET: 'muster' }),
      /^Cache, rate limits and live messages in memory serve one process only: set MUSTER_REDIS_URL /,
    ],
    [
      'no database answers',
      () => ({ MUSTER_DATABASE_URL: `postgres://a:b@${closed}/muster` }),
      /^No database answers at 127\.0\.0\.1:1\. Check MUSTER_DATABASE_URL/,
    ],
    [
      'the database refuses the password',
      () => ({ MUSTER_DATABASE_URL: withPassword(postgres.runtimeUrl, 'wrong') }),
      /^The database refuses the password .* Check MUSTER_DATABASE_URL/,
    ],
    [
      'the database refuses the administrator',
      () => ({ MUSTER_DATABASE_OWNER_URL: withPassword(postgres.ownerUrl, 'wrong') }),
      /^The database refuses the password .* MUSTER_DATABASE_OWNER_URL/,
    ],
    [
      'no replica answers',
      () => ({ MUSTER_REPLICA_URL: `postgres://a:b@${closed}/muster` }),
      /^No replica answers at 127\.0\.0\.1:1: start it, set MUSTER_REPLICA_URL to where it listens, or leave that out/,
    ],
    [
      'the replica refuses the password',
      () => ({ MUSTER_REPLICA_URL: withPassword(postgres.replicaUrl, 'wrong') }),
      /^The replica refuses .*: check user, password and database in MUSTER_REPLICA_URL/,
    ],
    [
      'the replica is the primary',
      () => ({ MUSTER_REPLICA_URL: postgres.runtimeUrl }),
      /^MUSTER_REPLICA_URL points to a database that takes writes itself: give the address of a streaming replica/,
    ],
    [
      'no broker answers',
      () => ({ MUSTER_KAFKA_BROKERS: closed }),
      /^No Kafka broker answers at 127\.0\.0\.1:1: start Kafka, or set MUSTER_KAFKA_BROKERS to where it listens/,
    ],
  ])('%s', async ([, environment, sentence]) => {
    expect(await refusalOf(environment())).toMatch(sentence);
  });

  it('Redis refuses the credentials', async ({ skip }) => {
    const redis: RedisServer = await ownServer(startRedis, skip);
    try {
      const admin = new Redis(redis.url);
      await admin.config('SET', 'requirepass', 'right');
      admin.disconnect();
      for (const url of [redis.url, withPassword(redis.url, 'wrong')]) {
        expect(await refusalOf({ MUSTER_REDIS_URL: url })).toBe(
          'Redis refuses the credentials: check user and password in MUSTER_REDIS_URL.',
        );
      }
    } finally {
      await redis.stop();
    }
  });

  it('S3 refuses the credentials, or has no such bucket', async ({ skip }) => {
    const server = inject('s3');
    if ('missing' in server) return skip(server.missing);
    const { origin, username, password, search } = new URL(server.url);
    const s3 = {
      MUSTER_S3_ENDPOINT: origin,
      MUSTER_S3_BUCKET: 'nowhere',
      MUSTER_S3_ACCESS_KEY_ID: username,
      MUSTER_S3_SECRET_ACCESS_KEY: password,
    };
    expect(await refusalOf(s3)).toMatch(/^The bucket nowhere cannot be used: there is none.* MUSTER_S3_ variables/);
    // The emulator takes any signature.
    if (search !== '') return;
    expect(await refusalOf({ ...s3, MUSTER_S3_SECRET_ACCESS_KEY: 'wrong' })).toMatch(
      /^The bucket nowhere cannot be used: the credentials are refused. Check the MUSTER_S3_ variables/,
    );
  });

  it('another gateway serves the database, and not both share a cache', async () => {
    const configuration = parseConfiguration(
      {
        PORT: '0',
        MUSTER_DATA: folder,
        MUSTER_DATABASE_URL: postgres.runtimeUrl,
        MUSTER_LOG_LEVEL: 'silent',
        MUSTER_LOG_TO: 'stdout',
      },
      folder,
    );
    const first = new Muster(configuration);
    await first.startDatabase();
    await first.serve();
    try {
      expect(await refusalOf({})).toMatch(
        /^Another Muster serves this database already, and this one keeps cache.* in memory: set MUSTER_REDIS_URL/,
      );
      const redis = inject('redis');
      if ('missing' in redis) return;
      expect(await refusalOf({ MUSTER_REDIS_URL: redis.url })).toMatch(
        /^Another Muster serves this database already and keeps cache.* in memory: set MUSTER_REDIS_URL there, too/,
      );
    } finally {
      await first.stop();
    }
    // Whoever comes after it has ended is let in at once.
    const next = new Muster(configuration);
    await next.startDatabase();
    await expect(next.serve()).resolves.toBeDefined();
    await next.stop();
  });

  const lacks = whatKafkaLacks();
  describe.skipIf(lacks !== undefined)(`Kafka (${lacks ?? '3.9'})`, () => {
    let kafka: KafkaCluster;
    beforeAll(async () => {
      kafka = await startKafka(1, { secure: true });
    }, 300_000);
    afterAll(() => kafka?.stop());

    it('refuses the sign-in, wants TLS, or has too few brokers', async () => {
      const { secure } = kafka;
      if (secure === undefined) throw new Error('The cluster has no secure listener');
      const authority = join(folder, 'authority.pem');
      await writeFile(authority, secure.ca);
      const signIn = {
        MUSTER_KAFKA_BROKERS: secure.brokers.join(','),
        MUSTER_KAFKA_REPLICATION: '1',
        MUSTER_KAFKA_TLS: 'true',
        MUSTER_KAFKA_TLS_CA: authority,
        MUSTER_KAFKA_SASL_MECHANISM: 'PLAIN',
        MUSTER_KAFKA_SASL_USERNAME: secure.username,
        MUSTER_KAFKA_SASL_PASSWORD: 'wrong',
      };
      expect(await refusalOf(signIn)).toMatch(/^Kafka refuses the credentials: check MUSTER_KAFKA_SASL_MECHANISM/);
      expect(await refusalOf({ MUSTER_KAFKA_BROKERS: secure.brokers.join(',') })).toMatch(
        /^The Kafka broker at .* speaks TLS only: set MUSTER_KAFKA_TLS to true/,
      );
      expect(await refusalOf({ MUSTER_KAFKA_BROKERS: kafka.brokers.join(',') })).toMatch(
        /^Kafka has fewer brokers than the 3 copies asked for: .* MUSTER_KAFKA_REPLICATION/,
      );
    });
  });
});
