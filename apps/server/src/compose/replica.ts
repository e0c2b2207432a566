import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge } from 'prom-client';
import { type Configuration, ConfigurationError } from '../config/schema.ts';
import type { Database } from '../platform/database/port.ts';
import { PostgresDatabase } from '../platform/database/postgres.ts';
import { ReplicatedDatabase } from '../platform/database/replica.ts';
import { ReplicaWatch } from '../platform/database/replica-watch.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import type { Lifecycle } from './lifecycle.ts';

/** A replica that does not let us in within this time is passed over. */
const replicaAcquireTimeoutMs = 1_000;
/** How long a start waits for its replica to answer. */
const replicaMayTakeMs = 5_000;
/** A little longer than the server itself gives a statement. */
const replicaAnswerTimeoutMs = 16_000;

/**
 * The primary together with its replica, where there is one.
 * @throws ConfigurationError when what answers there is no replica of this primary, or nothing does: an address that is
 * wrong would be passed over without anybody noticing. Whoever is started again by itself may go on without it.
 */
export const openReplica = async (
  configuration: Configuration,
  primaryUrl: string,
  primary: PostgresDatabase,
  telemetry: Telemetry,
  lifecycle: Lifecycle,
): Promise<Database> => {
  const { MUSTER_REPLICA_URL: replicaUrl, MUSTER_REPLICA_MAX_LAG_SECONDS: maxLagSeconds } = configuration;
  if (replicaUrl === undefined) return primary;
  const { log } = telemetry;
  const watch = new ReplicaWatch({
    primaryUrl,
    replicaUrl,
    everyMs: Math.min(1_000, maxLagSeconds * 250),
    onChange: (trouble) =>
      trouble === undefined
        ? log.info('the replica is read')
        : log.warn({ reason: trouble }, 'the replica is not read'),
  });
  lifecycle.started('watch over the replica', () => watch.close());
  await watch.start();
  const { trouble } = await settled(watch, configuration.MUSTER_REPLICA_MAY_BE_AWAY ? 0 : replicaMayTakeMs);
  if (trouble?.kind === 'wrong') throw new ConfigurationError([trouble.sentence]);
  if (trouble?.kind === 'away' && !configuration.MUSTER_REPLICA_MAY_BE_AWAY) {
    const { host } = new URL(replicaUrl);
    throw new ConfigurationError([
      `No replica answers at ${host}: start it, set MUSTER_REPLICA_URL to where it listens, or leave that out to read the primary.`,
    ]);
  }
  const replica = new PostgresDatabase({
    connectionString: replicaUrl,
    applicationName: 'muster reading',
    poolSize: configuration.MUSTER_DATABASE_POOL,
    preparedStatements: configuration.MUSTER_DATABASE_STATEMENTS === 'prepared',
    acquireTimeoutMs: replicaAcquireTimeoutMs,
    answerTimeoutMs: replicaAnswerTimeoutMs,
    onConnectionLost: (error) => log.warn({ err: error }, 'a connection to the replica was lost'),
  });
  const reads = observeReplica(watch, telemetry);
  const database = new ReplicatedDatabase({
    primary,
    replica,
    watch,
    maxLagSeconds,
    onRead: (where) =>
      reads.inc(where === 'replica' ? { where, why: 'fresh' } : { where: 'primary', why: where.replace(' ', '-') }),
  });
  lifecycle.started('connections to the replica', () => database.close());
  return database;
};

const settled = async (watch: ReplicaWatch, withinMs: number): Promise<ReplicaWatch> => {
  const deadlineMs = performance.now() + withinMs;
  while (watch.trouble?.kind === 'away' && performance.now() < deadlineMs) {
    await sleep(250);
    await watch.look();
  }
  return watch;
};

const observeReplica = (watch: ReplicaWatch, { metrics }: Telemetry) => {
  const registers = [metrics];
  new Gauge({
    name: 'muster_replica_lag_seconds',
    help: 'What the replica may lack was committed within so many seconds; about a second is the pause between two looks',
    registers,
    collect() {
      this.set(watch.behindSeconds);
    },
  });
  new Gauge({
    name: 'muster_replica_lag_bytes',
    help: 'How much of the log of writes the replica had still to replay when it was last looked at',
    registers,
    collect() {
      this.set(watch.behindBytes);
    },
  });
  return new Counter({
    name: 'muster_reads_total',
    help: 'Reads that a replica may serve, by where they were served, and why there: fresh, away, lag, own-write, failed',
    labelNames: ['where', 'why'] as const,
    registers,
  });
};
