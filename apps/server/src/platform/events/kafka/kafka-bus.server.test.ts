import { afterAll, beforeAll, describe } from 'vitest';
import { type KafkaCluster, startKafka, whatKafkaLacks } from '../../testing/servers/kafka.ts';
import { describeEventBus } from '../suite.ts';
import { kafkaHarness } from './testing/harness.ts';

/** One broker answers as three do, for a third of the work; MUSTER_TEST_KAFKA_BROKERS=3 asks for the real thing. */
const count = process.env['MUSTER_TEST_KAFKA_BROKERS'] === '3' ? 3 : 1;
const lacks = whatKafkaLacks();

describe.skipIf(lacks !== undefined)(`Apache Kafka (${lacks ?? count})`, () => {
  let cluster: KafkaCluster;
  beforeAll(async () => {
    cluster = await startKafka(count);
  }, 300_000);
  afterAll(() => cluster?.stop());

  describeEventBus(`Kafka with ${count} broker(s)`, () => kafkaHarness(cluster.brokers));
});
