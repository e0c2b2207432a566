import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import { whereGiven } from '../database/where-given.ts';
import type { PostgresDatabase } from '../database/postgres.ts';
import { type Cursor, formatCursor } from './cursor.ts';
import type { ConsumerLag, DeadLetter, StoredEvent } from './port.ts';

interface OutboxRow {
  xid: string;
  seq: number;
  id: string;
  type: string;
  version: number;
  org_id: string;
  key: string;
  occurred_at: Date;
  payload: unknown;
  trace_id: string | null;
}

/** Of the tables that hold whole events. */
export const eventColumns = sql`id, type, version, org_id, key, occurred_at, payload, trace_id`;

/**
 * No transaction below this one is running any more: nobody can add rows there. Everything at or above it waits,
 * even what has committed, because a slower transaction may still commit before it in the order.
 */
const horizon = sql`(SELECT pg_snapshot_xmin(pg_current_snapshot()))`;

const isAfter = (cursor: Cursor) => sql`(xid, seq) > (${cursor.xid}::xid8, ${cursor.seq}::bigint)`;

/** Whether consumer `c` takes event `o` and has neither handled it nor given it up, wherever its cursor stands. */
const isOpenFor = sql`(o.type = ANY (c.types) OR '*' = ANY (c.types))
  AND NOT EXISTS (SELECT FROM platform.inbox i WHERE i.consumer = c.consumer AND i.event_id = o.id)
  AND NOT EXISTS (SELECT FROM platform.dead_letter d WHERE d.consumer = c.consumer AND d.id = o.id)`;

export interface Batch {
  events: StoredEvent[];
  /** Everything before it has been looked at when `events` are fewer than the limit. */
  horizon: Cursor;
}

/** What one look at the outbox finds. */
export interface News {
  /** Of the events that came in. */
  types: string[];
  /** Consumers with dead letters to try again. */
  replays: string[];
  horizon: Cursor;
  /** Committed events wait for a slower transaction. */
  heldBack: boolean;
}

/** Instead of types: a consumer that takes every event. */
export const everyType = '*';

