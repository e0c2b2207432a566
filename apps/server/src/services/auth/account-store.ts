import type { Role } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';

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
      AND ${whereGiven(organization, (slug) => sql`organization.slug = lower(${slug})`)}
    LIMIT 3`.execute(tx);
  return rows;
};

/** Active accounts that have an e-mail address, and that the identifier may mean. Run it across organizations. */
export const findWithEmail = async (
  tx: Tx,
  { identifier, organization }: { identifier: string; organization?: string | undefined },
): Promise<{ orgId: string; userId: string }[]> => {
  const { rows } = await sql<{ orgId: string; userId: string }>`
    SELECT account.org_id AS "orgId", account.user_id AS "userId"
    FROM published.account JOIN published.organization USING (org_id)
    WHERE (account.email_key = lower(${identifier}) OR account.number = ${identifier})
      AND account.status = 'active' AND account.email IS NOT NULL
      AND ${whereGiven(organization, (slug) => sql`organization.slug = lower(${slug})`)}
    ORDER BY account.org_id LIMIT 5`.execute(tx);
  return rows;
};

export interface Account {
  readonly role: Role;
  readonly status: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly number: string | null;
}

/** The organization of this short name; null when there is none. Run it across organizations. */
export const findOrganization = async (tx: Tx, slug: string): Promise<string | null> => {
  const { rows } = await sql<{ orgId: string }>`
    SELECT org_id AS "orgId" FROM published.organization WHERE slug = lower(${slug})`.execute(tx);
  return rows[0]?.orgId ?? null;
};

/** The account as it stands now; null when it does not exist any more. */
export const readAccount = async (tx: Tx, userId: string): Promise<Account | null> => {
  const { rows } = await sql<Account>`
    SELECT role, status, display_name AS "displayName", email, number
    FROM published.account WHERE user_id = ${userId}`.execute(tx);
  return rows[0] ?? null;
};

/** What a guesser of this user's password knows, too: names of the organization, its places, and the user. */
export const readNames = async (tx: Tx, userId: string): Promise<{ organizationName: string; names: string[] }> => {
  const { rows } = await sql<{ organizationName: string; names: (string | null)[] }>`
    SELECT organization.name AS "organizationName", ARRAY[organization.name, organization.slug, account.display_name,
      split_part(account.email, '@', 1), split_part(account.email, '@', 2), account.number]
      || ARRAY(SELECT name FROM published.site) AS names
    FROM published.organization JOIN published.account USING (org_id) WHERE user_id = ${userId}`.execute(tx);
  const { organizationName = '', names = [] } = rows[0] ?? {};
  return { organizationName, names: ['muster', ...names.filter((name) => name !== null)] };
};

/** Sign-ins and changes of one user's security run one after the other from here on. */
export const lockUser = async (tx: Tx, userId: string): Promise<void> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`auth.user ${userId}`}, 0))`.execute(tx);
};

export interface Credential {
  readonly passwordHash: string;
  /** It is long enough to be all that is asked for. */
  readonly standsAlone: boolean;
  readonly changedAt: Date;
}

/** Null when there is no password (any more). */
export const readCredential = async (tx: Tx, userId: string): Promise<Credential | null> => {
  const { rows } = await sql<Credential>`
    SELECT password_hash AS "passwordHash", stands_alone AS "standsAlone", changed_at AS "changedAt"
    FROM auth.credential WHERE user_id = ${userId}`.execute(tx);
  return rows[0] ?? null;
};

/** Of one user, in place of the one before. */
export const writePassword = async (
  tx: Tx,
  password: { orgId: string; userId: string; passwordHash: string; standsAlone: boolean; at: Date },
): Promise<void> => {
  const { orgId, userId, passwordHash, standsAlone, at } = password;
  await sql`
    INSERT INTO auth.credential (org_id, user_id, password_hash, stands_alone, changed_at)
    VALUES (${orgId}, ${userId}, ${passwordHash}, ${standsAlone}, ${at})
    ON CONFLICT (org_id, user_id) DO UPDATE
    SET password_hash = excluded.password_hash, stands_alone = excluded.stands_alone,
      changed_at = excluded.changed_at`.execute(tx);
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
