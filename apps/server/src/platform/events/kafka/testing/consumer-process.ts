import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { PostgresDatabase } from '../../../database/postgres.ts';
import type { EventType } from '../../port.ts';
import { KafkaBus } from '../kafka-bus.ts';
import type { TopicSettings } from '../topic-settings.ts';

/** A process that serves `geo.one` slowly and is a relay, for tests that stop it in the middle. */
interface Order {
  url: string;
  brokers: string[];
  topic: TopicSettings;
  type: EventType;
}

const order = JSON.parse(process.env['CONSUMER'] ?? '{}') as Order;
const bus = new KafkaBus({
  database: new PostgresDatabase({ connectionString: order.url, poolSize: 4, idleInTransactionTimeoutMs: 3_000 }),
  listenUrl: order.url,
  leaseMs: 3_000,
  address: { brokers: order.brokers },
  topic: order.topic,
  tuning: { batchSize: 20, sessionTimeoutMs: 3_000, heartbeatMs: 200 },
});
bus.subscribe({
  name: 'geo.one',
  service: 'geo',
  types: [order.type],
  async handle(tx, events) {
    for (const event of events) {
      await sql`INSERT INTO geo.effect (org_id, consumer, event_id, key, trace_id)
        VALUES (${event.orgId}, 'geo.one', ${event.id}, ${event.key}, ${event.traceId ?? null})`.execute(tx);
    }
    // Most likely it is here when it is stopped: effects done, transaction open.
    await sleep(50);
  },
});
await bus.start();
process.send?.('ready');
