import type { EventType } from '@muster/contracts';
import { type Clock, systemClock } from '../clock.ts';
import type { Tx } from '../database/port.ts';
import type { PostgresDatabase } from '../database/postgres.ts';
import { beforeEverything, type Cursor, formatCursor, parseCursor } from './cursor.ts';
import { appendToOutbox } from './outbox.ts';
import { OutboxListener } from './outbox-listener.ts';
import { defaultTuning, type Failpoints, OutboxReader, type ReaderTuning } from './outbox-reader.ts';
import { OutboxStore } from './outbox-store.ts';
import {
  type Consumer,
  type ConsumerLag,
  CursorExpiredError,
  type DeadLetter,
  type EventBus,
  type OutgoingEvent,
  type StoredEvent,
} from './port.ts';

export interface OutboxBusOptions {
  /** A pool of its own (4 connections do): consumers must not wait behind requests, nor requests behind them. */
  database: PostgresDatabase;
  /** For LISTEN and locks: straight to the primary, no transaction pooler in between. */
  listenUrl: string;
  clock?: Clock;
  /** How long a lost notification can delay events. Default 1000. */
  pollMs?: number;
  /** How soon to look again while committed events wait for a slower transaction. Default 15. */
  heldBackMs?: number;
  /** How often to look after every consumer, woken or not: after an error, or when another process died. Default 5000. */
  sweepMs?: number;
  tuning?: Partial<ReaderTuning>;
  failpoints?: Failpoints;
  log?: (message: string, error?: unknown) => void;
}

/** The events port read straight from the outbox in PostgreSQL. */
export class OutboxBus implements EventBus {
  readonly #options: OutboxBusOptions;
  readonly #store: OutboxStore;
  readonly #clock: Clock;
  readonly #consumers: Consumer[] = [];
  readonly #stop = new AbortController();
  readonly #listener: OutboxListener;
  readonly #busy = new Map<string, { again: boolean; done: Promise<void> }>();
  #wake: () => void = () => {};
  #woken = false;
  #watching: Promise<void> = Promise.resolve();
  #nextSweepAt = 0;

  constructor(options: OutboxBusOptions) {
    this.#options = options;
    this.#store = new OutboxStore(options.database);
    this.#clock = options.clock ?? systemClock;
    const onNotify = () => this.#notified();
    this.#listener = new OutboxListener({ connectionString: options.listenUrl, onNotify });
  }

  append(tx: Tx, orgId: string, events: readonly OutgoingEvent[]): Promise<void> {
    return appendToOutbox(tx, orgId, events, this.#clock);
  }

  subscribe<Types extends EventType>(consumer: Consumer<Types>): void {
    if (this.#consumers.some(({ name }) => name === consumer.name)) throw new Error(`Two consumers ${consumer.name}`);
    // Its handler only ever gets events of its own types.
    this.#consumers.push(consumer as unknown as Consumer);
  }

  async start(): Promise<void> {
    const now = await this.#store.currentHorizon();
    for (const { name, types, startsAt } of this.#consumers) {
      await this.#store.register(name, types, startsAt === 'now' ? now : beforeEverything);
    }
    await this.#listener.connect();
    this.#watching = this.#watch(this.#consumers.map((consumer) => this.#readerOf(consumer)));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#notified();
    await this.#watching;
    await Promise.all([...this.#busy.values()].map((run) => run.done));
    await this.#listener.close();
  }

  lag(): Promise<ConsumerLag[]> {
    return this.#store.lag();
  }

  async currentCursor(): Promise<string> {
    return formatCursor(await this.#store.currentHorizon());
  }

  async readSince(orgId: string, cursor: string, types: readonly EventType[], limit: number): Promise<StoredEvent[]> {
    const after = parseCursor(cursor);
    if (!after) throw new CursorExpiredError(cursor);
    const { events } = await this.#store.readBatch(after, types, limit, orgId);
    // Looked up afterwards: a trim in between must not go unnoticed.
    if (BigInt(after.xid) < (await this.#store.trimmedTo())) throw new CursorExpiredError(cursor);
    return events;
  }

  deadLetters(filter: { consumer?: string; limit?: number } = {}): Promise<DeadLetter[]> {
    return this.#store.deadLetters(filter.consumer, filter.limit ?? 100);
  }

  replay(consumer: string, eventIds: readonly string[]): Promise<number> {
    return this.#store.requestReplay(consumer, eventIds);
  }

  async trim(before: Date): Promise<number> {
    const limit = 5_000;
    let removed = 0;
    for (let last = limit; last === limit; removed += last) last = await this.#store.trim(before, limit);
    for (let last = limit; last === limit; ) last = await this.#store.trimInbox(before, limit);
    return removed;
  }

  #readerOf(consumer: Consumer): OutboxReader {
    return new OutboxReader({
      consumer,
      store: this.#store,
      tuning: { ...defaultTuning, ...this.#options.tuning },
      failpoints: this.#options.failpoints ?? {},
      signal: this.#stop.signal,
      log: this.#options.log ?? (() => {}),
    });
  }

  /** One look for all consumers; only those that something concerns are woken. */
  async #watch(readers: readonly OutboxReader[]): Promise<void> {
    const { pollMs = 1_000, heldBackMs = 15, sweepMs = 5_000, log } = this.#options;
    let looked: Cursor | undefined;
    while (!this.#stop.signal.aborted) {
      let pauseMs = pollMs;
      try {
        this.#woken = false;
        const { types, replays, horizon, heldBack } = await this.#store.look(
          looked ?? (await this.#store.currentHorizon()),
        );
        // At the start, and now and then: what another process left unfinished, or an error interrupted.
        const sweep = performance.now() >= this.#nextSweepAt;
        if (sweep) this.#nextSweepAt = performance.now() + sweepMs;
        for (const reader of readers) {
          const { name, types: own } = reader.consumer;
          if (sweep || replays.includes(name) || own.some((type) => types.includes(type)))
            this.#run(reader, replays.includes(name));
        }
        looked = horizon;
        if (heldBack) pauseMs = heldBackMs;
      } catch (error) {
        if (!this.#stop.signal.aborted) log?.('The outbox cannot be read', error);
      }
      await this.#pause(pauseMs);
    }
  }

  /** At most one run of a reader at a time; a wake-up during it makes it go round once more. */
  #run(reader: OutboxReader, replay: boolean): void {
    const { name } = reader.consumer;
    const running = this.#busy.get(name);
    if (running) {
      running.again = true;
      return;
    }
    const run = { again: true, done: Promise.resolve() };
    run.done = (async () => {
      while (run.again && !this.#stop.signal.aborted) {
        run.again = false;
        if (!(await this.#listener.holds(name))) break;
        if (!(await reader.drain())) this.#nextSweepAt = 0;
        if (replay) await reader.replay();
      }
    })().finally(() => this.#busy.delete(name));
    this.#busy.set(name, run);
  }

  #notified(): void {
    this.#woken = true;
    this.#wake();
  }

  #pause(pauseMs: number): Promise<void> {
    if (this.#woken || this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
