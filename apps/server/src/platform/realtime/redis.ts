import { Cluster } from 'ioredis';
import { connectRedis, disconnect, pingAll, type RedisClient, within } from '../redis/connect.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Listeners } from './listeners.ts';
import { type Realtime, RealtimeAwayError } from './port.ts';

const publishWithinMs = 2_000;
const subscribeWithinMs = 2_000;
const retryMs = 1_000;
const prefix = 'muster:live:';

export interface RedisRealtimeOptions {
  /** One address, or several nodes of one Cluster. */
  readonly urls: readonly string[];
  readonly telemetry: Telemetry;
}

/**
 * Redis' publish and subscribe; on a Cluster the sharded kind, where a message goes to the one shard of its channel and
 * not to every node. This process subscribes to those channels only that somebody here listens to.
 */
export const createRedisRealtime = ({ urls, telemetry }: RedisRealtimeOptions): Realtime => {
  const { log } = telemetry;
  const publisher = connectRedis(urls, {
    name: 'muster-publish',
    manner: { kind: 'now-or-never', withinMs: publishWithinMs },
  });
  const listeners = new Listeners();
  const subscriber = new Subscriber(
    connectRedis(urls, { name: 'muster-subscribe', manner: { kind: 'patient' }, subscribes: true }),
    listeners,
    log,
  );
  publisher.on('error', (error: Error) => log.debug({ err: error }, 'the connection to Redis reported an error'));

  return {
    publish: async (channel, message) => {
      const text = JSON.stringify(message);
      const name = prefix + channel;
      const sent = publisher instanceof Cluster ? publisher.spublish(name, text) : publisher.publish(name, text);
      try {
        await within(publishWithinMs, sent);
      } catch (cause) {
        throw new RealtimeAwayError('Redis did not take a message for live listeners.', { cause });
      }
    },
    subscribe: async (channel, listener, missed) => {
      const leave = listeners.add(channel, listener, missed);
      await subscriber.attend(channel);
      return async () => {
        if (leave()) await subscriber.leave(channel);
      };
    },
    check: async () => {
      await Promise.all([pingAll(publisher), pingAll(subscriber.redis)]);
    },
    close: async () => {
      listeners.clear();
      subscriber.stop();
      await Promise.all([disconnect(publisher), disconnect(subscriber.redis)]);
    },
  };
};

/** Keeps the subscriptions at the server equal to what is listened to here, through every loss of the connection. */
class Subscriber {
  readonly redis: RedisClient;
  readonly #listeners: Listeners;
  readonly #log: Telemetry['log'];
  /** What the server has confirmed since the connection was last lost. */
  readonly #confirmed = new Set<string>();
  #turn: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(redis: RedisClient, listeners: Listeners, log: Telemetry['log']) {
    this.redis = redis;
    this.#listeners = listeners;
    this.#log = log;
    const hear = (name: string, text: string): void =>
      listeners.tell(name.slice(prefix.length), () => JSON.parse(text) as unknown);
    redis.on('message', hear);
    redis.on('smessage', hear);
    redis.on('error', (error: Error) => log.debug({ err: error }, 'the connection to Redis reported an error'));
    redis.on('close', () => this.#confirmed.clear());
    redis.on('ready', () => void this.#catchUp());
    // Of a Cluster: a shard's connection was made anew, or its slots moved.
    redis.on('-subscriber', () => this.#confirmed.clear());
    redis.on('subscribersReady', () => {
      this.#confirmed.clear();
      void this.#catchUp();
    });
  }

  /** Resolves when the server has confirmed, or when it is away: then the channel is attended as soon as it is back. */
  async attend(channel: string): Promise<void> {
    if (this.#confirmed.has(channel)) return;
    try {
      await this.#subscribe(channel);
    } catch (error) {
      this.#log.warn({ err: error }, 'Redis takes no subscription: live facts come when it is back');
      this.#tryLater();
    }
  }

  async leave(channel: string): Promise<void> {
    this.#confirmed.delete(channel);
    const name = prefix + channel;
    const done = this.redis instanceof Cluster ? this.redis.sunsubscribe(name) : this.redis.unsubscribe(name);
    // Without a connection there is no subscription either.
    await within(subscribeWithinMs, done).catch(() => undefined);
    // Somebody may have come while we left.
    if (this.#listeners.has(channel)) await this.attend(channel);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
  }

  /** Attends again to everything that the server does not attend to for us, then tells that something was missed. */
  #catchUp(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#attendToLost());
    return this.#turn;
  }

  async #attendToLost(): Promise<void> {
    const lost = this.#listeners.channels().filter((channel) => !this.#confirmed.has(channel));
    try {
      for (const channel of lost) await this.#subscribe(channel);
    } catch (error) {
      this.#log.debug({ err: error }, 'Redis takes no subscription yet');
      this.#tryLater();
      return;
    }
    this.#listeners.tellMissed(lost);
  }

  async #subscribe(channel: string): Promise<void> {
    const name = prefix + channel;
    const done = this.redis instanceof Cluster ? this.redis.ssubscribe(name) : this.redis.subscribe(name);
    await within(subscribeWithinMs, done);
    this.#confirmed.add(channel);
  }

  #tryLater(): void {
    if (this.#stopped || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#catchUp();
    }, retryMs);
  }
}
