import { platformRoutes } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../../platform/ids.ts';
import { seedAccounts, seedOrganization } from '../seed.ts';
import { UsersWorld } from '../testing/world.ts';
import { createOrganization, listOrganizations, visitOrganization } from './organizations.ts';

let world: UsersWorld;
const platform = { orgId: uuidv7(), userId: uuidv7(), role: 'platform_admin' as const };
const overseer = { orgId: platform.orgId, userId: uuidv7(), role: 'platform_overseer' as const };

beforeAll(async () => {
  world = await UsersWorld.create();
  await world.db.database.inOrganization('users', platform.orgId, async (tx) => {
    await seedOrganization(tx, { orgId: platform.orgId, slug: 'platform', name: 'Platform', kind: 'platform' });
    await seedAccounts(tx, platform.orgId, [
      { ...platform, displayName: 'Owner' },
      { ...overseer, displayName: 'Overseer' },
    ]);
  });
});
afterAll(() => world.db.drop());

const wanted = (slug: string) => ({
  name: `${slug} College`,
  slug,
  vocabulary: 'campus',
  site: { name: 'Main', address: 'Street 1', center: { latitude: 47.07, longitude: 15.44 } },
  administrator: { displayName: 'First Administrator', email: `first@${slug}.example` },
});

const create = (slug: string, as = platform) =>
  world.call(platformRoutes.createOrganization, createOrganization, as, { body: wanted(slug) });

const list = (query: object) =>
  listOrganizations(world.db)(
    { query: platformRoutes.listOrganizations.query.parse(query) } as never,
    {} as never,
  ) as Promise<{ items: { name: string; members: number }[]; nextCursor: string | null; total: number }>;

describe('an organization', () => {
  it('is made with its first site, in the zone of its place, and its first administrator', async () => {
    const { organization, administratorId } = await create('linz');
    expect(organization).toMatchObject({ name: 'linz College', sites: 1, staff: 1, members: 0, inUse: false });
    const { rows } = await world.db.ownerPool.query(
      `SELECT account.role, account.email, site.time_zone FROM users.account JOIN users.site USING (org_id)
       WHERE account.org_id = $1 AND account.id = $2`,
      [organization.orgId, administratorId],
    );
    expect(rows).toEqual([{ role: 'org_admin', email: 'first@linz.example', time_zone: 'Europe/Vienna' }]);
    const told = (await world.audit(organization.orgId)).map(({ action, detail }) => [action, detail['actorOrgId']]);
    expect(told).toEqual([['organization.created', platform.orgId]]);
    expect((await world.audit(platform.orgId)).map(({ action }) => action)).toContain('organization.created');
  });

  it('leaves nothing behind where its short name is taken', async () => {
    await create('graz');
    const count = async () =>
      (await world.db.ownerPool.query('SELECT count(*)::int AS all FROM users.organization')).rows[0] as unknown;
    const before = await count();
    await expect(create('graz')).rejects.toMatchObject({ code: 'name-taken' });
    expect(await count()).toEqual(before);
  });

  it('is made by nobody else', async () => {
    const college = await world.college('wien');
    await expect(create('other', overseer as never)).rejects.toMatchObject({ code: 'not-permitted' });
    const principal = { orgId: college.orgId, userId: college.principalId, role: 'org_admin' as const };
    await expect(create('other', principal as never)).rejects.toMatchObject({ code: 'not-permitted' });
  });
});

describe('the list of organizations', () => {
  it('goes page by page, is searched, and counts inside of each', async () => {
    const slugs = ['list-a', 'list-b', 'list-c'];
    for (const slug of slugs) await world.college(slug);
    const first = await list({ search: 'LIST-', limit: 2 });
    expect(first).toMatchObject({ total: 3, items: [{ name: 'list-a name', members: 7 }, { name: 'list-b name' }] });
    const second = await list({ search: 'LIST-', limit: 2, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ name: 'list-c name', members: 7 }], nextCursor: null });
    expect((await list({ search: 'Platform' })).items).toEqual([]);
  });
});

describe('a visit', () => {
  it('is told in both logs, with the reason', async () => {
    const { orgId } = await world.college('visited');
    const visit = (to: string, as = platform) =>
      world.call(platformRoutes.visitOrganization, visitOrganization, as, {
        params: { orgId: to },
        body: { reason: 'They asked for help.' },
      });
    expect(await visit(orgId)).toEqual({ orgId, name: 'visited name', slug: 'visited', vocabulary: 'campus' });
    expect(await world.audit(orgId)).toEqual([
      {
        action: 'organization.visited',
        detail: { reason: 'They asked for help.', actorOrgId: platform.orgId },
      },
    ]);
    expect((await world.audit(platform.orgId)).at(-1)).toMatchObject({ action: 'organization.visited' });
    await expect(visit(uuidv7())).rejects.toMatchObject({ code: 'not-found' });
    await expect(visit(platform.orgId)).rejects.toMatchObject({ code: 'not-found' });
    await expect(visit(orgId, overseer as never)).rejects.toMatchObject({ code: 'not-permitted' });
  });
});