/** All SQL of the relay: it reads the outbox of every organization, and keeps cursors, inbox and dead letters. */
export class OutboxStore {
  readonly database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.database = database;
  }

  /** Events after a place, below the horizon, in order; without a filter all of them. */
  readBatch(after: Cursor, limit: number, filter: { types?: readonly string[]; orgId?: string } = {}): Promise<Batch> {
    const { types, orgId } = filter;
    const ofTypes = types === undefined ? sql`true` : sql`type = ANY (${[...types]})`;
    const ofOrganization = orgId === undefined ? sql`true` : sql`org_id = ${orgId}`;
    return this.#readOf(orgId ?? null, async (tx) => {
      // One statement: the rows and the horizon have to come from the same snapshot.
      const { rows } = await sql<{ xmin: string } & { [K in keyof OutboxRow]: OutboxRow[K] | null }>`
        SELECT bound.xmin, o.* FROM (SELECT ${horizon} AS xmin) bound LEFT JOIN LATERAL (
          SELECT xid, seq, ${eventColumns} FROM platform.outbox
          WHERE ${isAfter(after)} AND xid < bound.xmin AND ${ofTypes} AND ${ofOrganization}
          ORDER BY xid, seq LIMIT ${limit}) o ON true
        ORDER BY o.xid, o.seq`.execute(tx);
      const found = rows.filter((row) => row.id !== null) as unknown as OutboxRow[];
      return { events: found.map(toEvent), horizon: { xid: rows[0]?.xmin ?? after.xid, seq: 0 } };
    });
  }

  /** What is new since a place in the stream, for all consumers at once. */
  look(after: Cursor): Promise<News> {
    return this.#read(async (tx) => {
      const { rows } = await sql<{ xmin: string; types: string[]; replays: string[]; held_back: boolean }>`
        SELECT bound.xmin,
          ARRAY(SELECT DISTINCT type FROM platform.outbox WHERE ${isAfter(after)} AND xid < bound.xmin) AS types,
          ARRAY(SELECT DISTINCT consumer FROM platform.dead_letter WHERE replay_requested_at IS NOT NULL) AS replays,
          EXISTS (SELECT FROM platform.outbox WHERE xid >= bound.xmin) AS held_back
        FROM (SELECT ${horizon} AS xmin) bound`.execute(tx);
      const [row] = rows;
      if (!row) throw new Error('No answer');
      return { types: row.types, replays: row.replays, horizon: { xid: row.xmin, seq: 0 }, heldBack: row.held_back };
    });
  }

  currentHorizon(): Promise<Cursor> {
    return this.#read(async (tx) => {
      const { rows } = await sql<{ xid: string }>`SELECT ${horizon} AS xid`.execute(tx);
      return { xid: rows[0]?.xid ?? '0', seq: 0 };
    });
  }

  /** The first transaction whose events are certainly all still there. */
  trimmedTo(): Promise<bigint> {
    return this.#read(async (tx) => {
      const { rows } = await sql<{ xid: string }>`SELECT xid FROM platform.outbox_trimmed`.execute(tx);
      return BigInt(rows[0]?.xid ?? 0);
    });
  }

  /** Makes the cursor of a consumer that is new, and notes the types of one that is not. */
  register(consumer: string, types: readonly string[], start: Cursor): Promise<void> {
    const own = [...types].sort();
    return this.#asRelay(async (tx) => {
      // Neither waits for a handler that holds the row, unless the types have changed.
      await sql`INSERT INTO platform.consumer_cursor (consumer, types, xid, seq)
        SELECT ${consumer}, ${own}, ${start.xid}::xid8, ${start.seq}
        WHERE NOT EXISTS (SELECT FROM platform.consumer_cursor WHERE consumer = ${consumer})
        ON CONFLICT DO NOTHING`.execute(tx);
      await sql`UPDATE platform.consumer_cursor SET types = ${own}
        WHERE consumer = ${consumer} AND types <> ${own}`.execute(tx);
    });
  }

  readCursor(consumer: string): Promise<Cursor | undefined> {
    return this.#read(async (tx) => {
      const query = sql<Cursor>`SELECT xid, seq FROM platform.consumer_cursor WHERE consumer = ${consumer}`;
      return (await query.execute(tx)).rows[0];
    });
  }

  /** @returns false when the cursor is not where the caller believes: somebody else has moved it. */
  moveCursor(consumer: string, from: Cursor, to: Cursor): Promise<boolean> {
    return this.#asRelay((tx) => moveCursor(tx, consumer, from, to));
  }

  /**
   * Moves a consumer whose events arrive in no global order: up to the first event that it has neither handled nor
   * given up, or to the horizon.
   */
  advanceCursor(consumer: string): Promise<void> {
    return this.#asRelay(async (tx) => {
      await sql`
        UPDATE platform.consumer_cursor c SET xid = reached.xid, seq = reached.seq, moved_at = now()
        FROM (SELECT ${horizon} AS xmin) bound CROSS JOIN LATERAL (
          SELECT coalesce(waiting.xid, bound.xmin) AS xid, coalesce(waiting.seq - 1, 0) AS seq
          FROM (SELECT) always LEFT JOIN LATERAL (
            SELECT o.xid, o.seq FROM platform.consumer_cursor c JOIN platform.outbox o ON (o.xid, o.seq) > (c.xid, c.seq)
            WHERE c.consumer = ${consumer} AND o.xid < bound.xmin AND ${isOpenFor}
            ORDER BY o.xid, o.seq LIMIT 1) waiting ON true) reached
        WHERE c.consumer = ${consumer} AND (reached.xid, reached.seq) > (c.xid, c.seq)`.execute(tx);
    });
  }

  /** Sends a consumer back to a place, if it is beyond it: it will meet again what comes after. */
  rewindCursor(consumer: string, to: Cursor): Promise<void> {
    return this.#asRelay(async (tx) => {
      await sql`UPDATE platform.consumer_cursor SET xid = ${to.xid}::xid8, seq = ${to.seq}, moved_at = now()
        WHERE consumer = ${consumer} AND (xid, seq) > (${to.xid}::xid8, ${to.seq}::bigint)`.execute(tx);
    });
  }

  deadLetters(consumer: string | undefined, limit: number): Promise<DeadLetter[]> {
    return this.#read(async (tx) => {
      const { rows } = await sql<DeadLetterRow>`
        SELECT consumer, cursor, ${eventColumns}, reason, tries, failed_at FROM platform.dead_letter
        WHERE ${whereGiven(consumer, (name) => sql`consumer = ${name}`)}
        ORDER BY failed_at DESC, id DESC LIMIT ${limit}`.execute(tx);
      return rows.map(toDeadLetter);
    });
  }

  requestReplay(consumer: string, eventIds: readonly string[]): Promise<number> {
    return this.#asRelay(async (tx) => {
      const { numAffectedRows } = await sql`
        UPDATE platform.dead_letter SET replay_requested_at = now()
        WHERE consumer = ${consumer} AND id = ANY (${[...eventIds]}::uuid[])`.execute(tx);
      await sql`SELECT pg_notify('muster_outbox', '')`.execute(tx);
      return Number(numAffectedRows ?? 0);
    });
  }

  requestedReplays(consumer: string, limit: number): Promise<DeadLetter[]> {
    return this.#read(async (tx) => {
      const { rows } = await sql<DeadLetterRow>`
        SELECT consumer, cursor, ${eventColumns}, reason, tries, failed_at FROM platform.dead_letter
        WHERE consumer = ${consumer} AND replay_requested_at IS NOT NULL
        ORDER BY split_part(cursor, '.', 1)::bigint, split_part(cursor, '.', 2)::bigint LIMIT ${limit}`.execute(tx);
      return rows.map(toDeadLetter);
    });
  }

  replayFailed(consumer: string, eventId: string, reason: string): Promise<void> {
    return this.#asRelay(async (tx) => {
      await sql`UPDATE platform.dead_letter
        SET replay_requested_at = NULL, reason = ${reason}, tries = tries + 1, failed_at = now()
        WHERE consumer = ${consumer} AND id = ${eventId}`.execute(tx);
    });
  }

  lag(): Promise<ConsumerLag[]> {
    return this.#read(async (tx) => {
      const { rows } = await sql<{ consumer: string; waiting: number; oldest_ms: number; dead: number }>`
        SELECT c.consumer, waiting.count AS waiting, waiting.oldest_ms,
          (SELECT count(*) FROM platform.dead_letter d WHERE d.consumer = c.consumer) AS dead
        FROM platform.consumer_cursor c CROSS JOIN LATERAL (
          SELECT count(*), coalesce(extract(epoch FROM now() - min(occurred_at)) * 1000, 0)::float8 AS oldest_ms
          FROM platform.outbox o WHERE (o.xid, o.seq) > (c.xid, c.seq) AND ${isOpenFor}) waiting
        ORDER BY c.consumer`.execute(tx);
      return rows.map((row) => ({
        consumer: row.consumer,
        waiting: row.waiting,
        oldestAgeMs: Math.max(0, row.oldest_ms),
        deadLetters: row.dead,
      }));
    });
  }

  /** Removes up to `limit` events that happened before an instant and that every consumer has passed. */
  trim(before: Date, limit: number): Promise<number> {
    return this.#asRelay(async (tx) => {
      const { rows } = await sql<{ removed: number }>`
        WITH removed AS (
          DELETE FROM platform.outbox WHERE (xid, seq) IN (
            SELECT xid, seq FROM platform.outbox
            WHERE occurred_at < ${before} AND xid < least(${horizon}, (
              SELECT xid FROM platform.consumer_cursor ORDER BY xid LIMIT 1))
            ORDER BY xid, seq LIMIT ${limit})
          RETURNING xid
        ), trimmed AS (
          UPDATE platform.outbox_trimmed SET xid = ((last.xid::text::bigint + 1)::text)::xid8
          FROM (SELECT xid FROM removed ORDER BY xid DESC LIMIT 1) last WHERE outbox_trimmed.xid <= last.xid
        )
        SELECT count(*) AS removed FROM removed`.execute(tx);
      return rows[0]?.removed ?? 0;
    });
  }

  /** Whoever reads on by a cursor misses what is removed here: it is about somebody of whom nothing is to be told. */
  forget(orgId: string, id: string): Promise<number> {
    const mentionsId = sql`org_id = ${orgId} AND (key = ${id} OR payload::text LIKE ${`%${id}%`})`;
    // One by one, and not by the slowest cursor: that of a consumer to which nothing happens stands still for long.
    const isWaitedFor = sql`o.xid >= ${horizon} OR EXISTS (
      SELECT FROM platform.consumer_cursor c WHERE (o.xid, o.seq) > (c.xid, c.seq) AND ${isOpenFor})`;
    return this.database.transaction('relay', orgId, async (tx) => {
      await sql`DELETE FROM platform.dead_letter WHERE ${mentionsId}`.execute(tx);
      const { rows } = await sql<{ left: number }>`
        WITH removed AS (
          DELETE FROM platform.outbox o WHERE ${mentionsId} AND NOT (${isWaitedFor}) RETURNING xid)
        SELECT (SELECT count(*)::int FROM platform.outbox WHERE ${mentionsId}) - (SELECT count(*)::int FROM removed) AS left
        `.execute(tx);
      return rows[0]?.left ?? 0;
    });
  }

  /** Duplicates can only come from events after a cursor: what was handled long ago need not be remembered. */
  trimInbox(before: Date, limit: number): Promise<number> {
    return this.#asRelay(async (tx) => {
      const { numAffectedRows } = await sql`
        DELETE FROM platform.inbox WHERE (consumer, event_id) IN (
          SELECT consumer, event_id FROM platform.inbox WHERE handled_at < ${before} LIMIT ${limit})`.execute(tx);
      return Number(numAffectedRows ?? 0);
    });
  }

  #asRelay<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction('relay', null, work);
  }

  #read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#readOf(null, work);
  }

  /** Inside an organization the relay sees its events only. */
  #readOf<T>(orgId: string | null, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction('relay', orgId, work, { readOnly: true });
  }
}

