import type { EventPayload, EventType } from '@muster/contracts';
import type { ServiceName, Tx } from '../database/port.ts';

export type { EventPayload, EventType };

/** A fact to publish. `key` orders: events of one organization with the same key arrive in the order they committed. */
export type OutgoingEvent<Types extends EventType = EventType> = { [T in Types]: OutgoingEventOf<T> }[Types];

interface OutgoingEventOf<T extends EventType> {
  type: T;
  /** The member's id, or whatever the facts are about. */
  key: string;
  payload: EventPayload<T>;
  /** ISO instant; default: now. */
  occurredAt?: string;
  traceId?: string;
}

/** A fact as consumers get it; comparing `type` narrows `payload`. */
export type StoredEvent<Types extends EventType = EventType> = { [T in Types]: StoredEventOf<T> }[Types];

interface StoredEventOf<T extends EventType> {
  /** UUIDv7 */
  id: string;
  /** `xid.seq`: where it stands in the stream; opaque outside the platform. */
  cursor: string;
  type: T;
  version: number;
  orgId: string;
  key: string;
  /** ISO instant */
  occurredAt: string;
  payload: EventPayload<T>;
  traceId?: string;
}

export interface Consumer<Types extends EventType = EventType> {
  /** `<service>.<what>`, for example `geo.presence`. Never renamed: the place in the stream is kept under it. */
  name: string;
  service: ServiceName;
  types: readonly Types[];
  /**
   * Handles events of one organization, in order, already without duplicates, in one transaction that acts as
   * `service` inside that organization and also records that they were handled: effects in `tx` happen once.
   * Throwing rolls everything back; the events come again one by one, at most 5 tries, then a dead letter.
   */
  handle(tx: Tx, events: StoredEvent<Types>[]): Promise<void>;
  /** Where a consumer never seen before begins. Default: the oldest event that is still kept. */
  startsAt?: 'oldest' | 'now';
  /**
   * What arrives in the order it committed: events of one key, which many processes share among them, or all of an
   * organization, which one process reads. Default: `key`.
   */
  order?: 'key' | 'organization';
  /** At least so long a rest after each run, for what nobody waits for: larger batches cost less. Default: none. */
  restMs?: number;
}

export interface ConsumerLag {
  consumer: string;
  /** Committed events that it has not handled yet. */
  waiting: number;
  /** Age of the oldest of them, 0 when none waits. */
  oldestAgeMs: number;
  deadLetters: number;
}

export interface DeadLetter {
  consumer: string;
  event: StoredEvent;
  /** The last error, in words. */
  reason: string;
  tries: number;
  /** ISO instant */
  failedAt: string;
}

/** A dead letter as the people of its organization see it: neither what the event says nor whom it is about. */
export interface DeadLetterNotice {
  consumer: string;
  eventId: string;
  type: string;
  /** ISO instants */
  occurredAt: string;
  failedAt: string;
  /** The last error, in words. */
  reason: string;
  tries: number;
  /** Another try was asked for and has not ended. */
  isReplaying: boolean;
}

export interface DeadLetterNotices {
  items: DeadLetterNotice[];
  /** Those beyond the limit, too. */
  total: number;
}

export interface NoticeFilter {
  consumer?: string | undefined;
  limit: number;
}

export interface EventBus {
  /** Publishes facts with the transaction: they go out if, and only if, it commits. One statement. */
  append(tx: Tx, orgId: string, events: readonly OutgoingEvent[]): Promise<void>;

  /** Before `start`. */
  subscribe(consumer: Consumer): void;

  start(): Promise<void>;

  /** Waits for the handlers that are running; what they did not finish comes again after the next start. */
  stop(): Promise<void>;

  lag(): Promise<ConsumerLag[]>;

  /** The end of the stream now: what a socket without a cursor starts from. */
  currentCursor(): Promise<string>;

  /**
   * Events of one organization after a cursor, oldest first, at most `limit`.
   * @throws CursorExpiredError when events after the cursor may already have been trimmed: load everything anew.
   */
  readSince(orgId: string, cursor: string, types: readonly EventType[], limit: number): Promise<StoredEvent[]>;

  /** Newest first. */
  deadLetters(filter?: { consumer?: string; limit?: number }): Promise<DeadLetter[]>;

  /** Asks the consumer to try dead letters again; resolves with how many were found. They stay if they fail again. */
  replay(consumer: string, eventIds: readonly string[]): Promise<number>;

  /** Those of the transaction's organization, newest first. As the service `gateway`. */
  noticesOfDeadLetters(tx: Tx, filter: NoticeFilter): Promise<DeadLetterNotices>;

  /**
   * As `replay`, for dead letters of the transaction's organization, from its commit on. As the service `gateway`.
   * @returns the ids that were found
   */
  replayIn(tx: Tx, consumer: string, eventIds: readonly string[]): Promise<string[]>;

  /**
   * Erasure: removes events and dead letters of an organization that mention an id and that every consumer has passed.
   * @returns how many still wait for a consumer
   */
  forget(orgId: string, id: string): Promise<number>;

  /** Retention: removes events that happened before an instant and that every consumer has passed. @returns how many */
  trim(before: Date): Promise<number>;
}

export class CursorExpiredError extends Error {
  override name = 'CursorExpiredError';

  constructor(cursor: string) {
    super(`Events after cursor ${cursor} are no longer kept.`);
  }
}
