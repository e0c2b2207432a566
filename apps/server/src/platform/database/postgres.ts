import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import pg from 'pg';
import { isUuid } from '../ids.ts';
import { columnParsers } from './column-parsers.ts';
import { beginFor, readStanding, scopeFor } from './acting.ts';
import {
  type Acting,
  type Database,
  type Lsn,
  type ReadingOptions,
  type Schema,
  type ServiceName,
  serviceNames,
  type Standing,
  type TransactionOptions,
  type Tx,
} from './port.ts';
import { onlyReading, rejectWrites } from './reading.ts';
import { StatementNames } from './statement-names.ts';

/** Every role that a transaction can take: see migrations/0001_platform.sql. */
export type DatabaseRole = ServiceName | 'relay';

export interface PostgresOptions {
  connectionString: string;
  applicationName?: string;
  /** Connections at most. Default 10. */
  poolSize?: number;
  statementTimeoutMs?: number;
  idleInTransactionTimeoutMs?: number;
  /** How long to wait for a free connection before failing. */
  acquireTimeoutMs?: number;
  /** How long to wait for an answer to one statement from a server that may hang. Default: as long as it takes. */
  answerTimeoutMs?: number;
  /** Frequent statements are planned once per connection. Default true. False before a pooler that loses them. */
  preparedStatements?: boolean;
  /** A replica follows this database: `onCommitted` is told where each commit stands. */
  hasReplica?: boolean;
  /** Told about connections that broke while idle; the pool replaces them by itself. */
  onConnectionLost?: (error: Error) => void;
}

/** What adapters ask of a transaction beyond the port. */
export interface TransactionDetails extends TransactionOptions {
  /** A condition in SQL, asked in the round trip of BEGIN. @throws ConditionUnmet unless it is true */
  provided?: string;
  /** As in `ReadingOptions`. */
  onBehalfOf?: ReadingOptions['onBehalfOf'];
  /** Sees every statement before it is sent; throws to refuse it. */
  inspect?: (statement: string) => void;
}

/** What a transaction was provided with does not hold; nothing of it has run. */
export class ConditionUnmet extends Error {
  override name = 'ConditionUnmet';
}

/** The `Database` port on a PostgreSQL reached by a connection string. */
export class PostgresDatabase implements Database {
  readonly #pool: pg.Pool;
  readonly #hasReplica: boolean;
  readonly #names: StatementNames | undefined;

  constructor(options: PostgresOptions) {
    this.#hasReplica = options.hasReplica ?? false;
    this.#names = options.preparedStatements === false ? undefined : new StatementNames();
    this.#pool = new pg.Pool({
      connectionString: options.connectionString,
      application_name: options.applicationName ?? 'muster',
      max: options.poolSize ?? 10,
      statement_timeout: options.statementTimeoutMs ?? 15_000,
      idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 30_000,
      connectionTimeoutMillis: options.acquireTimeoutMs ?? 10_000,
      ...(options.answerTimeoutMs === undefined ? {} : { query_timeout: options.answerTimeoutMs }),
      keepAlive: true,
      types: columnParsers,
    });
    // Without a listener a connection that breaks while idle would end the process.
    this.#pool.on('error', options.onConnectionLost ?? (() => {}));
    // One that a dying server says farewell to tells of it, and then breaks: who heard the first may not hear the second.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  inOrganization<T>(
    service: ServiceName,
    orgId: string,
    work: (tx: Tx) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return this.transaction(service, orgId, work, options);
  }

  asUser<T>(
    service: ServiceName,
    acting: Acting,
    work: (tx: Tx, standing: Standing | null) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return this.#tried(service, beginStatement(service, options, beginFor(acting)), work, options);
  }

  acrossOrganizations<T>(
    service: ServiceName,
    work: (tx: Tx) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return this.transaction(service, null, work, options);
  }

  reading<T>(
    service: ServiceName,
    orgId: string,
    work: (tx: Tx) => Promise<T>,
    { onBehalfOf }: Pick<ReadingOptions, 'onBehalfOf'> = {},
  ): Promise<T> {
    return this.transaction(service, orgId, work, { ...onlyReading, onBehalfOf }).catch(rejectWrites);
  }

  async check(): Promise<void> {
    await this.#pool.query('SELECT 1');
  }

  /** The time on the database's clock, in epoch milliseconds. */
  async now(): Promise<number> {
    const asked = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at';
    const { rows } = await this.#pool.query<{ at: number }>(asked);
    return rows[0]?.at ?? Number.NaN;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** What the port's methods are made of; also lets the relay in, which is no service. */
  async transaction<T>(
    role: DatabaseRole,
    orgId: string | null,
    work: (tx: Tx) => Promise<T>,
    options: TransactionDetails = {},
  ): Promise<T> {
    const { provided, onBehalfOf } = options;
    const columns = [
      inOrganization(orgId),
      ...(onBehalfOf === undefined ? [] : [scopeFor(onBehalfOf)]),
      ...(provided === undefined ? [] : [`(${provided}) AS provided`]),
    ];
    return this.#tried(role, beginStatement(role, options, `SELECT ${columns.join(', ')}`), work, options);
  }

  async #tried<T>(
    role: DatabaseRole,
    begin: string,
    work: (tx: Tx, standing: Standing | null) => Promise<T>,
    options: TransactionDetails,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(role, begin, work, options);
      } catch (error) {
        if (options.retry !== true || attempt > 3 || !mayRetry(error)) throw error;
      }
    }
  }

  async #once<T>(
    role: DatabaseRole,
    begin: string,
    work: (tx: Tx, standing: Standing | null) => Promise<T>,
    options: TransactionDetails,
  ): Promise<T> {
    const client = await this.#pool.connect();
    const connection = new TransactionConnection(client, (text) => this.#names?.nameOf(role, text), options.inspect);
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      const begun = await queryAll(client, begin);
      if (options.provided !== undefined && begun.at(-1)?.rows[0]?.['provided'] !== true) {
        throw new ConditionUnmet(`Not begun: ${options.provided}`);
      }
      const result = await work(
        bind(connection),
        readStanding(begun.at(-1)?.rows[0] as Record<string, unknown> | undefined),
      );
      const at = await commit(client, this.#hasReplica && options.onCommitted !== undefined);
      if (at !== undefined) options.onCommitted?.(at);
      return result;
    } catch (error) {
      // Who did not answer in time would not answer this, either.
      if (isUnanswered(error)) broken ??= error;
      else
        await client.query('ROLLBACK').catch((rollbackError: Error) => {
          broken ??= rollbackError;
        });
      throw error;
    } finally {
      connection.end();
      client.off('error', onError);
      client.release(broken);
    }
  }
}

