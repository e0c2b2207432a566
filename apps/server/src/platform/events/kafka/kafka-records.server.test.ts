import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, ConfigResourceTypes, Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { uuidv7 } from '../../ids.ts';
import { type KafkaCluster, startKafka, whatKafkaLacks } from '../../testing/servers/kafka.ts';
import type { Consumer, OutgoingEvent, StoredEvent } from '../port.ts';
import { toRecord } from './message.ts';
import { relayName } from './relay.ts';
import { type KafkaHarness, kafkaHarness } from './testing/harness.ts';
import { ensureTopic } from './topic.ts';
import { topicName } from './topic-settings.ts';

const type = 'users.access-changed';
const orgId = uuidv7();
const patience = { timeout: 20_000, interval: 20 };
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const facts = (count: number): OutgoingEvent[] =>
  numbers(count).map((traceId) => ({ type, key: 'one member', payload: { userId: null }, traceId }));

const lacks = whatKafkaLacks();
let cluster: KafkaCluster;
let harness: KafkaHarness;
const recording = (seen: StoredEvent[] = []): Consumer => ({
  name: 'geo.one',
  service: 'geo',
  types: [type],
  async handle(tx, events) {
    for (const event of events) await harness.record(tx, 'geo.one', event);
    seen.push(...events);
  },
});
const labels = async () => (await harness.recorded('geo.one')).map(({ traceId }) => traceId);
const append = (events: readonly OutgoingEvent[], bus = harness.open()) =>
  harness.database.inOrganization('users', orgId, (tx) => bus.append(tx, orgId, events));

