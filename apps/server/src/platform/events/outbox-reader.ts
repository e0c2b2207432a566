import type { Tx } from '../database/port.ts';
import { type Cursor, parseCursor } from './cursor.ts';
import {
  defaultDeliveryTuning,
  Delivery,
  type DeliveryTuning,
  type Failpoints,
  groupByOrganization,
  SupersededError,
} from './delivery.ts';
import { moveCursor, type OutboxStore } from './outbox-store.ts';
import type { Consumer, StoredEvent } from './port.ts';

export interface ReaderTuning extends DeliveryTuning {
  /** How often a quiet consumer writes down how far it has looked, so that the outbox can be trimmed behind it. */
  idleCursorMs: number;
}

export const defaultTuning: ReaderTuning = { ...defaultDeliveryTuning, idleCursorMs: 30_000 };

export interface ReaderOptions {
  consumer: Consumer;
  store: OutboxStore;
  tuning: ReaderTuning;
  failpoints: Failpoints;
  signal: AbortSignal;
  log: (message: string, error?: unknown) => void;
}

/** Moves one consumer along the outbox. */
export class OutboxReader {
  readonly consumer: Consumer;
  readonly #options: ReaderOptions;
  readonly #delivery: Delivery;
  /** Where the database says we are; every step is conditional on it. */
  #written: Cursor | undefined;
  /** How far we have looked: ahead of `#written` over stretches without events for us. */
  #looked: Cursor | undefined;
  #writtenAt = performance.now();

  constructor(options: ReaderOptions) {
    this.consumer = options.consumer;
    this.#options = options;
    this.#delivery = new Delivery({ ...options, transact: (events, work) => this.#step(events, work) });
  }

  /** Handles everything below the horizon. Never throws. @returns false when it has to be called again, later */
  async drain(): Promise<boolean> {
    const { store, tuning, signal, log } = this.#options;
    try {
      while (!signal.aborted) {
        const after = this.#looked ?? (await this.#load());
        const batch = await store.readBatch(after, tuning.batchSize, { types: this.consumer.types });
        for (const group of groupByOrganization(batch.events)) await this.#delivery.handle(group);
        if (batch.events.length < tuning.batchSize) {
          await this.#skipTo(batch.horizon);
          return true;
        }
      }
    } catch (error) {
      this.#written = undefined;
      this.#looked = undefined;
      if (!signal.aborted) log(`${this.consumer.name} could not go on`, error);
    }
    return false;
  }

  /** Tries the dead letters that somebody asked to replay. */
  replay(): Promise<void> {
    return this.#delivery.replay();
  }

  async #load(): Promise<Cursor> {
    const cursor = await this.#options.store.readCursor(this.consumer.name);
    if (!cursor) throw new Error(`${this.consumer.name} is not registered`);
    this.#written = cursor;
    this.#looked = cursor;
    return cursor;
  }

  async #skipTo(horizon: Cursor): Promise<void> {
    this.#looked = horizon;
    const { store, tuning } = this.#options;
    if (!this.#written || performance.now() - this.#writtenAt < tuning.idleCursorMs) return;
    if (await store.moveCursor(this.consumer.name, this.#written, horizon)) this.#wrote(horizon);
  }

  #wrote(cursor: Cursor): void {
    this.#written = cursor;
    this.#looked = cursor;
    this.#writtenAt = performance.now();
  }

  /** Runs `work` in a transaction that also moves the cursor over `events`, unless somebody else has moved it. */
  async #step(events: readonly StoredEvent[], work: (tx: Tx) => Promise<void>): Promise<void> {
    const { store, failpoints } = this.#options;
    const from = this.#written ?? (await this.#load());
    const last = events.at(-1);
    const to = last && parseCursor(last.cursor);
    if (!to) throw new Error('Nothing to handle');
    await store.database.transaction('relay', last.orgId, async (tx) => {
      // First, because its row lock keeps a second process out until we are through.
      if (!(await moveCursor(tx, this.consumer.name, from, to))) throw new SupersededError();
      await work(tx);
    });
    await failpoints.afterCommit?.(this.consumer.name, events);
    this.#wrote(to);
  }
}
