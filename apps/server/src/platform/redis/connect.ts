import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** One Redis, or a Cluster: whoever only sends commands need not know which. */
export type RedisClient = Redis | Cluster;

const checkWithinMs = 1_000;

/** What each connection is made with. */
type ConnectionSettings = Omit<RedisOptions, 'replyMapping' | 'host' | 'port'>;

/** How long to wait before the next attempt to connect: soon, then every two seconds. */
const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);

export interface RedisUse {
  /** Shows in `CLIENT LIST`. */
  readonly name: string;
  /**
   * `now-or-never`: a command fails at once while there is no connection, and after `withinMs` when no answer comes.
   * `patient`: commands wait for the connection, as long as it takes.
   */
  readonly manner: { readonly kind: 'now-or-never'; readonly withinMs: number } | { readonly kind: 'patient' };
  /** For sharded publish and subscribe. */
  readonly subscribes?: boolean;
}

/** True when the addresses are those of a Cluster: there is more than one. */
export const isCluster = (urls: readonly string[]): boolean => urls.length > 1;

/**
 * The one place where connections to Redis are made.
 * @param urls `redis://[user:password@]host[:port][/database]`, with `rediss` over TLS; several are nodes of one Cluster,
 *   which share their credentials.
 */
export const connectRedis = (urls: readonly string[], use: RedisUse): RedisClient => {
  const [first] = urls;
  if (first === undefined) throw new Error('Redis needs an address.');
  const nodes = urls.map((url) => nodeOf(url));
  const options: ConnectionSettings = { ...credentialsOf(first), ...mannerOf(use), connectionName: use.name };
  if (!isCluster(urls)) return new Redis({ ...connectionTo(first), ...options, retryStrategy });
  const offline = use.manner.kind === 'patient';
  const cluster = new Cluster(nodes, {
    enableOfflineQueue: offline,
    clusterRetryStrategy: retryStrategy,
    // A master that died is found out by its replica's promotion, a few seconds later.
    slotsRefreshInterval: 5_000,
    ...(offline ? {} : { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0, maxRedirections: 3 }),
    ...(use.subscribes === true ? { shardedSubscribers: true } : {}),
    redisOptions: options,
    // Certificates name hosts, not addresses.
    ...(options.tls === undefined ? {} : { dnsLookup: (host, answer) => answer(null, host) }),
  });
  // A node is otherwise connected by its first command, and those that come meanwhile would fail.
  cluster.on('+node', (node: Redis) => void node.connect().catch(() => undefined));
  return cluster;
};

/** Resolves when every master answers; a connection that is just being made is given a moment. */
export const pingAll = (redis: RedisClient): Promise<void> =>
  within(
    checkWithinMs,
    whenReady(redis).then(async () => {
      const masters = redis instanceof Cluster ? redis.nodes('master') : [redis];
      await Promise.all(masters.map((master) => master.ping()));
    }),
  );

const whenReady = async (redis: RedisClient): Promise<void> => {
  while (redis.status !== 'ready') await sleep(10, undefined, { ref: false });
};

const mannerOf = ({ manner }: RedisUse): ConnectionSettings =>
  manner.kind === 'patient'
    ? { maxRetriesPerRequest: null }
    : {
        commandTimeout: manner.withinMs,
        connectTimeout: 2_000,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        autoResendUnfulfilledCommands: false,
      };

/** Where an address leads, and how to sign in there. */
export const connectionTo = (url: string): ConnectionSettings & { host: string; port: number } => ({
  ...credentialsOf(url),
  ...nodeOf(url),
});

const nodeOf = (url: string): { host: string; port: number } => {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 6379 : Number(port) };
};

const credentialsOf = (url: string): ConnectionSettings => {
  const { protocol, username, password, pathname } = new URL(url);
  const database = Number(pathname.slice(1));
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(database > 0 ? { db: database } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
};

/** Rejects after `withinMs` what Redis has not answered by then; the cluster client has retries of its own. */
export const within = async <T>(withinMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${withinMs} ms.`)), withinMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Ends the connection without waiting for a server that may be gone. */
export const disconnect = async (redis: RedisClient): Promise<void> => {
  await within(1_000, redis.quit()).catch(() => redis.disconnect());
};
