import type { EventType } from '@muster/contracts';
import { type Clock, systemClock } from '../clock.ts';
import type { Tx } from '../database/port.ts';
import type { PostgresDatabase } from '../database/postgres.ts';
import { beforeEverything } from './cursor.ts';
import type { Failpoints } from './delivery.ts';
import { KeptEvents } from './kept-events.ts';
import { OutboxListener } from './outbox-listener.ts';
import { defaultTuning, OutboxReader, type ReaderTuning } from './outbox-reader.ts';
import { type News, OutboxStore } from './outbox-store.ts';
import { OutboxWatcher, type WatcherTuning } from './outbox-watcher.ts';
import type {
  Consumer,
  ConsumerLag,
  DeadLetter,
  DeadLetterNotices,
  EventBus,
  NoticeFilter,
  OutgoingEvent,
  StoredEvent,
} from './port.ts';
import { SingleRuns } from './single-runs.ts';

export interface OutboxBusOptions extends WatcherTuning {
  /** A pool of its own (4 connections do): consumers must not wait behind requests, nor requests behind them. */
  database: PostgresDatabase;
  /** For LISTEN and locks: straight to the primary, no transaction pooler in between. */
  listenUrl: string;
  /** How long a process that hangs keeps its consumers from the others. Default 15,000. */
  leaseMs?: number;
  clock?: Clock;
  tuning?: Partial<ReaderTuning>;
  failpoints?: Failpoints;
  log?: (message: string, error?: unknown) => void;
}

/** The events port read straight from the outbox in PostgreSQL. */
export class OutboxBus implements EventBus {
  readonly #options: OutboxBusOptions;
  readonly #store: OutboxStore;
  readonly #kept: KeptEvents;
  readonly #consumers: Consumer[] = [];
  readonly #stop = new AbortController();
  readonly #runs = new SingleRuns(this.#stop.signal);
  readonly #listener: OutboxListener;
  readonly #watcher: OutboxWatcher;
  #readers: readonly OutboxReader[] = [];

  constructor(options: OutboxBusOptions) {
    this.#options = options;
    this.#store = new OutboxStore(options.database);
    this.#kept = new KeptEvents(this.#store, options.clock ?? systemClock);
    this.#watcher = new OutboxWatcher({
      ...options,
      store: this.#store,
      onNews: (news, sweep) => this.#wakeReaders(news, sweep),
    });
    const onNotify = () => this.#watcher.notified();
    this.#listener = new OutboxListener({ connectionString: options.listenUrl, onNotify, leaseMs: options.leaseMs });
  }

  append(tx: Tx, orgId: string, events: readonly OutgoingEvent[]): Promise<void> {
    return this.#kept.append(tx, orgId, events);
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
    this.#readers = this.#consumers.map((consumer) => this.#readerOf(consumer));
    this.#watcher.start();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watcher.stop();
    await this.#runs.settled();
    await this.#listener.close();
  }

  lag(): Promise<ConsumerLag[]> {
    return this.#kept.lag();
  }

  currentCursor(): Promise<string> {
    return this.#kept.currentCursor();
  }

  readSince(orgId: string, cursor: string, types: readonly EventType[], limit: number): Promise<StoredEvent[]> {
    return this.#kept.readSince(orgId, cursor, types, limit);
  }

  deadLetters(filter?: { consumer?: string; limit?: number }): Promise<DeadLetter[]> {
    return this.#kept.deadLetters(filter);
  }

  replay(consumer: string, eventIds: readonly string[]): Promise<number> {
    return this.#kept.replay(consumer, eventIds);
  }

  noticesOfDeadLetters(tx: Tx, filter: NoticeFilter): Promise<DeadLetterNotices> {
    return this.#kept.noticesOfDeadLetters(tx, filter);
  }

  replayIn(tx: Tx, consumer: string, eventIds: readonly string[]): Promise<string[]> {
    return this.#kept.replayIn(tx, consumer, eventIds);
  }

  forget(orgId: string, id: string): Promise<number> {
    return this.#kept.forget(orgId, id);
  }

  trim(before: Date): Promise<number> {
    return this.#kept.trim(before);
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

  /** Only those that something concerns are woken. */
  #wakeReaders({ types, replays }: News, sweep: boolean): void {
    for (const reader of this.#readers) {
      const { name, types: own } = reader.consumer;
      const replay = replays.includes(name);
      if (!sweep && !replay && !own.some((type) => types.includes(type))) continue;
      const round = async (): Promise<boolean> => {
        if (!(await this.#listener.holds(name))) return false;
        if (!(await reader.drain())) this.#watcher.sweepSoon();
        if (replay) await reader.replay();
        return true;
      };
      this.#runs.run(name, round, reader.consumer.restMs);
    }
  }
}
