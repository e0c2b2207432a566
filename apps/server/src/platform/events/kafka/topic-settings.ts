export interface TopicSettings {
  /** Stands before the names of topics and consumer groups, so that several Musters can share a cluster. */
  prefix: string;
  /** How many processes can share the work of one consumer. Fixed once the topic exists: more would part old keys from new. */
  partitions: number;
  /** Copies of each partition, on different brokers. With three, one broker can die without a pause. */
  replicas: number;
  retentionMs: number;
}

/** One topic for all types: the order of a key holds across them. */
export const topicName = ({ prefix }: TopicSettings): string => `${prefix}events`;
