import { setTimeout as sleep } from 'node:timers/promises';
import type { EventType } from '@muster/contracts';
import { type Clock, systemClock } from '../../clock.ts';
import type { Tx } from '../../database/port.ts';
import type { PostgresDatabase } from '../../database/postgres.ts';
import { beforeEverything } from '../cursor.ts';
import { defaultDeliveryTuning, type DeliveryTuning, type Failpoints } from '../delivery.ts';
import { KeptEvents } from '../kept-events.ts';
import { OutboxBus } from '../outbox-bus.ts';
import { OutboxListener } from '../outbox-listener.ts';
import { everyType, type News, OutboxStore } from '../outbox-store.ts';
import { OutboxWatcher, type WatcherTuning } from '../outbox-watcher.ts';
import type {
  Consumer,
  ConsumerLag,
  DeadLetter,
  DeadLetterNotices,
  EventBus,
  NoticeFilter,
  OutgoingEvent,
  StoredEvent,
} from '../port.ts';
import { SingleRuns } from '../single-runs.ts';
import type { KafkaAddress } from './address.ts';
import { defaultGroupTuning, type GroupTuning, KafkaConsumerGroup } from './consumer-group.ts';
import { KafkaRelay, type RelayFailpoints, relayName } from './relay.ts';
import { ensureTopic } from './topic.ts';
import { topicName, type TopicSettings } from './topic-settings.ts';

export interface KafkaBusOptions extends WatcherTuning {
  /** A pool of its own (4 connections do): consumers must not wait behind requests, nor requests behind them. */
  database: PostgresDatabase;
  /** For LISTEN and locks: straight to the primary, no transaction pooler in between. */
  listenUrl: string;
  /** How long a relay that hangs keeps the others from its place. Default 15,000. */
  leaseMs?: number;
  address: KafkaAddress;
  topic: TopicSettings;
  clock?: Clock;
  tuning?: Partial<DeliveryTuning & GroupTuning>;
  failpoints?: Failpoints & RelayFailpoints;
  log?: (message: string, error?: unknown) => void;
}

const askForRelayEveryMs = 1_000;
const longestPauseMs = 5_000;
/**
 * From one publishing to the next: what comes meanwhile goes together. Each costs three brokers a write and wakes every
 * consumer; an event that comes after a quiet moment does not wait.
 */
const publishEveryMs = 100;

/**
 * The events port on Kafka. Facts are appended to the outbox as ever; one process, the one that holds a lock in
 * PostgreSQL, carries them to Kafka; consumer groups share their handling. PostgreSQL stays the store of record: places,
 * inbox and dead letters are there, a socket resumes from there, and consumers that need all events of an organization in
 * one order read them there.
 */
export class KafkaBus implements EventBus {
  readonly #options: KafkaBusOptions;
  readonly #store: OutboxStore;
  readonly #kept: KeptEvents;
  readonly #consumers: Consumer[] = [];
  readonly #stop = new AbortController();
  readonly #runs = new SingleRuns(this.#stop.signal);
  readonly #listener: OutboxListener;
  readonly #watcher: OutboxWatcher;
  readonly #relay: KafkaRelay;
  /** For consumers that need one order over all keys, which partitions cannot give; where there are any. */
  #inOneOrder: OutboxBus | undefined;
  readonly #log: (message: string, error?: unknown) => void;
  #groups: readonly KafkaConsumerGroup[] = [];
  #isRelay = false;
  #askAgainAt = 0;
  #relayFailures = 0;

