import type { Kysely } from 'kysely';
import type { DB } from './schema.generated.ts';

/** Every service owns one schema and one role (`muster_<service>`) of the same name. */
export const serviceNames = [
  'auth',
  'users',
  'attendance',
  'geo',
  'notifications',
  'reports',
  'fraud',
  'audit',
  'gateway',
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** Tables by their full name: `geo.position`, `published.member`, … */
export type Schema = DB;

/**
 * One open transaction, acting as one service's role (and, mostly, inside one organization).
 * It dies with the transaction: never keep it, never use it after `work` has returned.
 */
export type Tx = Kysely<Schema>;

export interface TransactionOptions {
  /** Run `work` again (at most 3 times more) when PostgreSQL reports a serialization failure or a deadlock. */
  retry?: boolean;
  /** Default: read committed. */
  isolation?: 'repeatable read' | 'serializable';
  readOnly?: boolean;
}

export interface Database {
  /**
   * Runs `work` in one transaction as the service's role inside one organization, commits when it resolves and
   * rolls back when it throws. Row-level security shows and accepts rows of this organization only.
   */
  inOrganization<T>(
    service: ServiceName,
    orgId: string,
    work: (tx: Tx) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;

  /**
   * As a service without an organization: sign-in look-ups, platform tables, lists of organizations to iterate.
   * Tenant tables give no rows unless their migration said `platform.allow_across(table, service)`.
   */
  acrossOrganizations<T>(service: ServiceName, work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;

  /** Resolves when the database answers; rejects otherwise. */
  check(): Promise<void>;

  close(): Promise<void>;
}
