import type { LocationLevel, Profile } from '@muster/contracts';
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

/** Null when the account has been removed since the token was made. */
export const readProfile = async (tx: Tx, userId: string, deviceId: string): Promise<Profile | null> => {
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
    permissions: Profile['permissions'];
  }>`
    SELECT account.id AS "userId", account.display_name AS "displayName", account.role, account.number, account.email,
      organization.id AS "orgId", organization.name, organization.slug, organization.vocabulary,
      EXISTS (SELECT FROM published.device
        WHERE user_id = ${userId} AND device_id = ${deviceId} AND bound_at IS NOT NULL AND revoked_at IS NULL) AS bound,
      coalesce((SELECT jsonb_object_agg(held.permission, held.ties) FROM published.permission held
        WHERE held.user_id = account.id AND held.ties <> '{}'), '{}') AS permissions
    FROM users.account JOIN users.organization ON organization.id = account.org_id
    WHERE account.id = ${userId}`.execute(tx);
  const row = rows[0];
  if (row === undefined) return null;
  const { orgId, name, slug, vocabulary, bound, ...account } = row;
  return { ...account, organization: { id: orgId, name, slug, vocabulary }, device: { deviceId, bound } };
};
