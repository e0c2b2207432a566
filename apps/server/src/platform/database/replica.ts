import { isLsn } from './log-place.ts';
import type { Acting, Database, ReadingOptions, ServiceName, Standing, TransactionOptions, Tx } from './port.ts';
import { ConditionUnmet, type PostgresDatabase } from './postgres.ts';
import { onlyReading, rejectWrites } from './reading.ts';
import type { ReplicaWatch } from './replica-watch.ts';

/** Why the primary was read although there is a replica. */
export type WhyPrimary = 'away' | 'lag' | 'own write' | 'failed';

export interface ReplicatedOptions {
  readonly primary: PostgresDatabase;
  readonly replica: PostgresDatabase;
  readonly watch: ReplicaWatch;
  readonly maxLagSeconds: number;
  /** Told of every read, by where it was served. */
  readonly onRead?: (where: 'replica' | WhyPrimary) => void;
}

/** So long a replica that broke a connection is left alone. */
const restMs = 3_000;

/**
 * A primary and a streaming replica of it. Everything runs on the primary, but `reading`, which runs on the replica
 * as long as that answers, is known to be less than `maxLagSeconds` behind, and has got to the caller's own write.
 */
export class ReplicatedDatabase implements Database {
  readonly #options: ReplicatedOptions;
  #restsUntilMs = 0;

  constructor(options: ReplicatedOptions) {
    this.#options = options;
  }

  inOrganization<T>(
    service: ServiceName,
    orgId: string,
    work: (tx: Tx) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    return this.#options.primary.inOrganization(service, orgId, work, options);
  }

  asUser<T>(
    service: ServiceName,
    acting: Acting,
    work: (tx: Tx, standing: Standing | null) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    return this.#options.primary.asUser(service, acting, work, options);
  }

  acrossOrganizations<T>(service: ServiceName, work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.#options.primary.acrossOrganizations(service, work, options);
  }

  async reading<T>(
    service: ServiceName,
    orgId: string,
    work: (tx: Tx) => Promise<T>,
    options: ReadingOptions = {},
  ): Promise<T> {
    const { primary, watch, onRead } = this.#options;
    let why = this.#whyPrimary(options);
    if (why === undefined) {
      const { behindSeconds } = watch;
      try {
        const answer = await this.#onReplica(service, orgId, work, options);
        onRead?.('replica');
        options.onReplica?.(behindSeconds);
        return answer;
      } catch (error) {
        why = this.#afterFailure(error, options) ?? rejectWrites(error);
      }
    }
    onRead?.(why);
    return primary.reading(service, orgId, work, options);
  }

  check(): Promise<void> {
    return this.#options.primary.check();
  }

  async checkReplica(): Promise<void> {
    const { watch, maxLagSeconds } = this.#options;
    await watch.look();
    if (watch.trouble !== undefined) throw new Error(watch.trouble.sentence);
    if (watch.behindSeconds <= maxLagSeconds) return;
    const [behind, most] = [Math.round(watch.behindSeconds), `MUSTER_REPLICA_MAX_LAG_SECONDS is ${maxLagSeconds}`];
    throw new Error(`it is ${behind} s behind, ${most}; the primary is read instead`);
  }

  /** The replica's connections; the primary's are closed by whoever opened them, as are those of the watch. */
  close(): Promise<void> {
    return this.#options.replica.close();
  }

  #whyPrimary({ writtenAt }: ReadingOptions): WhyPrimary | undefined {
    const { watch, maxLagSeconds } = this.#options;
    if (watch.trouble !== undefined || performance.now() < this.#restsUntilMs) return 'away';
    if (watch.behindSeconds > maxLagSeconds) return 'lag';
    return writtenAt === undefined || isLsn(writtenAt) ? undefined : 'own write';
  }

  /** Each statement sees all that the replica had replayed when it began: at least what was asked for in BEGIN. */
  #onReplica<T>(
    service: ServiceName,
    orgId: string,
    work: (tx: Tx) => Promise<T>,
    { writtenAt, onBehalfOf }: ReadingOptions,
  ): Promise<T> {
    const follows = 'pg_is_in_recovery()';
    const provided =
      writtenAt === undefined ? follows : `${follows} AND pg_last_wal_replay_lsn() >= '${writtenAt}'::pg_lsn`;
    return this.#options.replica.transaction(service, orgId, work, { ...onlyReading, provided, onBehalfOf });
  }

  /** What a failure on the replica means for the primary; undefined when it would be no different there. */
  #afterFailure(error: unknown, { writtenAt }: ReadingOptions): WhyPrimary | undefined {
    const isUnmet = error instanceof ConditionUnmet;
    if (isUnmet && writtenAt !== undefined) return 'own write';
    if (isUnmet || isLost(error)) {
      this.#restsUntilMs = performance.now() + restMs;
      return 'failed';
    }
    return isOfTheReplica(error) ? 'failed' : undefined;
  }
}

/** The connection: SQLSTATEs of the moment, errors of the socket, and the driver's own, which have no code. */
const isLost = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(08...|53...|57P0[1-5]|E[A-Z]{4,})$/.test(codeOf(error)) ||
    /^(Connection terminated|Query read timeout|Client has encountered a connection error)/.test(error.message));

/**
 * Busy connections; rows that replaying removed from under the query (40001); a schema that was changed a moment ago
 * and is not there yet (42…, 3F000).
 */
const isOfTheReplica = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(40001|40P01|42501|42703|42704|42883|42P01|3F000)$/.test(codeOf(error)) ||
    error.message.startsWith('timeout exceeded when trying to connect'));

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');
