import { sql } from 'kysely';
import { type Clock, systemClock } from '../clock.ts';
import type { Tx } from '../database/port.ts';
import { uuidv7 } from '../ids.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Under this organization stand acts that belong to none: those of the deployment itself. */
export const deploymentOrgId = '00000000-0000-0000-0000-000000000000';

export interface AuditEntry {
  actor: {
    /** `system`: a job or rule of Muster; `device`: a phone client or kiosk; `anonymous`: nobody was signed in. */
    kind: 'user' | 'system' | 'device' | 'anonymous';
    userId?: string;
    role?: string;
  };
  /** A verb on a thing: `attendance.manual-added`, `location.looked-at`. */
  action: string;
  object: { kind: string; id: string };
  /** Why location was processed or looked at. */
  purpose?: string;
  requestId?: string;
  /** What an auditor needs to understand the act. No coordinates, no secrets. */
  detail: Json;
}

/** Writes one fact into the audit log of the transaction's organization: it is there if, and only if, that commits. */
export function appendAudit(tx: Tx, entry: AuditEntry, clock: Clock = systemClock): Promise<void> {
  return appendAudits(tx, [entry], clock);
}

/**
 * Many facts in one statement, in their order. Where an account of the platform acts inside another organization, the
 * detail, which is an object then, names its own. In a transaction without an organization they are entered under the
 * deployment.
 */
export async function appendAudits(tx: Tx, entries: readonly AuditEntry[], clock: Clock = systemClock): Promise<void> {
  if (entries.length === 0) return;
  const now = clock.now().toISOString();
  const optional = (pick: (entry: AuditEntry) => string | undefined) => entries.map((entry) => pick(entry) ?? null);
  await sql`
    INSERT INTO audit.entry (id, org_id, recorded_at, actor_kind, actor_user_id, actor_role, action, object_kind,
      object_id, purpose, request_id, detail)
    SELECT id, coalesce(platform.org_id(), ${deploymentOrgId}), ${now}, actor_kind, actor_user_id, actor_role, action,
      object_kind, object_id, purpose, request_id, CASE WHEN platform.visitor_id() IS NULL THEN detail::jsonb
        ELSE detail::jsonb || jsonb_build_object('actorOrgId', current_setting('muster.home_org_id')) END
    FROM unnest(${entries.map(() => uuidv7())}::uuid[], ${entries.map((entry) => entry.actor.kind)}::text[],
      ${optional((entry) => entry.actor.userId)}::uuid[], ${optional((entry) => entry.actor.role)}::text[],
      ${entries.map((entry) => entry.action)}::text[], ${entries.map((entry) => entry.object.kind)}::text[],
      ${entries.map((entry) => entry.object.id)}::text[], ${optional((entry) => entry.purpose)}::text[],
      ${optional((entry) => entry.requestId)}::text[], ${entries.map((entry) => JSON.stringify(entry.detail))}::text[])
      WITH ORDINALITY AS entry (id, actor_kind, actor_user_id, actor_role, action, object_kind, object_id, purpose,
        request_id, detail, position)
    ORDER BY position`.execute(tx);
}
