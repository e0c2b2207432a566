import { ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka';
import type { Cursor } from '../cursor.ts';
import { parseCursor } from '../cursor.ts';
import type { OutboxStore } from '../outbox-store.ts';
import type { StoredEvent } from '../port.ts';
import { clientOptions, type KafkaAddress } from './address.ts';
import { toRecord } from './message.ts';

/** Under this name the relay keeps its place among the consumers; its lag is what Kafka has not got yet. */
export const relayName = 'platform.kafka-relay';

/** Places where a test can let the process "die". */
export interface RelayFailpoints {
  /** Kafka has acknowledged, the place is not marked. */
  afterPublish?: (events: readonly StoredEvent[]) => Promise<void>;
}

export interface RelayOptions {
  store: OutboxStore;
  address: KafkaAddress;
  topic: string;
  /** Events read at once. */
  batchSize: number;
  failpoints: RelayFailpoints;
  signal: AbortSignal;
}

/** One request to Kafka; events of one partition in it are stored together or not at all. */
const maxRequestBytes = 1024 * 1024;

/**
 * Carries the outbox to Kafka in its order: publish, wait for all acknowledgements, mark, go on. Whoever dies between
 * publishing and marking publishes again; a successor, even beside a predecessor that does not know it is one, starts
 * at the mark. So the first copy of each event follows the first copy of the one before it, and consumers drop the rest.
 */
export class KafkaRelay {
  readonly #options: RelayOptions;
  #producer: Producer<string, string, string, string> | undefined;
  #marked: Cursor | undefined;
  #looked: Cursor | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Publishes everything below the horizon. @throws when Kafka or the database does not take it */
  async drain(): Promise<void> {
    const { store, batchSize, signal } = this.#options;
    try {
      while (!signal.aborted) {
        const { events, horizon } = await store.readBatch(this.#looked ?? (await this.#load()), batchSize);
        for (const part of bySize(events)) await this.#publish(part);
        if (events.length < batchSize) {
          this.#looked = horizon;
          return;
        }
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Writes down how far it has looked, so that the outbox can be trimmed behind it. */
  async markQuietStretch(): Promise<void> {
    const [marked, looked] = [this.#marked, this.#looked];
    if (!marked || !looked || marked === looked) return;
    this.#marked = (await this.#options.store.moveCursor(relayName, marked, looked)) ? looked : undefined;
    if (!this.#marked) this.#looked = undefined;
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    // What a producer did not get acknowledged it may still send: its successor gets an identity of its own.
    this.#producer = undefined;
    this.#marked = undefined;
    this.#looked = undefined;
    await producer?.close(true).catch(() => {});
  }

  async #load(): Promise<Cursor> {
    const cursor = await this.#options.store.readCursor(relayName);
    if (!cursor) throw new Error('The relay is not registered');
    this.#marked = cursor;
    this.#looked = cursor;
    return cursor;
  }

  async #publish(events: readonly StoredEvent[]): Promise<void> {
    const { store, topic, failpoints, address } = this.#options;
    this.#producer ??= new Producer({
      ...clientOptions(address, 'muster-relay'),
      idempotent: true,
      acks: ProduceAcks.ALL,
      repeatOnStaleMetadata: true,
      serializers: stringSerializers,
    });
    await this.#producer.send({ messages: events.map((event) => ({ topic, ...toRecord(event) })) });
    await failpoints.afterPublish?.(events);
    const last = events.at(-1);
    const to = last && parseCursor(last.cursor);
    const from = this.#marked ?? (await this.#load());
    if (!to) return;
    if (!(await store.moveCursor(relayName, from, to))) throw new Error('Another relay has moved on, or was sent back');
    this.#marked = to;
    this.#looked = to;
  }
}

/** Parts of about a request's size; an event that is larger goes alone. */
function* bySize(events: readonly StoredEvent[]): Generator<StoredEvent[]> {
  let part: StoredEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event.payload)) + 400;
    if (part.length > 0 && bytes + size > maxRequestBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
