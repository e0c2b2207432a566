import type { BaseOptions } from '@platformatic/kafka';

/** How to reach the brokers, and as whom. */
export interface KafkaAddress {
  /** `host:port`; a few of them are enough to find the others. */
  brokers: readonly string[];
  /** Absent: unencrypted. `ca`: PEM of an authority that the system does not know. */
  tls?: { ca?: string } | undefined;
  sasl?: { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; username: string; password: string } | undefined;
}

/** What every client of ours starts from: it gives up soon, because whoever uses it tries again with longer pauses. */
export function clientOptions({ brokers, tls, sasl }: KafkaAddress, clientId: string): BaseOptions {
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    connectTimeout: 3_000,
    timeout: 10_000,
    retries: 2,
    retryDelay: (_client, _operation, attempt) => Math.random() * 100 * 2 ** attempt,
    ...(tls !== undefined && { tls }),
    ...(sasl !== undefined && { sasl }),
  };
}
