import type { Role } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

export interface SignInCandidate {
  readonly orgId: string;
  readonly userId: string;
  readonly role: Role;
  readonly status: string;
  readonly passwordHash: string | null;
  /** Whether this user has signed in on the presented device before. */
  readonly deviceKnown: boolean;
}

/**
 * Accounts of all organizations that the identifier may mean; run it across organizations. One statement whatever it
 * finds, so that its duration tells nothing.
 */
export const findCandidates = async (
  tx: Tx,
  { identifier, organization, deviceId }: { identifier: string; organization: string | undefined; deviceId: string },
): Promise<SignInCandidate[]> => {
  const { rows } = await sql<SignInCandidate>`
    SELECT account.org_id AS "orgId", account.user_id AS "userId", account.role, account.status,
      credential.password_hash AS "passwordHash", device.device_id IS NOT NULL AS "deviceKnown"
    FROM published.account
    JOIN published.organization USING (org_id)
    LEFT JOIN auth.credential ON credential.org_id = account.org_id AND credential.user_id = account.user_id
    LEFT JOIN auth.device ON device.org_id = account.org_id AND device.user_id = account.user_id
      AND device.device_id = ${deviceId} AND device.revoked_at IS NULL
    WHERE (account.email_key = lower(${identifier}) OR account.number = ${identifier})
      AND (${organization ?? null}::text IS NULL OR organization.slug = lower(${organization ?? null}))
    LIMIT 3`.execute(tx);
  return rows;
};

/** The account as it stands now; null when it does not exist any more. */
export const readAccount = async (tx: Tx, userId: string): Promise<{ role: Role; status: string } | null> => {
  const { rows } = await sql<{ role: Role; status: string }>`
    SELECT role, status FROM published.account WHERE user_id = ${userId}`.execute(tx);
  return rows[0] ?? null;
};

/** Sign-ins of one user run one after the other from here on; false when there is no password any more. */
export const lockCredential = async (tx: Tx, userId: string): Promise<boolean> => {
  const { rows } = await sql`
    SELECT FROM auth.credential WHERE user_id = ${userId} FOR UPDATE`.execute(tx);
  return rows.length > 0;
};

/** Sets or replaces passwords. `passwordHash`: Argon2id in the PHC string format. */
export const writeCredentials = async (
  tx: Tx,
  orgId: string,
  credentials: readonly { userId: string; passwordHash: string }[],
  at: Date,
): Promise<void> => {
  await sql`
    INSERT INTO auth.credential (org_id, user_id, password_hash, changed_at)
    SELECT ${orgId}, user_id, password_hash, ${at}
    FROM unnest(${credentials.map(({ userId }) => userId)}::uuid[],
      ${credentials.map(({ passwordHash }) => passwordHash)}::text[]) AS credential (user_id, password_hash)
    ON CONFLICT (org_id, user_id) DO UPDATE
    SET password_hash = excluded.password_hash, changed_at = excluded.changed_at`.execute(tx);
};
