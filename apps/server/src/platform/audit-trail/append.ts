import { createHash, randomBytes } from 'node:crypto';
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
  /** What an auditor needs to understand the act. No coordinates, no secrets; what is personal stands below. */
  detail: Json;
  /**
   * Values that are to go when the person they are about is erased: texts, names, network addresses. The entry itself
   * holds commitments to them (see `commitmentTo`); whoever reads the log is shown them as fields of the detail.
   */
  personal?: { of: string; fields: { readonly [field: string]: Json | undefined } };
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
  const ids = entries.map(() => uuidv7());
  const values = entries.flatMap((entry, index) =>
    personalValues(entry).map((value) => ({ ...value, id: ids[index] })),
  );
  const detailOf = (entry: AuditEntry, index: number): Json => {
    const own = values.filter(({ id }) => id === ids[index]);
    if (own.length === 0) return entry.detail;
    const commitments = Object.fromEntries(own.map(({ field, salt, text }) => [field, commitmentTo(salt, text)]));
    return { ...(entry.detail as { [key: string]: Json }), commitments };
  };
  const optional = (pick: (entry: AuditEntry) => string | undefined) => entries.map((entry) => pick(entry) ?? null);
  await sql`
    INSERT INTO audit.entry (id, org_id, recorded_at, actor_kind, actor_user_id, actor_role, action, object_kind,
      object_id, purpose, request_id, detail)
    SELECT id, coalesce(platform.org_id(), ${deploymentOrgId}), ${now}, actor_kind, actor_user_id, actor_role, action,
      object_kind, object_id, purpose, request_id, CASE WHEN platform.visitor_id() IS NULL THEN detail::jsonb
        ELSE detail::jsonb || jsonb_build_object('actorOrgId', current_setting('muster.home_org_id')) END
    FROM unnest(${ids}::uuid[], ${entries.map((entry) => entry.actor.kind)}::text[],
      ${optional((entry) => entry.actor.userId)}::uuid[], ${optional((entry) => entry.actor.role)}::text[],
      ${entries.map((entry) => entry.action)}::text[], ${entries.map((entry) => entry.object.kind)}::text[],
      ${entries.map((entry) => entry.object.id)}::text[], ${optional((entry) => entry.purpose)}::text[],
      ${optional((entry) => entry.requestId)}::text[], ${entries.map((entry, index) => JSON.stringify(detailOf(entry, index)))}::text[])
      WITH ORDINALITY AS entry (id, actor_kind, actor_user_id, actor_role, action, object_kind, object_id, purpose,
        request_id, detail, position)
    ORDER BY position`.execute(tx);
  if (values.length === 0) return;
  await sql`
    INSERT INTO audit.personal_value (org_id, entry_id, field, subject_id, salt, value)
    SELECT coalesce(platform.org_id(), ${deploymentOrgId}), *
    FROM unnest(${values.map(({ id }) => id)}::uuid[], ${values.map(({ field }) => field)}::text[],
      ${values.map(({ of }) => of)}::uuid[], ${values.map(({ salt }) => salt)}::bytea[],
      ${values.map(({ text }) => text)}::text[])`.execute(tx);
}

const saltBytes = 32;

/**
 * Says nothing about a text to whoever does not know the salt, however few texts there could be, and fits no other text
 * for whoever does: SHA-256 over the salt (32 random bytes) and the text in UTF-8, in hexadecimal digits.
 */
export const commitmentTo = (salt: Uint8Array, text: string): string =>
  createHash('sha256').update(salt).update(text, 'utf8').digest('hex');

const personalValues = ({ personal }: AuditEntry) =>
  personal === undefined
    ? []
    : Object.entries(personal.fields).flatMap(([field, value]) =>
        value === undefined || value === null
          ? []
          : [{ of: personal.of, field, salt: randomBytes(saltBytes), text: JSON.stringify(value) }],
      );
