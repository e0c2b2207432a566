import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { serviceNames } from '../../database/port.ts';
import { type KafkaCluster, startKafka } from './kafka.ts';
import { type PostgresWithReplica, startPostgresWithReplica } from './postgres.ts';
import { type RedisCluster, startRedisCluster } from './redis.ts';
import { type S3Server, startS3 } from './s3.ts';
import { removeAbandoned } from './server-process.ts';

/** Everything that a fleet of Muster stands on, as real servers of a test run's own. */
export interface Surroundings {
  readonly postgres: PostgresWithReplica;
  readonly kafka: KafkaCluster;
  readonly redis: RedisCluster;
  readonly s3: S3Server;
  /** Muster's configuration for them. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const bucket = 'muster';

/** @param primaryFolder where the primary of PostgreSQL keeps its data, if that matters */
export const startSurroundings = async (primaryFolder?: string): Promise<Surroundings> => {
  await removeAbandoned();
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const started = async <Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> => {
    const server = await starting;
    stops.push(() => server.stop());
    return server;
  };
  try {
    const starting = [
      started(startPostgresWithReplica({}, primaryFolder)),
      started(startKafka(3)),
      started(startRedisCluster()),
      started(startS3()),
    ] as const;
    // Whatever fails, the others have come up, and can be taken down.
    await Promise.allSettled(starting);
    const [postgres, kafka, redis, s3] = await Promise.all(starting);
    const objects = await makeBucket(s3.url);
    // One password for every login is enough for a test.
    const { password } = new URL(postgres.runtimeUrl);
    return {
      postgres,
      kafka,
      redis,
      s3,
      environment: {
        MUSTER_DATABASE_URL: postgres.runtimeUrl,
        MUSTER_DATABASE_OWNER_URL: postgres.ownerUrl,
        MUSTER_REPLICA_URL: postgres.replicaUrl,
        MUSTER_DATABASE_PASSWORDS: ['runtime', ...serviceNames].map((login) => `${login}=${password}`).join(','),
        MUSTER_KAFKA_BROKERS: kafka.brokers.join(','),
        MUSTER_REDIS_URL: redis.url,
        ...objects,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const makeBucket = async (url: string): Promise<Record<string, string>> => {
  const { username, password, origin } = new URL(url);
  const admin = new S3Client({
    endpoint: origin,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: username, secretAccessKey: password },
  });
  try {
    await admin.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    admin.destroy();
  }
  return {
    MUSTER_S3_BUCKET: bucket,
    MUSTER_S3_ENDPOINT: origin,
    MUSTER_S3_ACCESS_KEY_ID: username,
    MUSTER_S3_SECRET_ACCESS_KEY: password,
  };
};
