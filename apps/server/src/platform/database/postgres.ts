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
import {
  type Database,
  type Schema,
  type ServiceName,
  serviceNames,
  type TransactionOptions,
  type Tx,
} from './port.ts';

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
  /** Told about connections that broke while idle; the pool replaces them by itself. */
  onConnectionLost?: (error: Error) => void;
}

/** The `Database` port on a PostgreSQL reached by a connection string. */
export class PostgresDatabase implements Database {
  readonly #pool: pg.Pool;

  constructor(options: PostgresOptions) {
    this.#pool = new pg.Pool({
      connectionString: options.connectionString,
      application_name: options.applicationName ?? 'muster',
      max: options.poolSize ?? 10,
      statement_timeout: options.statementTimeoutMs ?? 15_000,
      idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 30_000,
      connectionTimeoutMillis: options.acquireTimeoutMs ?? 10_000,
      keepAlive: true,
      types: columnParsers,
    });
    // Without a listener a connection that breaks while idle would end the process.
    this.#pool.on('error', options.onConnectionLost ?? (() => {}));
  }

  inOrganization<T>(
    service: ServiceName,
    orgId: string,
    work: (tx: Tx) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return this.transaction(service, orgId, work, options);
  }

  acrossOrganizations<T>(
    service: ServiceName,
    work: (tx: Tx) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return this.transaction(service, null, work, options);
  }

  async check(): Promise<void> {
    await this.#pool.query('SELECT 1');
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** What the port's methods are made of; also lets the relay in, which is no service. */
  async transaction<T>(
    role: DatabaseRole,
    orgId: string | null,
    work: (tx: Tx) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const begin = beginStatement(role, orgId, options);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(begin, work);
      } catch (error) {
        if (options.retry !== true || attempt > 3 || !mayRetry(error)) throw error;
      }
    }
  }

  async #once<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    const connection = new TransactionConnection(client);
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query(begin);
      const result = await work(bind(connection));
      await commit(client);
      return result;
    } catch (error) {
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

/** Role, organization and BEGIN in one round trip; safe to write as text because both values are checked first. */
function beginStatement(role: DatabaseRole, orgId: string | null, options: TransactionOptions): string {
  if (role !== 'relay' && !serviceNames.includes(role)) throw new Error(`No such role: ${role}`);
  if (orgId !== null && !isUuid(orgId)) throw new Error('The organization id is not a UUID');
  const isolation = options.isolation ? ` ISOLATION LEVEL ${options.isolation}` : '';
  const access = options.readOnly ? ' READ ONLY' : '';
  return `BEGIN${isolation}${access}; ${actAs(role)}; SELECT set_config('muster.org_id', '${orgId ?? ''}', true)`;
}

/** The statement that changes the role for the rest of the transaction. */
export function actAs(role: DatabaseRole): string {
  return `SET LOCAL ROLE muster_${role}`;
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  // After a failed statement whose error was swallowed, PostgreSQL answers COMMIT with a rollback.
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back because a statement in it had failed');
}

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
  #ended = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: pg.PoolClient) {
    this.#client = client;
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
    try {
      const result = await this.#client.query<R & pg.QueryResultRow>(query.sql, [...query.parameters]);
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
