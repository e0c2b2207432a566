import { readFile } from 'node:fs/promises';
import { type Configuration, ConfigurationError } from '../config/schema.ts';
import type { KafkaAddress } from '../platform/events/kafka/address.ts';
import type { OutboxBusOptions } from '../platform/events/outbox-bus.ts';
import type { EventBus } from '../platform/events/port.ts';

const hourMs = 3_600_000;

/** The events port on Kafka; its client is loaded only where it is used. */
export const openKafka = async (configuration: Configuration, onPostgres: OutboxBusOptions): Promise<EventBus> => {
  const address = await addressIn(configuration);
  const { KafkaBus } = await import('../platform/events/kafka/kafka-bus.ts');
  return new KafkaBus({
    ...onPostgres,
    address,
    topic: {
      prefix: configuration.MUSTER_KAFKA_TOPIC_PREFIX,
      partitions: configuration.MUSTER_KAFKA_PARTITIONS,
      replicas: configuration.MUSTER_KAFKA_REPLICATION,
      retentionMs: configuration.MUSTER_KAFKA_RETENTION_HOURS * hourMs,
    },
  });
};

const addressIn = async (configuration: Configuration): Promise<KafkaAddress> => {
  const { MUSTER_KAFKA_TLS_CA: caFile, MUSTER_KAFKA_SASL_MECHANISM: mechanism } = configuration;
  const { MUSTER_KAFKA_SASL_USERNAME: username, MUSTER_KAFKA_SASL_PASSWORD: password } = configuration;
  const ca = caFile === undefined ? undefined : await readAuthority(caFile);
  return {
    brokers: configuration.MUSTER_KAFKA_BROKERS,
    ...(configuration.MUSTER_KAFKA_TLS && { tls: ca === undefined ? {} : { ca } }),
    ...(username !== undefined && password !== undefined && { sasl: { mechanism, username, password } }),
  };
};

const readAuthority = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new ConfigurationError([
      `MUSTER_KAFKA_TLS_CA cannot be read: there is no file ${file}, or it is not for us.`,
    ]);
  }
};
