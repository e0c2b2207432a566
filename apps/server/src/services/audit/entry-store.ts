import type { AuditEntry } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';

interface EntryRow {
  readonly position: string;
  readonly id: string;
  readonly recorded_at: Date;
  readonly actor_kind: AuditEntry['actor']['kind'];
  readonly actor_user_id: string | null;
  readonly actor_role: string | null;
  readonly actor_name: string | null;
  readonly action: string;
  readonly object_kind: string;
  readonly object_id: string;
  readonly purpose: string | null;
  readonly request_id: string | null;
  readonly detail: Record<string, unknown>;
  readonly personal: Record<string, unknown> | null;
}

export interface EntryFilter {
  /** `<transaction>.<sequence>` of the last entry seen. */
  readonly before: readonly [string, string] | null;
  readonly limit: number;
  readonly action: string | undefined;
  readonly objectId: string | undefined;
}

/** The organization's entries, newest first, by the place they have in the log. */
export const readEntries = async (tx: Tx, { before, limit, action, objectId }: EntryFilter): Promise<AuditEntry[]> => {
  const { rows } = await sql<EntryRow>`
    SELECT entry.xid::text || '.' || entry.seq AS position, entry.id, entry.recorded_at, entry.actor_kind,
           entry.actor_user_id, entry.actor_role, account.display_name AS actor_name, entry.action,
           entry.object_kind, entry.object_id, entry.purpose, entry.request_id, entry.detail,
           (SELECT jsonb_object_agg(each.field, each.value::jsonb) FROM audit.personal_value each
            WHERE each.org_id = entry.org_id AND each.entry_id = entry.id) AS personal
    FROM audit.entry
    LEFT JOIN published.account ON account.user_id = entry.actor_user_id
    WHERE ${whereGiven(before, ([xid, seq]) => sql`(entry.xid, entry.seq) < (${xid}::text::xid8, ${seq}::bigint)`)}
      AND ${whereGiven(action, (code) => sql`entry.action = ${code}`)}
      AND ${whereGiven(objectId, (id) => sql`entry.object_id = ${id}`)}
    ORDER BY entry.xid DESC, entry.seq DESC
    LIMIT ${limit}`.execute(tx);
  return rows.map(toEntry);
};

const toEntry = (row: EntryRow): AuditEntry => ({
  entryId: row.id,
  position: row.position,
  at: row.recorded_at.toISOString(),
  actor: { kind: row.actor_kind, userId: row.actor_user_id, role: row.actor_role, name: row.actor_name },
  action: row.action,
  object: { kind: row.object_kind, id: row.object_id },
  purpose: row.purpose,
  requestId: row.request_id,
  detail: { ...row.detail, ...row.personal },
});
