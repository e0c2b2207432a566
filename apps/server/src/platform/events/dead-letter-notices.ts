import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { DeadLetterNotice, DeadLetterNotices, NoticeFilter } from './port.ts';

/** Dead letters inside one organization, as the service `gateway`, which may read these columns and no others. */

interface NoticeRow {
  consumer: string;
  id: string;
  type: string;
  occurred_at: Date;
  failed_at: Date;
  reason: string;
  tries: number;
  is_replaying: boolean;
  total: number;
}

export async function readNotices(tx: Tx, { consumer = '', limit }: NoticeFilter): Promise<DeadLetterNotices> {
  const { rows } = await sql<NoticeRow>`
    SELECT consumer, id, type, occurred_at, failed_at, reason, tries, replay_requested_at IS NOT NULL AS is_replaying,
      count(*) OVER () AS total
    FROM platform.dead_letter WHERE ${consumer} IN ('', consumer)
    ORDER BY failed_at DESC, id DESC LIMIT ${limit}`.execute(tx);
  return { items: rows.map(toNotice), total: rows[0]?.total ?? 0 };
}

function toNotice({
  consumer,
  id,
  type,
  occurred_at,
  failed_at,
  reason,
  tries,
  is_replaying,
}: NoticeRow): DeadLetterNotice {
  return {
    consumer,
    eventId: id,
    type,
    occurredAt: occurred_at.toISOString(),
    failedAt: failed_at.toISOString(),
    reason,
    tries,
    isReplaying: is_replaying,
  };
}

export async function requestReplayIn(tx: Tx, consumer: string, eventIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    UPDATE platform.dead_letter SET replay_requested_at = now()
    WHERE consumer = ${consumer} AND id = ANY (${[...eventIds]}::uuid[]) RETURNING id`.execute(tx);
  await sql`SELECT pg_notify('muster_outbox', '')`.execute(tx);
  return rows.map(({ id }) => id);
}
