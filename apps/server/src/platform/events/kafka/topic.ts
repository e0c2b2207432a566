import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, findErrorBy as findError } from '@platformatic/kafka';
import { clientOptions, type KafkaAddress } from './address.ts';

export interface TopicSettings {
  /** Stands before the names of topics and consumer groups, so that several Musters can share a cluster. */
  prefix: string;
  /** How many processes can share the work of one consumer. Fixed once the topic exists: more would part old keys from new. */
  partitions: number;
  /** Copies of each partition, on different brokers. With three, one broker can die without a pause. */
  replicas: number;
  retentionMs: number;
}

export const topicName = ({ prefix }: TopicSettings): string => `${prefix}events`;

/** Larger than any event: requests are limited to less. */
const maxMessageBytes = 8 * 1024 * 1024;

/**
 * Makes the topic if it is missing.
 * @returns whether it was made by this call
 * @throws Error in a sentence that names the fix
 */
export async function ensureTopic(address: KafkaAddress, settings: TopicSettings): Promise<boolean> {
  const admin = new Admin(clientOptions(address, 'muster-setup'));
  try {
    if (await exists(admin, topicName(settings))) return false;
    return await create(admin, settings);
  } catch (error) {
    throw new Error(fixFor(error, address, settings), { cause: error });
  } finally {
    await admin.close().catch(() => {});
  }
}

/** Whether an error, or one that it was made of, has this property. */
function found(error: unknown, property: 'apiId' | 'code', value: string): boolean {
  return error instanceof Error && findError(error, property, value) !== null;
}

async function exists(admin: Admin, topic: string): Promise<boolean> {
  return (await admin.listTopics()).includes(topic);
}

async function create(admin: Admin, settings: TopicSettings): Promise<boolean> {
  const topic = topicName(settings);
  const { partitions, replicas, retentionMs } = settings;
  let made = true;
  try {
    await admin.createTopics({
      topics: [topic],
      partitions,
      replicas,
      configs: [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: String(retentionMs) },
        { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
        { name: 'max.message.bytes', value: String(maxMessageBytes) },
      ],
    });
  } catch (error) {
    // Another process was quicker.
    if (!found(error, 'apiId', 'TOPIC_ALREADY_EXISTS')) throw error;
    made = false;
  }
  // A new topic becomes known to the brokers one after the other.
  for (let look = 1; !(await isKnown(admin, topic)); look += 1) {
    if (look === 100) throw new Error(`The topic ${topic} does not appear`);
    await sleep(100);
  }
  return made;
}

async function isKnown(admin: Admin, topic: string): Promise<boolean> {
  const metadata = await admin.metadata({ topics: [topic], forceUpdate: true }).catch(() => undefined);
  return metadata?.topics.get(topic)?.partitions.every(({ leader }) => leader >= 0) ?? false;
}

function fixFor(error: unknown, { brokers, sasl }: KafkaAddress, settings: TopicSettings): string {
  const is = (apiId: string) => found(error, 'apiId', apiId);
  const topic = topicName(settings);
  if (is('INVALID_REPLICATION_FACTOR')) {
    return `Kafka has fewer brokers than the ${settings.replicas} copies asked for: start more brokers, or set MUSTER_KAFKA_REPLICATION to how many there are.`;
  }
  if (is('TOPIC_AUTHORIZATION_FAILED') || is('CLUSTER_AUTHORIZATION_FAILED')) {
    return `Kafka does not let ${sasl?.username ?? 'Muster'} create or read the topic ${topic}: grant it, or create the topic beforehand.`;
  }
  if (
    is('SASL_AUTHENTICATION_FAILED') ||
    is('UNSUPPORTED_SASL_MECHANISM') ||
    found(error, 'code', 'PLT_KFK_AUTHENTICATION')
  ) {
    return 'Kafka refuses the credentials: check MUSTER_KAFKA_SASL_MECHANISM, MUSTER_KAFKA_SASL_USERNAME and MUSTER_KAFKA_SASL_PASSWORD.';
  }
  if (found(error, 'code', 'PLT_KFK_NETWORK')) {
    return `No Kafka broker answers at ${brokers.join(', ')}: start Kafka, or set MUSTER_KAFKA_BROKERS to where it listens (and MUSTER_KAFKA_TLS to whether it wants TLS).`;
  }
  return `The topic ${topic} cannot be made ready: ${error instanceof Error ? error.message : String(error)}`;
}
