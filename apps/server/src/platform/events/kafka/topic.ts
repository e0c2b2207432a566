import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, findErrorBy } from '@platformatic/kafka';
import { clientOptions, type KafkaAddress } from './address.ts';
import { fixFor } from './setup-errors.ts';
import { type TopicSettings, topicName } from './topic-settings.ts';

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
    if (!(error instanceof Error && findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS'))) throw error;
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
