import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';

export interface AccessChange {
  readonly orgId: string;
  /** Null: perhaps everybody in the organization. */
  readonly userId: string | null;
}

/**
 * Each look reaches back so far, because a change that was dated earlier may have committed later. A transaction lives
 * half a minute at most.
 */
const overlapMs = 60_000;

/**
 * What has changed about who may do or see what, each change once. PostgreSQL is asked, so nothing depends on a cache or
 * on a message that may get lost; the first look tells what changed in the last minute.
 */
export class AccessChanges {
  /** With the moment from which on they are not found any more. */
  readonly #seen = new Map<string, number>();

  /** Of the transaction's organization, or of all where it has none; `tx` acts as the gateway. */
  async look(tx: Tx): Promise<AccessChange[]> {
    const nowMs = performance.now();
    const { rows } = await sql<{ org_id: string; user_id: string | null; at: string }>`
      SELECT org_id, user_id, extract(epoch FROM changed_at)::text AS at FROM published.access_change
      WHERE changed_at > clock_timestamp() - ${overlapMs} * interval '1 millisecond'`.execute(tx);
    const fresh = rows.filter((row) => !this.#seen.has(keyOf(row)));
    for (const row of fresh) this.#seen.set(keyOf(row), nowMs + 2 * overlapMs);
    for (const [key, untilMs] of this.#seen) {
      if (untilMs >= nowMs) break;
      this.#seen.delete(key);
    }
    return fresh.map((row) => ({ orgId: row.org_id, userId: row.user_id }));
  }
}

const keyOf = (row: { org_id: string; user_id: string | null; at: string }): string =>
  `${row.org_id}/${row.user_id}/${row.at}`;
