import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { uuidv7 } from '../../ids.ts';
import { type KafkaCluster, startKafka, whatKafkaLacks } from '../../testing/servers/kafka.ts';
import type { Consumer } from '../port.ts';
import type { KafkaBus } from './kafka-bus.ts';
import { relayName } from './relay.ts';
import { type KafkaHarness, kafkaHarness } from './testing/harness.ts';

const type = 'users.access-changed';
const orgId = uuidv7();
const keys = ['a', 'b', 'c', 'd', 'e'];
const patience = { timeout: 60_000, interval: 100 };
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

const lacks = whatKafkaLacks();
let cluster: KafkaCluster;
let harness: KafkaHarness;

const recording = (pauseMs = 0): Consumer => ({
  name: 'geo.one',
  service: 'geo',
  types: [type],
  async handle(tx, events) {
    for (const event of events) await harness.record(tx, 'geo.one', event);
    if (pauseMs > 0) await sleep(pauseMs);
  },
});

async function started(consumer = recording()): Promise<KafkaBus> {
  const bus = harness.open();
  bus.subscribe(consumer);
  await bus.start();
  return bus;
}

/** Numbered facts about every key, one transaction each, until stopped. @returns how many there are of each key */
function writing(bus: KafkaBus): { longestMs(): number; stop(): Promise<number> } {
  let number = 0;
  let stopping = false;
  let longestMs = 0;
  const running = (async () => {
    for (; !stopping; number += 1) {
      const before = performance.now();
      await harness.database.inOrganization('users', orgId, (tx) =>
        bus.append(
          tx,
          orgId,
          keys.map((key) => ({ type, key, payload: { userId: null }, traceId: `${number}` })),
        ),
      );
      longestMs = Math.max(longestMs, performance.now() - before);
      await sleep(10);
    }
  })();
  return {
    longestMs: () => longestMs,
    async stop() {
      stopping = true;
      await running;
      return number;
    },
  };
}

/** Each fact had its effect once, and the facts about each key in their order. */
async function expectEveryEffectOnce(count: number): Promise<void> {
  await vi.waitFor(async () => expect((await harness.recorded('geo.one')).length).toBe(count * keys.length), patience);
  const effects = await harness.recorded('geo.one');
  for (const key of keys) {
    expect(effects.filter((effect) => effect.key === key).map(({ traceId }) => traceId)).toEqual(numbers(count));
  }
}

const lagOf = async (bus: KafkaBus, name: string) => (await bus.lag()).find(({ consumer }) => consumer === name);

describe.skipIf(lacks !== undefined)(`three brokers (${lacks ?? 'Kafka'})`, () => {
  beforeAll(async () => {
    cluster = await startKafka(3);
  }, 300_000);
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    harness = await kafkaHarness(cluster.brokers);
  });
  afterEach(() => harness.close());

  it('lose one after the other, each by kill -9: nothing is lost, doubled or out of order', async () => {
    const bus = await started();
    await started();
    const writer = writing(bus);
    for (const index of [0, 1, 2]) {
      await sleep(2_000);
      await cluster.nodes[index]?.kill();
      await sleep(4_000);
      await cluster.nodes[index]?.restart();
      await sleep(3_000);
    }
    await expectEveryEffectOnce(await writer.stop());
    expect(await bus.deadLetters()).toEqual([]);
  }, 180_000);
});

describe.skipIf(lacks !== undefined)(`one broker (${lacks ?? 'Kafka'})`, () => {
  beforeAll(async () => {
    cluster = await startKafka(1);
  }, 300_000);
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    harness = await kafkaHarness(cluster.brokers);
  });
  afterEach(() => harness.close());

  it('is away: facts are appended as ever, the lag shows, and everything is drained in order afterwards', async () => {
    const awayMs = Number(process.env['MUSTER_TEST_KAFKA_AWAY_MS'] ?? 10_000);
    const bus = await started();
    const writer = writing(bus);
    await sleep(1_000);
    await cluster.nodes[0]?.kill();
    await sleep(awayMs);
    const waiting = await lagOf(bus, relayName);
    expect(waiting?.waiting).toBeGreaterThan(20);
    expect(waiting?.oldestAgeMs).toBeGreaterThan(awayMs / 2);
    expect(await lagOf(bus, 'geo.one')).toMatchObject({ waiting: expect.any(Number) });
    await cluster.nodes[0]?.restart();
    await sleep(1_000);
    await expectEveryEffectOnce(await writer.stop());
    expect(writer.longestMs()).toBeLessThan(2_000);
    await vi.waitFor(async () => expect(await lagOf(bus, relayName)).toMatchObject({ waiting: 0 }), patience);
    expect(await lagOf(bus, 'geo.one')).toMatchObject({ waiting: 0, oldestAgeMs: 0, deadLetters: 0 });
  }, 180_000);

  it('outlives a process that hangs and comes back: others relay and consume, no effect happens twice', async () => {
    const zombie = await consumerProcess();
    try {
      const bus = harness.open();
      const writer = writing(bus);
      await vi.waitFor(async () => expect((await harness.recorded('geo.one')).length).toBeGreaterThan(50), patience);
      zombie.kill('SIGSTOP');
      await started();
      const before = (await harness.recorded('geo.one')).length;
      await vi.waitFor(
        async () => expect((await harness.recorded('geo.one')).length).toBeGreaterThan(before + 200),
        patience,
      );
      zombie.kill('SIGCONT');
      await sleep(3_000);
      await expectEveryEffectOnce(await writer.stop());
      expect(await bus.deadLetters()).toEqual([]);
    } finally {
      await end(zombie);
    }
  }, 180_000);
});

/** A process of its own that serves the same consumer; resolves when it does. */
async function consumerProcess(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'testing/consumer-process.ts'), {
    env: {
      ...process.env,
      CONSUMER: JSON.stringify({ url: harness.connectionString, brokers: cluster.brokers, topic: harness.topic, type }),
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', reject);
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