export async function moveCursor(tx: Tx, consumer: string, from: Cursor, to: Cursor): Promise<boolean> {
  const { numAffectedRows } = await sql`
    UPDATE platform.consumer_cursor SET xid = ${to.xid}::xid8, seq = ${to.seq}, moved_at = now()
    WHERE consumer = ${consumer} AND xid = ${from.xid}::xid8 AND seq = ${from.seq}`.execute(tx);
  return numAffectedRows === 1n;
}

type DeadLetterRow = Omit<OutboxRow, 'xid' | 'seq'> & {
  consumer: string;
  cursor: string;
  reason: string;
  tries: number;
  failed_at: Date;
};

function toDeadLetter(row: DeadLetterRow): DeadLetter {
  const { consumer, reason, tries } = row;
  return { consumer, event: eventAt(row.cursor, row), reason, tries, failedAt: row.failed_at.toISOString() };
}

function toEvent(row: OutboxRow): StoredEvent {
  return eventAt(formatCursor(row), row);
}

function eventAt(cursor: string, row: Omit<OutboxRow, 'xid' | 'seq'>): StoredEvent {
  // The payload was checked against the contract when it was appended.
  return {
    id: row.id,
    cursor,
    type: row.type,
    version: row.version,
    orgId: row.org_id,
    key: row.key,
    occurredAt: row.occurred_at.toISOString(),
    payload: row.payload,
    ...(row.trace_id !== null && { traceId: row.trace_id }),
  } as StoredEvent;
}
