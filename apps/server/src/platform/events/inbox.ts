import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import { eventColumns } from './outbox-store.ts';
import type { DeadLetter } from './port.ts';

/**
 * Remembers that a consumer handles these events now.
 * @returns the ids that it has neither handled nor given up before
 */
export async function recordInInbox(tx: Tx, consumer: string, eventIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ event_id: string }>`
    INSERT INTO platform.inbox (consumer, event_id)
    SELECT ${consumer}, fresh.id FROM unnest(${[...eventIds]}::uuid[]) AS fresh (id)
    WHERE NOT EXISTS (SELECT FROM platform.dead_letter d WHERE d.consumer = ${consumer} AND d.id = fresh.id)
    ON CONFLICT DO NOTHING RETURNING event_id`.execute(tx);
  return new Set(rows.map((row) => row.event_id));
}

export async function insertDeadLetter(tx: Tx, letter: Omit<DeadLetter, 'failedAt'>): Promise<void> {
  const { event } = letter;
  await sql`
    INSERT INTO platform.dead_letter (consumer, cursor, ${eventColumns}, reason, tries)
    VALUES (${letter.consumer}, ${event.cursor}, ${event.id}, ${event.type}, ${event.version}, ${event.orgId}, ${event.key},
      ${event.occurredAt}, ${JSON.stringify(event.payload)}, ${event.traceId ?? null}, ${letter.reason}, ${letter.tries})
    ON CONFLICT (consumer, id) DO UPDATE SET reason = EXCLUDED.reason, tries = EXCLUDED.tries, failed_at = now()`.execute(
    tx,
  );
}

export async function removeDeadLetter(tx: Tx, consumer: string, eventId: string): Promise<void> {
  await sql`DELETE FROM platform.dead_letter WHERE consumer = ${consumer} AND id = ${eventId}`.execute(tx);
}
