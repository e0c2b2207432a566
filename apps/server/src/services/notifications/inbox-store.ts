import type { InboxItem } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';
import { uuidv7 } from '../../platform/ids.ts';

export interface NewInboxItem {
  readonly userId: string;
  readonly kind: string;
  readonly causeId: string;
  readonly title: string;
  readonly body: string;
  /** Null: about no member. */
  readonly memberId: string | null;
  /** Sent only to those who have this kind of message about the same cause; null: to all. */
  readonly follows: string | null;
}

/** Puts messages into inboxes, one per fact and reader; resolves with the readers whose inbox has changed. */
export const insertItems = async (
  tx: Tx,
  orgId: string,
  items: readonly NewInboxItem[],
  at: Date,
): Promise<{ readonly userId: string; readonly itemId: string }[]> => {
  if (items.length === 0) return [];
  const { rows } = await sql<{ id: string; user_id: string }>`
    INSERT INTO notifications.inbox_item (org_id, created_at, id, user_id, kind, cause_id, title, body, member_id)
    SELECT ${orgId}, ${at}, item.id, item.user_id, item.kind, item.cause_id, item.title, item.body, item.member_id
    FROM unnest(
      ${items.map(() => uuidv7())}::uuid[], ${items.map(({ userId }) => userId)}::uuid[],
      ${items.map(({ kind }) => kind)}::text[], ${items.map(({ causeId }) => causeId)}::uuid[],
      ${items.map(({ title }) => title)}::text[], ${items.map(({ body }) => body)}::text[],
      ${items.map(({ memberId }) => memberId)}::uuid[], ${items.map(({ follows }) => follows)}::text[])
      WITH ORDINALITY AS item (id, user_id, kind, cause_id, title, body, member_id, follows, position)
    WHERE item.follows IS NULL OR EXISTS (
      SELECT FROM notifications.inbox_item AS earlier
      WHERE earlier.user_id = item.user_id AND earlier.kind = item.follows AND earlier.cause_id = item.cause_id)
    ORDER BY item.position
    ON CONFLICT (org_id, user_id, kind, cause_id) DO NOTHING
    RETURNING id, user_id`.execute(tx);
  return rows.map(({ id, user_id }) => ({ userId: user_id, itemId: id }));
};

export const countUnread = async (tx: Tx, userIds: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await sql<{ user_id: string; unread: number }>`
    SELECT user_id, count(*)::integer AS unread FROM notifications.inbox_item
    WHERE user_id = ANY(${[...userIds]}) AND read_at IS NULL GROUP BY user_id`.execute(tx);
  return new Map(rows.map(({ user_id, unread }) => [user_id, unread]));
};

interface ItemRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly member_id: string | null;
  readonly created_at: Date;
  readonly read_at: Date | null;
}

/** Newest first; one more than `limit` tells that there is another page. */
export const readItems = async (
  tx: Tx,
  userId: string,
  afterId: string | null,
  limit: number,
): Promise<InboxItem[]> => {
  const { rows } = await sql<ItemRow>`
    SELECT id, kind, title, body, member_id, created_at, read_at FROM notifications.inbox_item
    WHERE user_id = ${userId}
      AND ${whereGiven(
        afterId,
        (lastId) => sql`(created_at, id) < (
        SELECT last.created_at, last.id FROM notifications.inbox_item AS last
        WHERE last.id = ${lastId} AND last.user_id = ${userId})`,
      )}
    ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`.execute(tx);
  return rows.map((row) => ({
    itemId: row.id,
    kind: row.kind,
    title: row.title,
    body: row.body,
    memberId: row.member_id,
    createdAt: row.created_at.toISOString(),
    readAt: row.read_at?.toISOString() ?? null,
  }));
};

/** Marks the given items, or all, as read; true when that changed anything. */
export const markRead = async (
  tx: Tx,
  userId: string,
  itemIds: readonly string[] | undefined,
  at: Date,
): Promise<boolean> => {
  const { rows } = await sql`
    UPDATE notifications.inbox_item SET read_at = ${at}
    WHERE user_id = ${userId} AND read_at IS NULL
      AND ${whereGiven(itemIds, (ids) => sql`id = ANY(${[...ids]}::uuid[])`)}
    RETURNING 1`.execute(tx);
  return rows.length > 0;
};
