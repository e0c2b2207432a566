import { PostgresDatabase } from '../../../database/postgres.ts';
import { uuidv7 } from '../../../ids.ts';
import type { EventBusHarness } from '../../suite.ts';
import { type EffectsDatabase, effectsDatabase } from '../../testing/effects.ts';
import { KafkaBus, type KafkaBusOptions } from '../kafka-bus.ts';
import type { TopicSettings } from '../topic-settings.ts';

export interface KafkaHarness extends Omit<EffectsDatabase, 'drop'>, Pick<EventBusHarness, 'close'> {
  topic: TopicSettings;
  open(options?: Partial<KafkaBusOptions>): KafkaBus;
}

/** Quick to try again, and to notice the dead. */
export const impatient = { firstPauseMs: 5, longestPauseMs: 20, sessionTimeoutMs: 3_000, heartbeatMs: 200 };

/** A database and a topic of its own on a cluster that several tests share. */
export async function kafkaHarness(brokers: readonly string[]): Promise<KafkaHarness> {
  const { drop, ...test } = await effectsDatabase();
  const topic = { prefix: `test-${uuidv7()}.`, partitions: 4, replicas: brokers.length, retentionMs: 3_600_000 };
  const buses: KafkaBus[] = [];
  const pools: PostgresDatabase[] = [];
  return {
    ...test,
    topic,
    open(options) {
      const database = new PostgresDatabase({ connectionString: test.connectionString, poolSize: 4 });
      const bus = new KafkaBus({
        database,
        listenUrl: test.connectionString,
        address: { brokers },
        topic,
        sweepMs: 500,
        tuning: impatient,
        ...options,
      });
      pools.push(database);
      buses.push(bus);
      return bus;
    },
    async close() {
      await Promise.all(buses.map((bus) => bus.stop()));
      await Promise.all(pools.map((pool) => pool.close()));
      await drop();
    },
  };
}
