import { join } from 'node:path';
import type { Configuration } from '../config/schema.ts';
import { systemClock } from '../platform/clock.ts';
import { ClockFollower } from '../platform/database/clock-follower.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../platform/database/embedded.ts';
import { type Migrated, type MigrateOptions, migrate } from '../platform/database/migrate.ts';
import { PostgresDatabase } from '../platform/database/postgres.ts';
import { OutboxBus, type OutboxBusOptions } from '../platform/events/outbox-bus.ts';
import { createAccessTokens } from '../platform/http/access-token-verifier.ts';
import { createBullJobs } from '../platform/jobs/bull.ts';
import { migrateJobs } from '../platform/jobs/migrate-jobs.ts';
import { createSmtpMail } from '../platform/mail/smtp.ts';
import type { Ports } from '../platform/service.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import { openKafka } from './kafka.ts';
import type { Lifecycle } from './lifecycle.ts';
import { openObjects } from './objects.ts';
import { openPassing } from './redis.ts';
import { openReplica } from './replica.ts';
import { answersFor } from './targets.ts';

/** Which adapter stands behind each port is decided in this file, from the configuration, and nowhere else. */

/** How to reach the database: started here, or somewhere else. */
export interface DatabaseAddress {
  readonly runtimeUrl: string;
  /** Absent when migrations are somebody else's task. */
  readonly ownerUrl?: string;
  /** Nobody else can be at work on it: it is the embedded one, whose folder is held. */
  readonly isOurs?: true;
  /** To give to logins while migrating. */
  readonly passwords?: MigrateOptions['passwords'];
}

export const openDatabase = async (
  configuration: Configuration,
  telemetry: Telemetry,
  lifecycle: Lifecycle,
): Promise<DatabaseAddress> => {
  const { MUSTER_DATABASE_URL: runtimeUrl, MUSTER_DATABASE_OWNER_URL: ownerUrl } = configuration;
  if (runtimeUrl !== undefined) {
    const passwords = configuration.MUSTER_DATABASE_PASSWORDS;
    return ownerUrl === undefined ? { runtimeUrl } : { runtimeUrl, ownerUrl, passwords };
  }
  const embedded: EmbeddedPostgres = await startEmbeddedPostgres({
    dataFolder: configuration.dataFolder,
    log: (line) => telemetry.log.info({ event: { dataset: 'postgres' } }, line),
  });
  lifecycle.started('PostgreSQL', () => embedded.stop());
  return { ...embedded, isOurs: true, passwords: new Map([['runtime', embedded.runtimePassword]]) };
};

/**
 * Brings the schema up to date, where this process may.
 * @param contract whether no process of an older version is left
 */
export const migrateDatabase = async (
  { ownerUrl, isOurs, passwords }: DatabaseAddress,
  contract: boolean,
): Promise<Migrated> => {
  if (ownerUrl === undefined) return { ran: [], waiting: [] };
  const migrated = await migrate({
    ownerUrl,
    contract: contract || isOurs === true,
    ...(passwords === undefined ? {} : { passwords }),
  });
  await migrateJobs(ownerUrl);
  return migrated;
};

export const openPorts = async (
  configuration: Configuration,
  address: DatabaseAddress,
  telemetry: Telemetry,
  lifecycle: Lifecycle,
): Promise<Ports> => {
  const clock = systemClock;
  const onConnectionLost = (error: Error): void => telemetry.log.warn({ err: error }, 'a database connection was lost');
  const pool = (applicationName: string, poolSize: number): PostgresDatabase => {
    const database = new PostgresDatabase({
      connectionString: address.runtimeUrl,
      applicationName,
      poolSize,
      preparedStatements: configuration.MUSTER_DATABASE_STATEMENTS === 'prepared',
      hasReplica: configuration.MUSTER_REPLICA_URL !== undefined,
      onConnectionLost,
    });
    lifecycle.started(`connections of ${applicationName}`, () => database.close());
    return database;
  };
  const primary = pool('muster', configuration.MUSTER_DATABASE_POOL);
  const follower = new ClockFollower({
    clock,
    ask: () => primary.now(),
    log: (message, error) => telemetry.log.warn(error === undefined ? {} : { err: error }, message),
  });
  await follower.start();
  lifecycle.started('the clock', () => follower.stop());
  const database = await openReplica(configuration, address.runtimeUrl, primary, telemetry, lifecycle);
  const { cache, realtime, jobsBackend } = await openPassing(
    configuration,
    address.runtimeUrl,
    clock,
    telemetry,
    lifecycle,
  );
  const objects = await openObjects(configuration, lifecycle);
  const onPostgres: OutboxBusOptions = {
    database: pool('muster events', 6),
    listenUrl: address.runtimeUrl,
    clock,
    log: (message, error) => telemetry.log.warn({ err: error }, message),
  };
  const events =
    configuration.MUSTER_KAFKA_BROKERS.length === 0
      ? new OutboxBus(onPostgres)
      : await openKafka(configuration, onPostgres);
  const jobs = createBullJobs({
    backend: jobsBackend,
    database: pool('muster jobs', 4),
    events,
    log: telemetry.log,
  });
  const accessTokens = createAccessTokens({ database, clock, issuer: configuration.publicUrl });
  return {
    database,
    events,
    jobs,
    cache,
    realtime,
    objects,
    ...(configuration.MUSTER_SMTP_URL === undefined
      ? {}
      : { mail: createSmtpMail(configuration.MUSTER_SMTP_URL, configuration.MUSTER_MAIL_FROM) }),
    clock,
    telemetry,
    accessTokens,
    settings: {
      publicUrl: configuration.publicUrl,
      webRoot: join(import.meta.dirname, '../../../web/dist'),
      privateHosts: new Set(configuration.MUSTER_PRIVATE_HOSTS),
      secretKeys: configuration.MUSTER_SECRET_KEYS,
      serviceUrls: new Map(
        [...configuration.MUSTER_SERVICE_URLS].filter(([name]) => !answersFor(configuration.targets, name)),
      ),
      configuration: configuration.shown,
    },
  };
};
