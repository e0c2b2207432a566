import { sql } from 'kysely';
import { testDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { uuidv7 } from '../../ids.ts';
import type { EventBusHarness } from '../suite.ts';

export interface EffectsDatabase extends TestDatabase, Pick<EventBusHarness, 'record' | 'recorded' | 'plant'> {}

/** A database of its own with a table for the lasting effects of consumers. */
export async function effectsDatabase(): Promise<EffectsDatabase> {
  const test = await testDatabase({ poolSize: 20 });
  await test.ownerPool.query(`
    SET ROLE muster_owner;
    CREATE TABLE geo.effect (
      org_id uuid NOT NULL, number bigint GENERATED ALWAYS AS IDENTITY, consumer text, event_id uuid, key text, trace_id text);
    SELECT platform.protect('geo.effect', 'geo');
    RESET ROLE`);
  return {
    ...test,
    async record(tx, consumer, event) {
      await sql`INSERT INTO geo.effect (org_id, consumer, event_id, key, trace_id)
        VALUES (${event.orgId}, ${consumer}, ${event.id}, ${event.key}, ${event.traceId ?? null})`.execute(tx);
    },
    async recorded(consumer) {
      const query = `SELECT event_id AS "eventId", key, trace_id AS "traceId"
        FROM geo.effect WHERE consumer = $1 ORDER BY number`;
      return (await test.ownerPool.query<{ eventId: string; key: string; traceId: string | null }>(query, [consumer]))
        .rows;
    },
    async plant({ orgId, type, version, payload }) {
      const id = uuidv7();
      const insert = `INSERT INTO platform.outbox (id, type, version, org_id, key, occurred_at, payload)
        VALUES ($1, $2, $3, $4, 'one member', now(), $5)`;
      await test.ownerPool.query(insert, [id, type, version, orgId, JSON.stringify(payload)]);
      await test.ownerPool.query(`SELECT pg_notify('muster_outbox', '')`);
      return id;
    },
  };
}
