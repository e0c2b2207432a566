import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer as KafkaClient, type Message, type MessagesStream, stringDeserializers } from '@platformatic/kafka';
import { beforeEverything, type Cursor, isBeyond } from '../cursor.ts';
import { Delivery, type DeliveryOptions } from '../delivery.ts';
import type { Consumer, StoredEvent } from '../port.ts';
import { clientOptions, type KafkaAddress } from './address.ts';
import { fromRecord } from './message.ts';

export interface GroupTuning {
  /** Without a heartbeat for so long, a process loses its partitions to the others. */
  sessionTimeoutMs: number;
  heartbeatMs: number;
}

export const defaultGroupTuning: GroupTuning = { sessionTimeoutMs: 10_000, heartbeatMs: 3_000 };

export interface GroupOptions extends Omit<DeliveryOptions, 'transact'> {
  address: KafkaAddress;
  topic: string;
  groupId: string;
  group: GroupTuning;
}

type Client = KafkaClient<string, string, string, string>;
type Stream = MessagesStream<string, string, string, string>;
type Record = Message<string, string, string, string>;

/** Fetched ahead at most: one answer of this size beside the one that is being handled. */
const maxFetchBytes = 4 * 1024 * 1024;
/** A fetch answers at once when there is something; when there is nothing, to ask seldom keeps idle brokers idle. */
const longestFetchMs = 5_000;
const longestPauseMs = 5_000;
const closeWithinMs = 5_000;
/**
 * A commit is a replicated write for each consumer: after every few events they would be most of what the brokers do.
 * What comes a second time because of the delay meets its row in the inbox.
 */
const commitEveryMs = 1_000;

/**
 * This process's share of one consumer. Kafka says which partitions are ours and how far we are; that an effect
 * happens once, and in order, is held by the inbox alone: whoever still works on a partition that has passed to another
 * process meets its rows there.
 */
export class KafkaConsumerGroup {
  readonly consumer: Consumer;
  readonly #options: GroupOptions;
  readonly #delivery: Delivery;
  readonly #uncommitted = new Map<number, { offset: bigint; leaderEpoch: number }>();
  #serving: Promise<void> = Promise.resolve();

