import type { Coordinates, GeofenceShape, LocationLevel, Role, SitePlan, Vocabulary } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { insertGate, insertSite, writeGeofences, writePlan } from './site-store.ts';

/** Writing whole organizations: what the demonstration, tests and benchmarks fill a database with. */

export interface OrganizationSeed {
  readonly orgId: string;
  readonly slug: string;
  readonly name: string;
  /** The platform's own organization, of which there is one; its accounts act inside all the others. */
  readonly kind?: 'tenant' | 'platform';
  readonly vocabulary?: Vocabulary;
  readonly supervisorLocation?: LocationLevel;
  readonly officeLocation?: LocationLevel;
}

export interface SiteSeed {
  readonly siteId: string;
  readonly name: string;
  readonly address: string;
  readonly timeZone: string;
  readonly center: Coordinates;
  readonly plan?: SitePlan;
  readonly geofences?: readonly { geofenceId: string; name: string; shape: GeofenceShape }[];
  readonly gates?: readonly { gateId: string; name: string; position: Coordinates }[];
}

export interface AccountSeed {
  readonly userId: string;
  readonly role: Role;
  readonly displayName: string;
  readonly number?: string;
  readonly email?: string;
  readonly language?: string;
  /** `YYYY-MM-DD` */
  readonly joinedOn?: string;
}

/** The id of the organization with this short name, of all there are; run it across organizations. */
export const findOrganization = async (tx: Tx, slug: string): Promise<string | null> => {
  const { rows } = await sql<{ orgId: string }>`
    SELECT id AS "orgId" FROM users.organization WHERE slug = ${slug}`.execute(tx);
  return rows[0]?.orgId ?? null;
};

/** The id of the platform's own organization; run it across organizations. */
export const findPlatform = async (tx: Tx): Promise<string | null> => {
  const { rows } = await sql<{ orgId: string }>`
    SELECT id AS "orgId" FROM users.organization WHERE kind = 'platform'`.execute(tx);
  return rows[0]?.orgId ?? null;
};

/** Whoever of this organization runs the platform with that address. */
export const findPlatformAdmin = async (tx: Tx, email: string): Promise<string | null> => {
  const { rows } = await sql<{ userId: string }>`
    SELECT id AS "userId" FROM users.account
    WHERE lower(email) = lower(${email}) AND role = 'platform_admin' AND status = 'active'`.execute(tx);
  return rows[0]?.userId ?? null;
};

export const seedOrganization = async (tx: Tx, organization: OrganizationSeed): Promise<void> => {
  const { orgId, slug, name, kind = 'tenant', vocabulary = 'campus' } = organization;
  const { supervisorLocation = 'presence', officeLocation = 'presence' } = organization;
  await sql`
    INSERT INTO users.organization (id, slug, name, kind, vocabulary, supervisor_location, office_location)
    VALUES (${orgId}, ${slug}, ${name}, ${kind}, ${vocabulary}, ${supervisorLocation}, ${officeLocation})`.execute(tx);
};

export const seedSite = async (tx: Tx, orgId: string, site: SiteSeed): Promise<void> => {
  const { siteId } = site;
  await insertSite(tx, orgId, siteId, site);
  if (site.plan !== undefined) await writePlan(tx, siteId, site.plan);
  await writeGeofences(tx, orgId, siteId, site.geofences ?? []);
  for (const gate of site.gates ?? []) await insertGate(tx, orgId, { ...gate, siteId });
};

export const seedGroups = async (
  tx: Tx,
  orgId: string,
  groups: readonly { groupId: string; siteId: string; name: string }[],
): Promise<void> => {
  await sql`
    INSERT INTO users.member_group (org_id, id, site_id, name)
    SELECT ${orgId}, * FROM unnest(${groups.map((group) => group.groupId)}::uuid[],
      ${groups.map((group) => group.siteId)}::uuid[], ${groups.map((group) => group.name)}::text[])`.execute(tx);
};

export const seedAccounts = async (tx: Tx, orgId: string, accounts: readonly AccountSeed[]): Promise<void> => {
  const column = (pick: (account: AccountSeed) => string | undefined) => accounts.map((one) => pick(one) ?? null);
  await sql`
    INSERT INTO users.account (org_id, id, role, display_name, number, email, language, joined_on)
    SELECT ${orgId}, * FROM unnest(${column((one) => one.userId)}::uuid[], ${column((one) => one.role)}::text[],
      ${column((one) => one.displayName)}::text[], ${column((one) => one.number)}::text[],
      ${column((one) => one.email)}::text[], ${column((one) => one.language ?? 'en')}::text[],
      ${column((one) => one.joinedOn)}::date[])`.execute(tx);
};

/** Where members belong; a member without one is in no list. */
export const seedMemberships = async (
  tx: Tx,
  orgId: string,
  memberships: readonly { memberId: string; siteId: string; groupId: string | null }[],
): Promise<void> => {
  await sql`
    INSERT INTO users.membership (org_id, member_id, site_id, group_id)
    SELECT ${orgId}, * FROM unnest(${memberships.map((one) => one.memberId)}::uuid[],
      ${memberships.map((one) => one.siteId)}::uuid[], ${memberships.map((one) => one.groupId)}::uuid[])`.execute(tx);
};

export const seedAssignments = async (
  tx: Tx,
  orgId: string,
  assignments: readonly { supervisorId: string; groupId: string }[],
): Promise<void> => {
  await sql`
    INSERT INTO users.assignment (org_id, supervisor_id, group_id)
    SELECT ${orgId}, * FROM unnest(${assignments.map((one) => one.supervisorId)}::uuid[],
      ${assignments.map((one) => one.groupId)}::uuid[])`.execute(tx);
};

export interface GuardianshipSeed {
  readonly guardianId: string;
  readonly memberId: string;
  readonly maySee?: boolean;
  readonly mayCollect?: boolean;
  readonly liveAgreedAt?: Date;
}

export const seedGuardianships = async (tx: Tx, orgId: string, links: readonly GuardianshipSeed[]): Promise<void> => {
  await sql`
    INSERT INTO users.guardianship (org_id, guardian_id, member_id, may_see, may_collect, live_agreed_at)
    SELECT ${orgId}, * FROM unnest(${links.map((link) => link.guardianId)}::uuid[],
      ${links.map((link) => link.memberId)}::uuid[], ${links.map((link) => link.maySee ?? true)}::boolean[],
      ${links.map((link) => link.mayCollect ?? false)}::boolean[],
      ${links.map((link) => link.liveAgreedAt ?? null)}::timestamptz[])`.execute(tx);
};

/** After everything else, in the same transaction: queries over people are slow until this, or a minute, has passed. */
export const refreshStatistics = async (tx: Tx): Promise<void> => {
  await sql`SELECT users.refresh_statistics()`.execute(tx);
};
