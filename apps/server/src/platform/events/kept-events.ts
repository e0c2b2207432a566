import type { EventType } from '@muster/contracts';
import type { Clock } from '../clock.ts';
import type { Tx } from '../database/port.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { readNotices, requestReplayIn } from './dead-letter-notices.ts';
import { appendToOutbox } from './outbox.ts';
import type { OutboxStore } from './outbox-store.ts';
import {
  type ConsumerLag,
  CursorExpiredError,
  type DeadLetter,
  type DeadLetterNotices,
  type NoticeFilter,
  type OutgoingEvent,
  type StoredEvent,
} from './port.ts';

/** The part of the events port that is PostgreSQL's business whichever way the events travel. */
export class KeptEvents {
  readonly #store: OutboxStore;
  readonly #clock: Clock;

  constructor(store: OutboxStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  append(tx: Tx, orgId: string, events: readonly OutgoingEvent[]): Promise<void> {
    return appendToOutbox(tx, orgId, events, this.#clock);
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
    const { events } = await this.#store.readBatch(after, limit, { types, orgId });
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

  noticesOfDeadLetters(tx: Tx, filter: NoticeFilter): Promise<DeadLetterNotices> {
    return readNotices(tx, filter);
  }

  replayIn(tx: Tx, consumer: string, eventIds: readonly string[]): Promise<string[]> {
    return requestReplayIn(tx, consumer, eventIds);
  }

  forget(orgId: string, id: string): Promise<number> {
    return this.#store.forget(orgId, id);
  }

  async trim(before: Date): Promise<number> {
    const limit = 5_000;
    let removed = 0;
    for (let last = limit; last === limit; removed += last) last = await this.#store.trim(before, limit);
    for (let last = limit; last === limit; ) last = await this.#store.trimInbox(before, limit);
    return removed;
  }
}