  constructor(options: GroupOptions) {
    this.consumer = options.consumer;
    this.#options = options;
    const { store, failpoints } = options;
    this.#delivery = new Delivery({
      ...options,
      async transact(events, work) {
        const [first] = events;
        if (!first) return;
        await store.database.transaction('relay', first.orgId, work);
        await failpoints.afterCommit?.(options.consumer.name, events);
      },
    });
  }

  start(): void {
    this.#serving = this.#serve();
  }

  /** Resolves when the running handler is through and the group has been left, after the signal. */
  stopped(): Promise<void> {
    return this.#serving;
  }

  replay(): Promise<void> {
    return this.#delivery.replay();
  }

  async #serve(): Promise<void> {
    const { signal, log } = this.#options;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#session(() => {
          failures = 0;
        });
      } catch (error) {
        if (signal.aborted) return;
        if (failures === 0) log(`${this.consumer.name} lost Kafka and tries again`, error);
        failures += 1;
        const pauseMs = Math.random() * Math.min(longestPauseMs, 200 * 2 ** failures);
        await sleep(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** From joining the group to leaving it, or to the first error. */
  async #session(onProgress: () => void): Promise<void> {
    const { signal, topic, tuning } = this.#options;
    const client = this.#connect();
    // The client says here, and nowhere else, that it has given up its membership; unheard it would end the process.
    const lost = new AbortController();
    client.on('error', (error: Error) => lost.abort(error));
    client.on('consumer:heartbeat:stalled', () => lost.abort(new Error('Kafka does not answer heartbeats')));
    this.#uncommitted.clear();
    try {
      // Whatever lies below has been handled for good, also if Kafka hands it out again.
      const floor = (await this.#options.store.readCursor(this.consumer.name)) ?? beforeEverything;
      const stream = await client.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' });
      // Errors are looked for where the stream is read; without a lasting listener it would stop fetching.
      stream.on('error', () => {}).on('readable', () => {});
      let committedAtMs = performance.now();
      while (!signal.aborted) {
        lost.signal.throwIfAborted();
        const records = await nextRecords(stream, tuning.batchSize, signal);
        if (records.length > 0) {
          await this.#handle(records, floor);
          onProgress();
        }
        if (performance.now() - committedAtMs < commitEveryMs) continue;
        await this.#commit(client);
        committedAtMs = performance.now();
      }
      await this.#commit(client);
    } finally {
      await close(client);
    }
  }

  #connect(): Client {
    const { address, groupId, group, tuning } = this.#options;
    return new KafkaClient({
      ...clientOptions(address, 'muster'),
      groupId,
      deserializers: stringDeserializers,
      protocols: [{ name: 'cooperative-sticky', version: 1 }],
      sessionTimeout: group.sessionTimeoutMs,
      rebalanceTimeout: group.sessionTimeoutMs * 2,
      heartbeatInterval: group.heartbeatMs,
      autocommit: false,
      maxBytes: maxFetchBytes,
      maxWaitTime: longestFetchMs,
      highWaterMark: tuning.batchSize,
    });
  }

  async #handle(records: readonly Record[], floor: Cursor): Promise<void> {
    const events: StoredEvent[] = [];
    for (const record of records) {
      const event = this.#read(record);
      if (event && this.consumer.types.includes(event.type) && isBeyond(event.cursor, floor)) events.push(event);
    }
    // Keys never span organizations: sorting by them keeps the order of each key, and saves transactions.
    for (const group of Map.groupBy(events, (event) => event.orgId).values()) {
      this.#options.signal.throwIfAborted();
      await this.#delivery.handle(group);
    }
    for (const { partition, offset, leaderEpoch } of records) {
      this.#uncommitted.set(partition, { offset: offset + 1n, leaderEpoch });
    }
  }

  #read(record: Record): StoredEvent | undefined {
    const event = fromRecord(record);
    // An event of ours would still be missed: it counts as waiting until its id is in the inbox.
    if (!event)
      this.#options.log(`Passed over a record that is no event: ${record.topic} ${record.partition}@${record.offset}`);
    return event;
  }

  /** After the effects. What cannot be committed now is committed with the next; at worst it comes again. */
  async #commit(client: Client): Promise<void> {
    const { topic, log } = this.#options;
    const own = new Set(client.assignments?.flatMap((assignment) => assignment.partitions));
    for (const partition of this.#uncommitted.keys()) if (!own.has(partition)) this.#uncommitted.delete(partition);
    if (this.#uncommitted.size === 0) return;
    const offsets = [...this.#uncommitted].map(([partition, place]) => ({ topic, partition, ...place }));
    try {
      await client.commit({ offsets });
      this.#uncommitted.clear();
    } catch (error) {
      log(`${this.consumer.name} could not commit its place`, error);
    }
  }
}

/** What has arrived, up to a limit; waits up to a second for the first. */
async function nextRecords(stream: Stream, limit: number, signal: AbortSignal): Promise<Record[]> {
  const records: Record[] = [];
  for (let waited = false; ; waited = true) {
    while (records.length < limit) {
      const record = stream.read() as Record | null;
      if (record === null) break;
      records.push(record);
    }
    if (stream.errored) throw stream.errored;
    if (stream.destroyed) throw new Error('The stream has ended');
    if (records.length > 0 || waited || signal.aborted) return records;
    await readableOr(stream, 1_000, signal);
  }
}

function readableOr(stream: Stream, waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stream.off('readable', done);
      stream.off('close', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    stream.on('readable', done);
    stream.on('close', done);
    signal.addEventListener('abort', done);
  });
}

/** Leaves the group, so that others take over at once; not for ever, when nobody answers. */
async function close(client: Client): Promise<void> {
  await Promise.race([client.close(true).catch(() => {}), sleep(closeWithinMs, undefined, { ref: false })]);
}
