import pg from 'pg';
import { bytesTo } from './log-place.ts';
import type { Lsn } from './port.ts';

/** Why a replica is not read: `wrong` needs somebody to change the configuration, `away` passes. */
interface Trouble {
  readonly kind: 'wrong' | 'away';
  readonly sentence: string;
}

export interface ReplicaWatchOptions {
  readonly primaryUrl: string;
  readonly replicaUrl: string;
  readonly everyMs: number;
  /** Told when the replica gets into trouble, and (undefined) when it is out of it. */
  readonly onChange?: (trouble: string | undefined) => void;
}

interface Sample {
  readonly place: bigint;
  readonly atMs: number;
}

const answerWithinMs = 1_500;
/** Beyond these, every other one goes: a replica that is hours behind need not be known to the second. */
const samplesAtMost = 512;

const whoAndWhere = `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
  pg_is_in_recovery() AS follows,
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text AS at`;

interface Place {
  readonly system: string;
  readonly follows: boolean;
  readonly at: Lsn | null;
}

/**
 * Knows how far a replica is behind, without trusting clocks: it looks where the primary is and, from then on, waits
 * until the replica has got there. So a quiet primary is no lag, and nobody's word is taken for longer than it is true:
 * when looking fails, the age grows by itself.
 */
export class ReplicaWatch {
  readonly #options: ReplicaWatchOptions;
  readonly #primary: pg.Pool;
  readonly #replica: pg.Pool;
  /** Where the primary was and the replica is not known to be yet, the oldest first. */
  #ahead: Sample[] = [];
  /** All that had committed at this moment is in the replica. */
  #freshAsOfMs = performance.now();
  #behindBytes = 0;
  #trouble: Trouble | undefined = { kind: 'away', sentence: 'it has not been asked yet' };
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(options: ReplicaWatchOptions) {
    this.#options = options;
    // Connections of its own: a pool that is used up says nothing about the replica.
    this.#primary = connectionTo(options.primaryUrl);
    this.#replica = connectionTo(options.replicaUrl);
  }

  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** What the replica may lack was committed within so many seconds. */
  get behindSeconds(): number {
    return (performance.now() - this.#freshAsOfMs) / 1000;
  }

  /** As far as it was seen last. */
  get behindBytes(): number {
    return this.#behindBytes;
  }

  /** Looks once, then again and again until it is closed. */
  async start(): Promise<void> {
    await this.look();
    if (!this.#closed) this.#timer = setTimeout(() => void this.start(), this.#options.everyMs);
  }

  /** Looks now, or waits for the look that is being taken; never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all([this.#primary.end(), this.#replica.end()]);
  }

  async #look(): Promise<void> {
    const atMs = performance.now();
    const primary = await ask(this.#primary);
    const replica = await ask(this.#replica);
    if (this.#closed) return;
    const trouble = troubleOf(primary, replica);
    const changed = trouble?.sentence !== this.#trouble?.sentence;
    this.#trouble = trouble;
    if (trouble === undefined) this.#compare(primary, replica, atMs);
    if (changed) this.#options.onChange?.(trouble?.sentence);
  }

  #compare(primary: Place | Error, replica: Place | Error, atMs: number): void {
    // With nothing to compare with, the age grows.
    if (primary instanceof Error || replica instanceof Error || primary.at === null || replica.at === null) return;
    const [written, replayed] = [bytesTo(primary.at), bytesTo(replica.at)];
    this.#ahead.push({ place: written, atMs });
    this.#behindBytes = Math.max(0, Number(written - replayed));
    const passed = this.#ahead.findLastIndex(({ place }) => place <= replayed);
    this.#freshAsOfMs = this.#ahead[passed]?.atMs ?? this.#freshAsOfMs;
    this.#ahead.splice(0, passed + 1);
    if (this.#ahead.length > samplesAtMost) this.#ahead = this.#ahead.filter((_, index) => index % 2 === 0);
  }
}

const connectionTo = (connectionString: string): pg.Pool => {
  const pool = new pg.Pool({
    connectionString,
    application_name: 'muster replica watch',
    max: 1,
    connectionTimeoutMillis: answerWithinMs,
    query_timeout: answerWithinMs,
    keepAlive: true,
  });
  // What is lost here fails the next question.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
};

const ask = async (pool: pg.Pool): Promise<Place | Error> => {
  try {
    const client = await pool.connect();
    try {
      const { rows } = await client.query<Place>(whoAndWhere);
      client.release();
      return rows[0] ?? new Error('no answer');
    } catch (error) {
      client.release(true);
      throw error;
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

const troubleOf = (primary: Place | Error, replica: Place | Error): Trouble | undefined => {
  if (replica instanceof Error) return troubleIn(replica);
  if (!replica.follows) {
    return wrong(
      'MUSTER_REPLICA_URL points to a database that takes writes itself: give the address of a streaming replica of the one in MUSTER_DATABASE_URL, or leave it out.',
    );
  }
  if (!(primary instanceof Error) && primary.system !== replica.system) {
    return wrong(
      'MUSTER_REPLICA_URL points to the replica of another database: give the address of one that follows the one in MUSTER_DATABASE_URL, or leave it out.',
    );
  }
  return undefined;
};

const troubleIn = (error: Error): Trouble => {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(28...|3D000|42501)$/.test(code)) {
    return wrong(`The replica refuses (${error.message}): check user, password and database in MUSTER_REPLICA_URL.`);
  }
  if (code === 'ENOTFOUND') {
    return wrong(
      `MUSTER_REPLICA_URL names a host that does not exist (${error.message}): correct it, or leave it out.`,
    );
  }
  return { kind: 'away', sentence: `it does not answer (${error.message || code}); the primary is read instead` };
};

const wrong = (sentence: string): Trouble => ({ kind: 'wrong', sentence });
