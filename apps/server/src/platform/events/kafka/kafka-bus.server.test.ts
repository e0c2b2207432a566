import { afterAll, beforeAll } from 'vitest';
import { PostgresDatabase } from '../../database/postgres.ts';
import { uuidv7 } from '../../ids.ts';
import { describeEventBus } from '../suite.ts';
import { effectsDatabase, type EffectsDatabase } from '../testing/effects.ts';
import { KafkaBus, type KafkaBusOptions } from './kafka-bus.ts';
import { type KafkaCluster, startKafka } from './testing/kafka-cluster.ts';

const impatient = { firstPauseMs: 5, longestPauseMs: 20, sessionTimeoutMs: 3_000, heartbeatMs: 200 };
const brokers = process.env['MUSTER_TEST_KAFKA_BROKERS'] === '3' ? 3 : 1;
let cluster: KafkaCluster;

async function makeHarness() {
  const test: EffectsDatabase = await effectsDatabase();
  const prefix = `test-${uuidv7()}.`;
  const buses: KafkaBus[] = [];
  const pools: PostgresDatabase[] = [];
  return {
    ...test,
    open(options: Partial<KafkaBusOptions> = {}): KafkaBus {
      const database = new PostgresDatabase({ connectionString: test.connectionString, poolSize: 4 });
      const bus = new KafkaBus({
        database,
        listenUrl: test.connectionString,
        address: { brokers: cluster.brokers },
        topic: { prefix, partitions: 4, replicas: brokers, retentionMs: 3_600_000 },
        sweepMs: 500,
        tuning: impatient,
        log: (m, e) => process.env['MUSTER_TEST_LOUD'] && console.log(m, e),
        ...options,
      });
      pools.push(database);
      buses.push(bus);
      return bus;
    },
    async close() {
      await Promise.all(buses.map((bus) => bus.stop()));
      await Promise.all(pools.map((pool) => pool.close()));
      await test.drop();
    },
  };
}

beforeAll(async () => {
  cluster = await startKafka(brokers);
}, 120_000);
afterAll(() => cluster.stop());

describeEventBus(`Kafka with ${brokers} broker(s)`, makeHarness);
