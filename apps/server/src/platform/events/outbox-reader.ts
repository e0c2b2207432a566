import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import { actAs } from '../database/postgres.ts';
import { type Cursor, parseCursor } from './cursor.ts';
import { insertDeadLetter, moveCursor, type OutboxStore, recordInInbox, removeDeadLetter } from './outbox-store.ts';
import type { Consumer, DeadLetter, StoredEvent } from './port.ts';
import { isOutage } from './outage.ts';

export interface ReaderTuning {
  batchSize: number;
  maxTries: number;
  /** The pause before try n+1 is drawn from 0 to this · 2ⁿ⁻¹, at most `longestPauseMs`. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** How often a quiet consumer writes down how far it has looked, so that the outbox can be trimmed behind it. */
  idleCursorMs: number;
}

export const defaultTuning: ReaderTuning = {
  batchSize: 500,
  maxTries: 5,
  firstPauseMs: 200,
  longestPauseMs: 2_000,
  idleCursorMs: 30_000,
};

/** Places where a test can let the process "die". */
export interface Failpoints {
  /** The effect is done, the transaction is open. */
  afterEffect?: (consumer: string, events: readonly StoredEvent[]) => Promise<void>;
  /** Everything is committed, the reader does not know it yet. */
  afterCommit?: (consumer: string, events: readonly StoredEvent[]) => Promise<void>;
}

export interface ReaderOptions {
  consumer: Consumer;
  store: OutboxStore;
  tuning: ReaderTuning;
  failpoints: Failpoints;
  signal: AbortSignal;
  log: (message: string, error?: unknown) => void;
}

/** The cursor is not where this process left it: another one serves the consumer now. */
class SupersededError extends Error {
  override name = 'SupersededError';
}

/** Moves one consumer along the outbox. */
export class OutboxReader {
  readonly consumer: Consumer;
  readonly #options: ReaderOptions;
  /** Where the database says we are; every step is conditional on it. */
  #written: Cursor | undefined;
  /** How far we have looked: ahead of `#written` over stretches without events for us. */
  #looked: Cursor | undefined;
  #writtenAt = performance.now();

  constructor(options: ReaderOptions) {
    this.consumer = options.consumer;
    this.#options = options;
  }

  /** Handles everything below the horizon. Never throws. @returns false when it has to be called again, later */
  async drain(): Promise<boolean> {
    const { store, tuning, signal, log } = this.#options;
    try {
      while (!signal.aborted) {
        const after = this.#looked ?? (await this.#load());
        const batch = await store.readBatch(after, this.consumer.types, tuning.batchSize);
        for (const group of groupByOrganization(batch.events)) await this.#handle(group);
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
  async replay(): Promise<void> {
    const { store, tuning, signal, log } = this.#options;
    try {
      for (const letter of await store.requestedReplays(this.consumer.name, tuning.batchSize)) {
        if (signal.aborted) return;
        await this.#replayOne(letter);
      }
    } catch (error) {
      log(`${this.consumer.name} could not replay`, error);
    }
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

  async #handle(events: StoredEvent[]): Promise<void> {
    try {
      await this.#deliver(events);
    } catch (error) {
      await this.#giveUpWhenNotOurs(error);
      // One of them is the culprit: alone it cannot hold up the others.
      for (const event of events) await this.#handleAlone(event, events.length === 1 ? 1 : 0, error);
    }
  }

  async #handleAlone(event: StoredEvent, failedTries: number, firstError: unknown): Promise<void> {
    const { tuning, signal } = this.#options;
    let error = firstError;
    for (let tries = failedTries; tries < tuning.maxTries; ) {
      if (tries > 0) await this.#pause(tries);
      try {
        await this.#deliver([event]);
        return;
      } catch (next) {
        signal.throwIfAborted();
        error = next;
        // The database being away or busy says nothing about the event.
        if (await this.#isOutage(next)) await this.#pause(tuning.maxTries);
        else tries += 1;
      }
    }
    await this.#bury({ consumer: this.consumer.name, event, reason: inWords(error), tries: tuning.maxTries });
  }

  /** Effect, inbox and cursor in one transaction: all of them or none. */
  async #deliver(events: StoredEvent[]): Promise<void> {
    const { failpoints } = this.#options;
    const { name, service } = this.consumer;
    const to = await this.#step(events, async (tx) => {
      const fresh = await recordInInbox(
        tx,
        name,
        events.map((event) => event.id),
      );
      const unseen = events.filter((event) => fresh.has(event.id));
      if (unseen.length === 0) return;
      await sql.raw(actAs(service)).execute(tx);
      await this.consumer.handle(tx, unseen);
      await failpoints.afterEffect?.(name, unseen);
    });
    await failpoints.afterCommit?.(name, events);
    this.#wrote(to);
  }

  async #bury(letter: Omit<DeadLetter, 'failedAt'>): Promise<void> {
    this.#options.log(`${letter.consumer} gave up on ${letter.event.type} ${letter.event.id}: ${letter.reason}`);
    this.#wrote(await this.#step([letter.event], (tx) => insertDeadLetter(tx, letter)));
  }

  /** Runs `work` in a transaction that also moves the cursor over `events`, unless somebody else has moved it. */
  async #step(events: readonly StoredEvent[], work: (tx: Tx) => Promise<void>): Promise<Cursor> {
    const from = this.#written ?? (await this.#load());
    const last = events.at(-1);
    const to = last && parseCursor(last.cursor);
    if (!to) throw new Error('Nothing to handle');
    await this.#options.store.database.transaction('relay', last.orgId, async (tx) => {
      // First, because its row lock keeps a second process out until we are through.
      if (!(await moveCursor(tx, this.consumer.name, from, to))) throw new SupersededError();
      await work(tx);
    });
    return to;
  }

  async #replayOne({ event }: DeadLetter): Promise<void> {
    const { store } = this.#options;
    const { name, service } = this.consumer;
    try {
      await store.database.transaction('relay', event.orgId, async (tx) => {
        await removeDeadLetter(tx, name, event.id);
        if ((await recordInInbox(tx, name, [event.id])).size === 0) return;
        await sql.raw(actAs(service)).execute(tx);
        await this.consumer.handle(tx, [event]);
      });
    } catch (error) {
      if (await this.#isOutage(error)) throw error;
      await store.replayFailed(name, event.id, inWords(error));
    }
  }

  async #giveUpWhenNotOurs(error: unknown): Promise<void> {
    this.#options.signal.throwIfAborted();
    if (error instanceof SupersededError) throw error;
  }

  async #isOutage(error: unknown): Promise<boolean> {
    if (error instanceof SupersededError) throw error;
    if (isOutage(error)) return true;
    return this.#options.store.database.check().then(
      () => false,
      () => true,
    );
  }

  #pause(tries: number): Promise<void> {
    const { tuning, signal } = this.#options;
    const longestMs = Math.min(tuning.firstPauseMs * 2 ** (tries - 1), tuning.longestPauseMs);
    return sleep(Math.random() * longestMs, undefined, { signal });
  }
}

/** Neighbours of the same organization share a transaction. */
function* groupByOrganization(events: readonly StoredEvent[]): Generator<StoredEvent[]> {
  let group: StoredEvent[] = [];
  for (const event of events) {
    if (group.length > 0 && group[0]?.orgId !== event.orgId) {
      yield group;
      group = [];
    }
    group.push(event);
  }
  if (group.length > 0) yield group;
}

function inWords(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 2_000);
}
