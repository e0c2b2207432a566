import { setTimeout as sleep } from 'node:timers/promises';
import { events as contracts } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import { actAs } from '../database/postgres.ts';
import { isOutage } from './outage.ts';
import { insertDeadLetter, recordInInbox, removeDeadLetter } from './inbox.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { Consumer, DeadLetter, StoredEvent } from './port.ts';

export interface DeliveryTuning {
  /** Events handled in one transaction, at most. */
  batchSize: number;
  maxTries: number;
  /** The pause before try n+1 is drawn from 0 to this · 2ⁿ⁻¹, at most `longestPauseMs`. */
  firstPauseMs: number;
  longestPauseMs: number;
}

export const defaultDeliveryTuning: DeliveryTuning = {
  batchSize: 500,
  maxTries: 5,
  firstPauseMs: 200,
  longestPauseMs: 2_000,
};

/** Places where a test can let the process "die". */
export interface Failpoints {
  /** The effect is done, the transaction is open. */
  afterEffect?: (consumer: string, events: readonly StoredEvent[]) => Promise<void>;
  /** Everything is committed, whoever delivers does not know it yet. */
  afterCommit?: (consumer: string, events: readonly StoredEvent[]) => Promise<void>;
}

export interface DeliveryOptions {
  consumer: Consumer;
  store: OutboxStore;
  tuning: DeliveryTuning;
  failpoints: Failpoints;
  signal: AbortSignal;
  log: (message: string, error?: unknown) => void;
  /** Runs `work` as the relay inside the organization of `events`, in one transaction with the adapter's own notes. */
  transact: (events: readonly StoredEvent[], work: (tx: Tx) => Promise<void>) => Promise<void>;
}

/** Another process serves the consumer now: this one has to stop and look again. */
export class SupersededError extends Error {
  override name = 'SupersededError';
}

/**
 * How events reach a handler, whichever way they came: once, in the handler's transaction, with retries, and with a
 * dead letter in the end.
 */
export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * Handles events of one organization, in order; resolves when each has had its effect or is a dead letter.
   * @throws when the process stops or somebody else has taken over
   */
  async handle(events: readonly StoredEvent[]): Promise<void> {
    try {
      await this.#deliver(events);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (error instanceof SupersededError) throw error;
      // One of them is the culprit: alone it cannot hold up the others.
      for (const event of events) await this.#handleAlone(event, events.length === 1 ? 1 : 0, error);
    }
  }

  /** Tries the dead letters that somebody asked to replay. */
  async replay(): Promise<void> {
    const { consumer, store, tuning, signal, log } = this.#options;
    try {
      for (const letter of await store.requestedReplays(consumer.name, tuning.batchSize)) {
        if (signal.aborted) return;
        await this.#replayOne(letter);
      }
    } catch (error) {
      log(`${consumer.name} could not replay`, error);
    }
  }

  async #handleAlone(event: StoredEvent, failedTries: number, firstError: unknown): Promise<void> {
    const { consumer, tuning, signal } = this.#options;
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
    await this.#bury({ consumer: consumer.name, event, reason: inWords(error), tries: tuning.maxTries });
  }

  /** Effect, inbox and the adapter's notes in one transaction: all of them or none. */
  async #deliver(events: readonly StoredEvent[]): Promise<void> {
    const { consumer, failpoints, transact } = this.#options;
    await transact(events, async (tx) => {
      const ids = events.map((event) => event.id);
      const fresh = await recordInInbox(tx, consumer.name, ids);
      // Taken out one by one: copies may stand in the same batch.
      const unseen = events.filter((event) => fresh.delete(event.id)).map(asKnown);
      if (unseen.length === 0) return;
      await this.#effect(tx, unseen);
      await failpoints.afterEffect?.(consumer.name, unseen);
    });
  }

  async #effect(tx: Tx, events: StoredEvent[]): Promise<void> {
    const { consumer } = this.#options;
    await sql.raw(actAs(consumer.service)).execute(tx);
    await consumer.handle(tx, events);
  }

  async #bury(letter: Omit<DeadLetter, 'failedAt'>): Promise<void> {
    const { log, transact } = this.#options;
    log(`${letter.consumer} gave up on ${letter.event.type} ${letter.event.id}: ${letter.reason}`);
    await transact([letter.event], (tx) => insertDeadLetter(tx, letter));
  }

  async #replayOne({ event }: DeadLetter): Promise<void> {
    const { consumer, store } = this.#options;
    try {
      await store.database.transaction('relay', event.orgId, async (tx) => {
        await removeDeadLetter(tx, consumer.name, event.id);
        if ((await recordInInbox(tx, consumer.name, [event.id])).size === 0) return;
        await this.#effect(tx, [asKnown(event)]);
      });
    } catch (error) {
      if (await this.#isOutage(error)) throw error;
      await store.replayFailed(consumer.name, event.id, inWords(error));
    }
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

/**
 * While versions run side by side, an event may be newer than this process. What it knows of it is handed on; what it
 * cannot read becomes a dead letter, to be replayed after the upgrade.
 */
function asKnown(event: StoredEvent): StoredEvent {
  const { version, payload } = contracts[event.type];
  if (event.version <= version) return event;
  const known = payload.safeParse(event.payload);
  if (known.success) return { ...event, payload: known.data } as StoredEvent;
  throw new Error(`${event.type} came in version ${event.version}, this process reads up to version ${version}`);
}

/** Events of the same organization share a transaction, as long as they are neighbours. */
export function* groupByOrganization(events: readonly StoredEvent[]): Generator<StoredEvent[]> {
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
