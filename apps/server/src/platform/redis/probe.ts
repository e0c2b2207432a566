import { Redis } from 'ioredis';
import { connectionTo, isCluster } from './connect.ts';

const connectWithinMs = 3_000;

/**
 * Asks the first node whether it is what the configuration says. A Redis that is merely away is no reason not to start.
 * @returns a sentence that names the fix, or undefined
 */
export const whatIsWrongWithRedis = async (urls: readonly string[]): Promise<string | undefined> => {
  const redis = new Redis({
    ...connectionTo(urls[0] ?? ''),
    connectTimeout: connectWithinMs,
    commandTimeout: connectWithinMs,
    retryStrategy: () => null,
    lazyConnect: true,
  });
  let refusal = '';
  redis.on('error', (error: Error) => {
    refusal ||= error.message;
  });
  try {
    await redis.connect();
    const hasCluster = (await redis.info('cluster')).includes('cluster_enabled:1');
    if (hasCluster && !isCluster(urls))
      return 'The Redis in MUSTER_REDIS_URL belongs to a Cluster: name several of its nodes there (or the same address twice).';
    if (!hasCluster && isCluster(urls))
      return 'MUSTER_REDIS_URL names several addresses, but they are no Redis Cluster: name one of them only.';
    return undefined;
  } catch (error) {
    return fixFor(refusal === '' && error instanceof Error ? error.message : refusal);
  } finally {
    redis.disconnect();
  }
};

const fixFor = (refusal: string): string | undefined => {
  if (/WRONGPASS|NOAUTH|NOPERM|invalid password|without any password/i.test(refusal))
    return 'Redis refuses the credentials: check user and password in MUSTER_REDIS_URL.';
  if (/ENOTFOUND/.test(refusal)) return `MUSTER_REDIS_URL names a host that does not exist (${refusal}).`;
  if (/CERT|certificate|self.signed/i.test(refusal))
    return `The certificate of Redis is not trusted (${refusal}): set NODE_EXTRA_CA_CERTS to a file with its authority’s.`;
  return undefined;
};
