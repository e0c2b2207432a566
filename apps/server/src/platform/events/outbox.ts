import { events as contracts, type EventType } from '@muster/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { Clock } from '../clock.ts';
import { uuidv7 } from '../ids.ts';
import type { OutgoingEvent } from './port.ts';

/** The channel on which readers are told that something committed. */
export const outboxChannel = 'muster_outbox';

/** Tells the readers at commit; for hot paths that write the outbox row inside a statement of their own. */
export const wakeReaders: RawBuilder<unknown> = sql`pg_notify('muster_outbox', '')`;

/**
 * The INSERT of facts into the outbox, as a part for a larger statement:
 *
 *     WITH stored AS (INSERT INTO geo.position …), published AS (${insertIntoOutbox(facts, clock)}) SELECT ${wakeReaders}
 *
 * @throws ZodError when a payload does not fit its contract
 */
export function insertIntoOutbox(
  facts: readonly (OutgoingEvent & { orgId: string })[],
  clock: Clock,
): RawBuilder<unknown> {
  const now = clock.now().toISOString();
  const columns = {
    ids: facts.map(() => uuidv7()),
    types: facts.map((fact) => fact.type),
    versions: facts.map((fact) => contracts[fact.type].version),
    orgIds: facts.map((fact) => fact.orgId),
    keys: facts.map((fact) => fact.key),
    instants: facts.map((fact) => fact.occurredAt ?? now),
    payloads: facts.map((fact) => JSON.stringify(payloadOf(fact))),
    traceIds: facts.map((fact) => fact.traceId ?? null),
  };
  return sql`INSERT INTO platform.outbox (id, type, version, org_id, key, occurred_at, payload, trace_id)
    SELECT id, type, version, org_id, key, occurred_at, payload::json, trace_id
    FROM unnest(${columns.ids}::uuid[], ${columns.types}::text[], ${columns.versions}::integer[], ${columns.orgIds}::uuid[],
      ${columns.keys}::text[], ${columns.instants}::timestamptz[], ${columns.payloads}::text[], ${columns.traceIds}::text[])
      WITH ORDINALITY AS fact (id, type, version, org_id, key, occurred_at, payload, trace_id, position)
    ORDER BY position`;
}

function payloadOf<T extends EventType>({ type, payload }: { type: T; payload: unknown }): unknown {
  return contracts[type].payload.parse(payload);
}

/** Publishes facts with the transaction, in one statement. */
export async function appendToOutbox(
  tx: Tx,
  orgId: string,
  facts: readonly OutgoingEvent[],
  clock: Clock,
): Promise<void> {
  if (facts.length === 0) return;
  const addressed = facts.map((fact) => ({ ...fact, orgId }));
  await sql`WITH published AS (${insertIntoOutbox(addressed, clock)}) SELECT ${wakeReaders}`.execute(tx);
}