/** BEGIN, the role and who acts where, in one round trip; safe to write as text because every value is checked first. */
function beginStatement(role: DatabaseRole, options: TransactionOptions, where: string): string {
  if (role !== 'relay' && !serviceNames.includes(role)) throw new Error(`No such role: ${role}`);
  const isolation = options.isolation ? ` ISOLATION LEVEL ${options.isolation}` : '';
  const access = options.readOnly ? ' READ ONLY' : '';
  return `BEGIN${isolation}${access}; ${actAs(role)}; ${where}`;
}

function inOrganization(orgId: string | null): string {
  if (orgId !== null && !isUuid(orgId)) throw new Error('The organization id is not a UUID');
  return `set_config('muster.org_id', '${orgId ?? ''}', true)`;
}

/** The statement that changes the role for the rest of the transaction. */
export function actAs(role: DatabaseRole): string {
  return `SET LOCAL ROLE muster_${role}`;
}

/** Several statements in one round trip give several results, which the driver's types do not tell. */
async function queryAll(client: pg.PoolClient, statements: string): Promise<pg.QueryResult[]> {
  const results = (await client.query(statements)) as pg.QueryResult | pg.QueryResult[];
  return Array.isArray(results) ? results : [results];
}

/** Asked to locate, it resolves with a place in the log that is behind all of this transaction. */
async function commit(client: pg.PoolClient, locate: boolean): Promise<Lsn | undefined> {
  const located = locate ? '; SELECT pg_current_wal_insert_lsn()::text AS at' : '';
  const [committed, place] = await queryAll(client, `COMMIT${located}`);
  // After a failed statement whose error was swallowed, PostgreSQL answers COMMIT with a rollback.
  if (committed?.command !== 'COMMIT')
    throw new Error('The transaction was rolled back because a statement in it had failed');
  return place?.rows[0]?.['at'] as Lsn | undefined;
}

const isUnanswered = (error: unknown): error is Error =>
  error instanceof Error && error.message === 'Query read timeout';

const serializationFailure = '40001';
const deadlockDetected = '40P01';

function mayRetry(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === serializationFailure || code === deadlockDetected;
}

const adapter = new PostgresAdapter();
const compiler = new PostgresQueryCompiler();

/** A Kysely bound to one connection on which the transaction is already open. */
function bind(connection: TransactionConnection): Tx {
  const refuse = async () => {
    throw new Error('Already in a transaction');
  };
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    destroy: async () => {},
  };
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => driver,
      createQueryCompiler: () => compiler,
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
  });
}

const countingCommands = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

class TransactionConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #nameOf: (statement: string) => string | undefined;
  readonly #inspect: ((statement: string) => void) | undefined;
  #ended = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    client: pg.PoolClient,
    nameOf: (statement: string) => string | undefined,
    inspect?: (statement: string) => void,
  ) {
    this.#client = client;
    this.#nameOf = nameOf;
    this.#inspect = inspect;
  }

  /** From now on the connection belongs to somebody else's transaction, perhaps to another organization's. */
  end(): void {
    this.#ended = true;
  }

  /** One connection does one thing at a time; queries that were started together wait for each other. */
  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = this.#last.then(() => this.#execute<R>(query));
    this.#last = result.catch(() => {});
    return result;
  }

  async #execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#ended) throw new Error('This transaction is over');
    this.#inspect?.(query.sql);
    try {
      const name = this.#nameOf(query.sql);
      const result = await this.#client.query<R & pg.QueryResultRow>({
        ...(name !== undefined && { name }),
        text: query.sql,
        values: [...query.parameters],
      });
      return countingCommands.has(result.command)
        ? { rows: result.rows, numAffectedRows: BigInt(result.rowCount ?? 0) }
        : { rows: result.rows };
    } catch (error) {
      // The driver's own stack ends at the socket and names no line of ours.
      if (error instanceof Error) Error.captureStackTrace(error);
      throw error;
    }
  }

  // biome-ignore lint/correctness/useYield: part of the interface
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Streaming is not supported: read in pages');
  }
}