describe.skipIf(lacks !== undefined)(`Kafka (${lacks ?? '3.9'})`, () => {
  beforeAll(async () => {
    cluster = await startKafka(1, { secure: true });
  }, 300_000);
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    harness = await kafkaHarness(cluster.brokers);
  });
  afterEach(() => harness.close());

  describe('the relay', () => {
    it('dies between publishing and marking: Kafka gets copies, consumers drop them', async () => {
      let deaths = 0;
      let published = 0;
      const bus = harness.open({
        tuning: { batchSize: 10 },
        failpoints: {
          afterPublish: async (events) => {
            published += events.length;
            if (deaths++ < 3) throw new Error('the process is gone');
          },
        },
      });
      bus.subscribe(recording());
      await append(facts(35));
      await bus.start();
      await vi.waitFor(async () => expect(await labels()).toEqual(numbers(35)), patience);
      await vi.waitFor(
        async () => expect((await bus.lag()).every(({ waiting }) => waiting === 0)).toBe(true),
        patience,
      );
      expect(published).toBe(65);
      expect(await labels()).toEqual(numbers(35));
    });

    it('is one at a time, and another process follows when it goes', async () => {
      const [first, second] = [harness.open(), harness.open()];
      second.subscribe(recording());
      await first.start();
      await second.start();
      await append(facts(3));
      await vi.waitFor(async () => expect(await labels()).toHaveLength(3), patience);
      await first.stop();
      await append(facts(3));
      await vi.waitFor(async () => expect(await labels()).toHaveLength(6), patience);
    });

    it('fills a topic that was lost again from the outbox', async () => {
      const first = harness.open();
      await append(facts(5));
      await first.start();
      const relayLag = async () => (await first.lag()).find(({ consumer }) => consumer === relayName);
      await vi.waitFor(async () => expect(await relayLag()).toMatchObject({ waiting: 0 }), patience);
      await first.stop();
      const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...cluster.brokers] });
      await admin.deleteTopics({ topics: [topicName(harness.topic)] });
      await admin.close();
      await sleep(500);
      const second = harness.open();
      second.subscribe(recording());
      await second.start();
      await vi.waitFor(async () => expect(await labels()).toEqual(numbers(5)), patience);
    });
  });

  describe('a topic that others write to', () => {
    it('is read past what is no event, past copies, and past what comes a second time out of order', async () => {
      const lines: string[] = [];
      const seen: StoredEvent[] = [];
      const bus = harness.open({ log: (line) => lines.push(line) });
      bus.subscribe(recording(seen));
      await bus.start();
      await append(facts(4));
      await vi.waitFor(async () => expect(await labels()).toEqual(numbers(4)), patience);

      const producer = new Producer({
        clientId: 'stranger',
        bootstrapBrokers: [...cluster.brokers],
        serializers: stringSerializers,
      });
      const topic = topicName(harness.topic);
      const copies = seen.toReversed().map((event) => ({ topic, ...toRecord(event) }));
      const [copy] = copies;
      const key = copy?.key ?? '';
      await producer.send({
        messages: [
          { topic, key, value: 'not JSON' },
          { topic, key, value: '{', headers: copy?.headers ?? {} },
          { topic, value: '{}', headers: { 'event-id': 'x' } },
          ...copies,
        ],
      });
      await producer.close();
      await append(facts(2));
      await vi.waitFor(async () => expect(await labels()).toEqual([...numbers(4), ...numbers(2)]), patience);
      expect(lines.filter((line) => line.includes('no event'))).toHaveLength(3);
      expect(await bus.deadLetters()).toEqual([]);
    });
  });

  describe('setting up Kafka', () => {
    it('makes the topic as configured, once, however many processes start', async () => {
      const settings = { ...harness.topic, partitions: 7 };
      const made = await Promise.all(numbers(3).map(() => ensureTopic({ brokers: cluster.brokers }, settings)));
      expect(made.filter(Boolean)).toHaveLength(1);
      const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...cluster.brokers] });
      const topic = topicName(settings);
      expect((await admin.metadata({ topics: [topic] })).topics.get(topic)?.partitionsCount).toBe(7);
      const [described] = await admin.describeConfigs({
        resources: [
          { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: ['retention.ms'] },
        ],
      });
      expect(described?.configs).toMatchObject([{ name: 'retention.ms', value: '3600000' }]);
      await admin.close();
    });

    it('says in a sentence what to do when Kafka is not there, or not as configured', async () => {
      await expect(ensureTopic({ brokers: ['127.0.0.1:1'] }, harness.topic)).rejects.toThrow(
        /^No Kafka broker answers at 127\.0\.0\.1:1: start Kafka, or set MUSTER_KAFKA_BROKERS/,
      );
      await expect(ensureTopic({ brokers: cluster.brokers }, { ...harness.topic, replicas: 3 })).rejects.toThrow(
        /^Kafka has fewer brokers than the 3 copies asked for/,
      );
    });

    it('carries events behind TLS and SASL, and tells wrong credentials, missing ones and no TLS apart', async () => {
      const { secure } = cluster;
      if (!secure) throw new Error('The cluster has no secure listener');
      const { brokers, ca, username, password } = secure;
      const sasl = { mechanism: 'PLAIN', username, password } as const;
      const wrong = { ...sasl, password: 'wrong' };
      await expect(ensureTopic({ brokers, tls: { ca }, sasl: wrong }, harness.topic)).rejects.toThrow(
        /^Kafka refuses the credentials: check MUSTER_KAFKA_SASL_MECHANISM/,
      );
      await expect(ensureTopic({ brokers, tls: { ca } }, harness.topic)).rejects.toThrow(/MUSTER_KAFKA_SASL_USERNAME/);
      await expect(ensureTopic({ brokers, sasl }, harness.topic)).rejects.toThrow(/MUSTER_KAFKA_TLS/);
      await expect(ensureTopic({ brokers, tls: {}, sasl }, harness.topic)).rejects.toThrow(/MUSTER_KAFKA_TLS_CA/);

      const bus = harness.open({ address: { brokers, tls: { ca }, sasl } });
      bus.subscribe(recording());
      await bus.start();
      await append(facts(3));
      await vi.waitFor(async () => expect(await labels()).toEqual(numbers(3)), patience);
    });
  });
});