  constructor(options: KafkaBusOptions) {
    this.#options = options;
    this.#log = options.log ?? (() => {});
    this.#store = new OutboxStore(options.database);
    this.#kept = new KeptEvents(this.#store, options.clock ?? systemClock);
    this.#watcher = new OutboxWatcher({
      ...options,
      store: this.#store,
      onNews: (news, sweep) => this.#onNews(news, sweep),
      // Consumers hear from Kafka; with many processes, looking at every commit in each would cost more than all else.
      isUrgent: () => this.#isRelay,
    });
    const onNotify = () => this.#watcher.notified();
    this.#listener = new OutboxListener({ connectionString: options.listenUrl, onNotify, leaseMs: options.leaseMs });
    this.#relay = new KafkaRelay({
      store: this.#store,
      address: options.address,
      topic: topicName(options.topic),
      batchSize: options.tuning?.batchSize ?? defaultDeliveryTuning.batchSize,
      failpoints: options.failpoints ?? {},
      signal: this.#stop.signal,
    });
  }

  append(tx: Tx, orgId: string, events: readonly OutgoingEvent[]): Promise<void> {
    return this.#kept.append(tx, orgId, events);
  }

  subscribe<Types extends EventType>(consumer: Consumer<Types>): void {
    if (consumer.order === 'organization') {
      const { tuning: _tuning, ...onPostgres } = this.#options;
      this.#inOneOrder ??= new OutboxBus(onPostgres);
      return this.#inOneOrder.subscribe(consumer);
    }
    if (this.#consumers.some(({ name }) => name === consumer.name)) throw new Error(`Two consumers ${consumer.name}`);
    // Its handler only ever gets events of its own types.
    this.#consumers.push(consumer as unknown as Consumer);
  }

  /** @throws Error in a sentence that names the fix when Kafka is not there, or not as configured */
  async start(): Promise<void> {
    const madeNow = await ensureTopic(this.#options.address, this.#options.topic);
    await this.#store.register(relayName, [everyType], beforeEverything);
    // An empty topic, perhaps in place of one that was lost: everything that is kept has to go there again.
    if (madeNow) await this.#store.rewindCursor(relayName, beforeEverything);
    const now = await this.#store.currentHorizon();
    for (const { name, types, startsAt } of this.#consumers) {
      await this.#store.register(name, types, startsAt === 'now' ? now : beforeEverything);
    }
    await this.#listener.connect();
    this.#groups = this.#consumers.map((consumer) => this.#groupOf(consumer));
    for (const group of this.#groups) group.start();
    this.#watcher.start();
    await this.#inOneOrder?.start();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#inOneOrder?.stop();
    await this.#watcher.stop();
    await Promise.all([this.#runs.settled(), ...this.#groups.map((group) => group.stopped())]);
    await this.#relay.close();
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

  /** Of what is in Kafka already, the topic's retention takes care. */
  forget(orgId: string, id: string): Promise<number> {
    return this.#kept.forget(orgId, id);
  }

  trim(before: Date): Promise<number> {
    return this.#kept.trim(before);
  }

  #groupOf(consumer: Consumer): KafkaConsumerGroup {
    const { address, topic, tuning, failpoints = {} } = this.#options;
    return new KafkaConsumerGroup({
      consumer,
      store: this.#store,
      address,
      topic: topicName(topic),
      groupId: `${topic.prefix}${consumer.name}`,
      group: { ...defaultGroupTuning, ...tuning },
      tuning: { ...defaultDeliveryTuning, ...tuning },
      failpoints,
      signal: this.#stop.signal,
      log: this.#log,
    });
  }

  #onNews({ types, replays }: News, sweep: boolean): void {
    if (this.#isRelay ? sweep || types.length > 0 : performance.now() >= this.#askAgainAt) {
      this.#askAgainAt = performance.now() + askForRelayEveryMs;
      this.#runs.run('relay', () => this.#relayRound(sweep), publishEveryMs);
    }
    for (const group of this.#groups) {
      const { name } = group.consumer;
      if (sweep) this.#runs.run(`advance ${name}`, () => this.#advance(name));
      if (!replays.includes(name)) continue;
      this.#runs.run(`replay ${name}`, async () => {
        if (await this.#listener.holds(name)) await group.replay();
        return true;
      });
    }
  }

  async #relayRound(sweep: boolean): Promise<boolean> {
    this.#isRelay = await this.#listener.holds(relayName);
    if (!this.#isRelay) {
      await this.#relay.close();
      return false;
    }
    try {
      await this.#relay.drain();
      if (sweep) await this.#relay.markQuietStretch();
      if (this.#relayFailures > 0) this.#log('Events go to Kafka again');
      this.#relayFailures = 0;
    } catch (error) {
      if (this.#relayFailures === 0) this.#log('Events wait in the outbox: Kafka does not take them', error);
      this.#relayFailures += 1;
      const pauseMs = Math.random() * Math.min(longestPauseMs, 100 * 2 ** this.#relayFailures);
      await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => {});
      this.#watcher.sweepSoon();
      this.#watcher.notified();
    }
    return true;
  }

  async #advance(consumer: string): Promise<boolean> {
    await this.#store.advanceCursor(consumer).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#log(`The place of ${consumer} could not be noted`, error);
    });
    return true;
  }
}
