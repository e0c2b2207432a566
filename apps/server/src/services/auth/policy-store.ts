import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

export interface Policy {
  readonly staffSecondFactor: boolean;
  readonly oneDevicePerMember: boolean;
  readonly approveFirstDevice: boolean;
}

const unsaid: Policy = { staffSecondFactor: false, oneDevicePerMember: false, approveFirstDevice: false };

/** What the transaction's organization asks of those who sign in. */
export const readPolicy = async (tx: Tx): Promise<Policy> => {
  const { rows } = await sql<Policy>`
    SELECT staff_second_factor AS "staffSecondFactor", one_device_per_member AS "oneDevicePerMember",
      approve_first_device AS "approveFirstDevice"
    FROM auth.policy`.execute(tx);
  return rows[0] ?? unsaid;
};

export const writePolicy = async (tx: Tx, orgId: string, policy: Policy, at: Date): Promise<void> => {
  const { staffSecondFactor, oneDevicePerMember, approveFirstDevice } = policy;
  await sql`
    INSERT INTO auth.policy (org_id, staff_second_factor, one_device_per_member, approve_first_device, changed_at)
    VALUES (${orgId}, ${staffSecondFactor}, ${oneDevicePerMember}, ${approveFirstDevice}, ${at})
    ON CONFLICT (org_id) DO UPDATE
    SET staff_second_factor = excluded.staff_second_factor, one_device_per_member = excluded.one_device_per_member,
      approve_first_device = excluded.approve_first_device, changed_at = excluded.changed_at`.execute(tx);
};

const isSecured = sql<boolean>`(EXISTS (SELECT FROM auth.totp WHERE totp.user_id = account.user_id)
  OR EXISTS (SELECT FROM auth.passkey WHERE passkey.user_id = account.user_id))`;

/** Active staff, and how many of them have a second factor. */
export const countStaff = async (
  tx: Tx,
  roles: readonly string[],
): Promise<{ staff: number; withSecondFactor: number }> => {
  const { rows } = await sql<{ staff: number; withSecondFactor: number }>`
    SELECT count(*)::int AS staff, count(*) FILTER (WHERE ${isSecured})::int AS "withSecondFactor"
    FROM published.account WHERE status = 'active' AND role = ANY(${[...roles]})`.execute(tx);
  return rows[0] ?? { staff: 0, withSecondFactor: 0 };
};

/** Open sessions of staff who have no second factor. */
export const listUnsecuredSessions = async (tx: Tx, roles: readonly string[]): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`
    SELECT session.id FROM auth.session
    JOIN published.account ON account.org_id = session.org_id AND account.user_id = session.user_id
    WHERE session.ended_at IS NULL AND account.role = ANY(${[...roles]}) AND NOT ${isSecured}`.execute(tx);
  return rows.map(({ id }) => id);
};
