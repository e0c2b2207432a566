import type { privacyRoutes, Retention } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { auditChange } from '../audit-change.ts';

type Routes = typeof privacyRoutes;

/** What is set, and the defaults for what is not. */
export const readRetentionDays = async (tx: Tx): Promise<Retention> => {
  const { rows } = await sql<Retention>`
    SELECT positions_days AS positions, looks_days AS looks, punch_evidence_days AS "punchEvidence",
      sign_ins_days AS "signIns", notifications_days AS notifications, exports_days AS exports
    FROM published.retention`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('There is no organization.');
  return row;
};

export const readRetention: Verb<Routes['readRetention']> = (tx) => readRetentionDays(tx);

export const changeRetention: Verb<Routes['changeRetention']> = async (tx, { body }, call) => {
  const { orgId } = call.actor;
  const before = await readRetentionDays(tx);
  await sql`
    INSERT INTO users.retention (org_id, positions_days, looks_days, punch_evidence_days, sign_ins_days,
      notifications_days, exports_days, changed_at)
    VALUES (${orgId}, ${body.positions}, ${body.looks}, ${body.punchEvidence}, ${body.signIns}, ${body.notifications},
      ${body.exports}, ${call.at})
    ON CONFLICT (org_id) DO UPDATE SET positions_days = excluded.positions_days, looks_days = excluded.looks_days,
      punch_evidence_days = excluded.punch_evidence_days, sign_ins_days = excluded.sign_ins_days,
      notifications_days = excluded.notifications_days, exports_days = excluded.exports_days,
      changed_at = excluded.changed_at`.execute(tx);
  await auditChange(tx, call, 'retention.changed', { kind: 'organization', id: orgId }, { before, after: body });
  return readRetentionDays(tx);
};
