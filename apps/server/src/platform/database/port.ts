import type { Permission, Role, Tie } from '@muster/contracts';
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

/** A place in the database's log of writes, as PostgreSQL writes it: `16/B374D848`. */
export type Lsn = string;

/** Somebody who asks for something. */
export interface Acting {
  readonly userId: string;
  /** Where their account is. */
  readonly homeOrgId: string;
  /** Where they act; another one than their own only for accounts of the platform. */
  readonly orgId: string;
  /** What they need for it; null: to be signed in. */
  readonly permission: Permission | null;
}

/** What an active account holds at this moment. */
export interface Standing {
  readonly role: Role;
  /** Through which they hold the permission that was named; none: they do not hold it. */
  readonly ties: readonly Tie[];
}

export interface TransactionOptions {
  /** Run `work` again (at most 3 times more) when PostgreSQL reports a serialization failure or a deadlock. */
  retry?: boolean;
  /** Default: read committed. */
  isolation?: 'repeatable read' | 'serializable';
  readOnly?: boolean;
  /**
   * Told after the commit by which place in the log a replica has it. Where no replica follows the database it is never
   * called, and costs nothing.
   */
  onCommitted?: (at: Lsn) => void;
}

export interface ReadingOptions {
  /**
   * What `onCommitted` told, perhaps to a client that gives it back: a replica that has not got so far is not read.
   * Anything that is no place in the log leads to the primary.
   */
  writtenAt?: string | undefined;
  /** Told when a replica answered: by how much, at most, it was behind. */
  onReplica?: (behindSeconds: number) => void;
  /** For whom it is read, with what the primary said they hold: rows about members are only those within their reach. */
  onBehalfOf?: Acting & Pick<Standing, 'ties'>;
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
   * As `inOrganization`, for a user: rows about members are only those within reach through the permission that is
   * named. `work` is told what the user holds, as the database knows it when the transaction begins; null when the
   * account is not active. Costs no further round trip.
   */
  asUser<T>(
    service: ServiceName,
    acting: Acting,
    work: (tx: Tx, standing: Standing | null) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;

  /**
   * As a service without an organization: sign-in look-ups, platform tables, lists of organizations to iterate.
   * Tenant tables give no rows unless their migration said `platform.allow_across(table, service)`.
   */
  acrossOrganizations<T>(service: ServiceName, work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;

  /**
   * Runs `work`, which only reads, as the service's role inside one organization: on a replica where one is configured
   * and not too far behind, else on the primary. What it finds may thus be some seconds old: never decide a write by
   * it. Nor who may see whom: it refuses `published.reach` and `published.location_access`, whose newest row counts.
   * `work` may run twice, the second time on the primary.
   */
  reading<T>(service: ServiceName, orgId: string, work: (tx: Tx) => Promise<T>, options?: ReadingOptions): Promise<T>;

  /** Resolves when the database answers; rejects otherwise. */
  check(): Promise<void>;

  /** Where a replica is configured: resolves when it may be read now, rejects with a sentence otherwise. */
  checkReplica?(): Promise<void>;

  close(): Promise<void>;
}
