import type { LocationLevel, PermissionOverride, Profile } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

export interface SettingsRow {
  readonly name: string;
  readonly supervisorLocation: LocationLevel;
  readonly officeLocation: LocationLevel;
  readonly tileUrl: string | null;
}

const settingsColumns = sql`
  name, supervisor_location AS "supervisorLocation", office_location AS "officeLocation", tile_url AS "tileUrl"`;

/** Of the transaction's organization; `lock` keeps others from changing them until it ends. */
export const readSettings = async (tx: Tx, { lock = false } = {}): Promise<SettingsRow | null> => {
  const { rows } = await sql<SettingsRow>`
    SELECT ${settingsColumns} FROM users.organization ${lock ? sql`FOR UPDATE` : sql``}`.execute(tx);
  return rows[0] ?? null;
};

export const writeSettings = async (tx: Tx, settings: Omit<SettingsRow, 'name'>): Promise<void> => {
  await sql`
    UPDATE users.organization SET supervisor_location = ${settings.supervisorLocation},
      office_location = ${settings.officeLocation}, tile_url = ${settings.tileUrl}`.execute(tx);
};

/** Who somebody is, with what their organization has said about what they, or their role, may do. */
export interface ProfileRow extends Omit<Profile, 'permissions'> {
  readonly overrides: readonly PermissionOverride[];
}

/** Null when the account has been removed since the token was made. */
export const readProfile = async (tx: Tx, userId: string, deviceId: string): Promise<ProfileRow | null> => {
  const { rows } = await sql<{
    userId: string;
    displayName: string;
    role: Profile['role'];
    number: string | null;
    email: string | null;
    orgId: string;
    name: string;
    slug: string;
    vocabulary: Profile['organization']['vocabulary'];
    bound: boolean;
    overrides: PermissionOverride[];
  }>`
    SELECT account.id AS "userId", account.display_name AS "displayName", account.role, account.number, account.email,
      organization.id AS "orgId", organization.name, organization.slug, organization.vocabulary,
      EXISTS (SELECT FROM published.device
        WHERE user_id = ${userId} AND device_id = ${deviceId} AND bound_at IS NOT NULL AND revoked_at IS NULL) AS bound,
      coalesce((
        SELECT jsonb_agg(jsonb_build_object('permission', permission, 'effect', effect, 'ties', ties, 'subject',
          CASE WHEN override.role IS NULL THEN jsonb_build_object('kind', 'user', 'userId', override.user_id)
            ELSE jsonb_build_object('kind', 'role', 'role', override.role) END))
        FROM users.permission_override override
        WHERE override.user_id = account.id OR override.role = account.role), '[]') AS overrides
    FROM users.account JOIN users.organization ON organization.id = account.org_id
    WHERE account.id = ${userId}`.execute(tx);
  const row = rows[0];
  if (row === undefined) return null;
  const { orgId, name, slug, vocabulary, bound, ...account } = row;
  return { ...account, organization: { id: orgId, name, slug, vocabulary }, device: { deviceId, bound } };
};
