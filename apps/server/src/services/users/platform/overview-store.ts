import type { OrganizationOverview, Vocabulary } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import { containing } from '../rules/containing.ts';

export interface ListedOrganization {
  readonly orgId: string;
  readonly name: string;
  readonly slug: string;
  readonly vocabulary: Vocabulary;
  readonly createdAt: Date;
}

const columns = sql`id AS "orgId", name, slug, vocabulary, created_at AS "createdAt"`;

const fits = (search: string | undefined) =>
  search === undefined || search.trim() === ''
    ? sql`kind = 'tenant'`
    : sql`kind = 'tenant' AND lower(name || ' ' || slug) LIKE lower(${containing(search)})`;

/** After the organization of this id, by name; run it across organizations, of which it tells names only. */
export const listOrganizations = async (
  tx: Tx,
  { search, after, limit }: { search: string | undefined; after: string | undefined; limit: number },
): Promise<ListedOrganization[]> => {
  const isBehind =
    after === undefined
      ? sql`true`
      : sql`(name, id) > (SELECT place.name, place.id FROM users.organization place WHERE place.id = ${after}::uuid)`;
  const { rows } = await sql<ListedOrganization>`
    SELECT ${columns} FROM users.organization WHERE ${fits(search)} AND ${isBehind}
    ORDER BY name, id LIMIT ${limit}`.execute(tx);
  return rows;
};

/** How many there are that fit; run it across organizations. */
export const countOrganizations = async (tx: Tx, search: string | undefined): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM users.organization WHERE ${fits(search)}`.execute(tx);
  return rows[0]?.count ?? 0;
};

/** The one that the transaction is in; null for the platform's own. */
export const readOrganization = async (tx: Tx): Promise<ListedOrganization | null> => {
  const { rows } = await sql<ListedOrganization>`
    SELECT ${columns} FROM users.organization WHERE kind = 'tenant'`.execute(tx);
  return rows[0] ?? null;
};

type Figures = Pick<OrganizationOverview, 'sites' | 'groups' | 'members' | 'staff' | 'inUse'>;

/** Of the organization that the transaction is in. */
export const readFigures = async (tx: Tx): Promise<Figures> => {
  const { rows } = await sql<Figures>`
    SELECT (SELECT count(*)::int FROM users.site) AS sites, (SELECT count(*)::int FROM users.member_group) AS groups,
      count(*) FILTER (WHERE role = 'member')::int AS members,
      count(*) FILTER (WHERE role IN ('org_admin', 'org_office', 'supervisor'))::int AS staff,
      EXISTS (SELECT FROM published.sign_in) AS "inUse"
    FROM users.account WHERE status = 'active'`.execute(tx);
  return rows[0] ?? { sites: 0, groups: 0, members: 0, staff: 0, inUse: false };
};

export const insertOrganization = async (
  tx: Tx,
  { orgId, name, slug, vocabulary, at }: Omit<ListedOrganization, 'createdAt'> & { readonly at: Date },
): Promise<void> => {
  await sql`
    INSERT INTO users.organization (id, slug, name, vocabulary, created_at)
    VALUES (${orgId}, ${slug}, ${name}, ${vocabulary}, ${at})`.execute(tx);
};
