import pg from 'pg';
import { outboxChannel } from './outbox.ts';

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export interface OutboxListenerOptions {
  /** Straight to PostgreSQL: a transaction pooler in between cannot carry LISTEN or session locks. */
  connectionString: string;
  onNotify: () => void;
  /**
   * How long a process that hangs keeps its rights: it stops giving signs of life, and PostgreSQL ends its session.
   * Default 15,000.
   */
  leaseMs?: number | undefined;
}

/**
 * One connection of its own that hears what committed and holds, for as long as it lives, the right to be the one
 * process that serves a consumer. It reconnects by itself; meanwhile nothing is held.
 */
export class OutboxListener {
  readonly #options: OutboxListenerOptions;
  readonly #held = new Set<string>();
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #signOfLife: NodeJS.Timeout | undefined;
  #pauseMs = firstPauseMs;
  #stopped = false;
  #asking: Promise<boolean> = Promise.resolve(false);

  constructor(options: OutboxListenerOptions) {
    this.#options = options;
  }

  async connect(): Promise<void> {
    const { leaseMs = 15_000 } = this.#options;
    const client = new pg.Client({
      connectionString: this.#options.connectionString,
      application_name: 'muster outbox',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', () => this.#options.onNotify());
    try {
      await client.connect();
      await client.query(`SET idle_session_timeout = ${Math.round(leaseMs)}; LISTEN ${outboxChannel}`);
    } catch {
      // Events still flow, by polling, as soon as the database answers.
      await client.end().catch(() => {});
      this.#connectLater();
      return;
    }
    if (this.#stopped) return client.end();
    this.#client = client;
    // A connection that breaks here tells of it by itself.
    this.#signOfLife = setInterval(() => void client.query('SELECT 1').catch(() => {}), leaseMs / 3);
    this.#pauseMs = firstPauseMs;
    this.#options.onNotify();
  }

  /** True when this process is the one that serves the consumer. */
  holds(consumer: string): Promise<boolean> {
    if (this.#held.has(consumer)) return Promise.resolve(true);
    // One question at a time on the one connection.
    this.#asking = this.#asking.then(() => this.#ask(consumer));
    return this.#asking;
  }

  async #ask(consumer: string): Promise<boolean> {
    const client = this.#client;
    if (!client) return false;
    try {
      const query = `SELECT pg_try_advisory_lock(hashtextextended('muster consumer ' || $1, 0)) AS locked`;
      const { rows } = await client.query<{ locked: boolean }>(query, [consumer]);
      if (rows[0]?.locked === true && client === this.#client) this.#held.add(consumer);
    } catch {
      // The connection broke: `error` follows.
    }
    return this.#held.has(consumer);
  }

  async close(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearInterval(this.#signOfLife);
    await this.#client?.end().catch(() => {});
  }

  #lost(client: pg.Client): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    clearInterval(this.#signOfLife);
    this.#held.clear();
    client.end().catch(() => {});
    this.#connectLater();
  }

  #connectLater(): void {
    if (this.#stopped) return;
    this.#retry = setTimeout(() => void this.connect(), Math.random() * this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }
}
