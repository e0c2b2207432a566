import type { Tie } from '@muster/contracts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withinReach } from '../../platform/access/reach.ts';
import type { Call } from '../../platform/http/call.ts';
import { uuidv7 } from '../../platform/ids.ts';
import * as seed from './seed.ts';
import { type College, UsersWorld } from './testing/world.ts';

let world: UsersWorld;
let college: College;
beforeAll(async () => {
  world = await UsersWorld.create();
  college = await world.college('lindenhof');
  await world.college('canary');
});
afterAll(() => world.db.drop());

const asGeo = <Row>(query: ReturnType<typeof sql<Row>>, orgId = college.orgId) =>
  world.db.database.inOrganization('geo', orgId, async (tx) => (await query.execute(tx)).rows);

describe('published.reach', () => {
  const reached = async (userId: string) => {
    const rows = await asGeo(sql<{ memberId: string; via: string }>`
      SELECT member_id AS "memberId", via FROM published.reach WHERE user_id = ${userId}`);
    return rows.map(({ memberId, via }) => `${via} ${college.memberIds.indexOf(memberId)}`).sort();
  };
  it('is what the role and the links say', async () => {
    expect(await reached(college.principalId)).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `organization ${index}`));
    expect(await reached(college.officeId)).toHaveLength(7);
    expect(await reached(college.supervisorIds[0])).toEqual(['assigned 0', 'assigned 1', 'assigned 2']);
    expect(await reached(college.guardianId)).toEqual(['linked 0', 'linked 3']);
    expect(await reached(college.memberIds[5]!)).toEqual(['self 5']);
  });
  it('is empty for who is suspended', async () => {
    const { ownerPool } = world.db;
    const set = (status: string) =>
      ownerPool.query('UPDATE users.account SET status = $1 WHERE id = $2', [status, college.guardianId]);
    await set('suspended');
    expect(await reached(college.guardianId)).toEqual([]);
    await set('active');
  });
  it('shows nothing of another organization, and nothing outside of any', async () => {
    const all = sql<{
      count: number;
    }>`SELECT count(*)::int AS count FROM published.reach WHERE org_id = ${college.orgId}`;
    expect(await asGeo(all)).toEqual([{ count: 7 + 7 + 3 + 3 + 2 + 7 }]);
    expect(await asGeo(all, uuidv7())).toEqual([{ count: 0 }]);
    const outside = await world.db.database.acrossOrganizations('geo', async (tx) => (await all.execute(tx)).rows);
    expect(outside).toEqual([{ count: 0 }]);
  });
});

describe('with 5,000 members', () => {
  const orgId = uuidv7();
  const ids = (count: number) => Array.from({ length: count }, () => uuidv7());
  const [principalId, supervisorId, siteId] = ids(3) as [string, string, string];
  const memberIds = ids(5000);
  const groupIds = ids(100);
  beforeAll(async () => {
    await world.db.database.inOrganization('users', orgId, async (tx) => {
      await seed.seedOrganization(tx, { orgId, slug: 'large', name: 'Large' });
      const center = { latitude: 48, longitude: 16 };
      await seed.seedSite(tx, orgId, { siteId, name: 'Site', address: 'Street', timeZone: 'Europe/Vienna', center });
      await seed.seedGroups(
        tx,
        orgId,
        groupIds.map((groupId, index) => ({ groupId, siteId, name: `G${index}` })),
      );
      await seed.seedAccounts(tx, orgId, [
        { userId: principalId, role: 'org_admin', displayName: 'Principal' },
        { userId: supervisorId, role: 'supervisor', displayName: 'Supervisor' },
        ...memberIds.map((userId, index) => ({ userId, role: 'member' as const, displayName: `Member ${index}` })),
      ]);
      await seed.seedMemberships(
        tx,
        orgId,
        memberIds.map((memberId, index) => ({ memberId, siteId, groupId: groupIds[index % 100] as string })),
      );
      await seed.seedAssignments(tx, orgId, [{ supervisorId, groupId: groupIds[0] as string }]);
    });
  });

  /** Milliseconds that PostgreSQL itself needs, the best of three. */
  const executionMs = async (query: ReturnType<typeof sql>) => {
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const rows = await asGeo(
        sql<{ 'QUERY PLAN': [{ 'Execution Time': number }] }>`
        EXPLAIN (ANALYZE, FORMAT JSON) ${query}`,
        orgId,
      );
      times.push(rows[0]!['QUERY PLAN'][0]['Execution Time']);
    }
    return Math.min(...times);
  };

  it('one pair is found in no time, whoever asks', async () => {
    const of = (userId: string, memberId: string) => sql`
      SELECT FROM published.reach WHERE user_id = ${userId} AND member_id = ${memberId} LIMIT 1`;
    expect(await executionMs(of(principalId, memberIds[4000]!))).toBeLessThan(3);
    expect(await executionMs(of(supervisorId, memberIds[100]!))).toBeLessThan(3);
    expect(await executionMs(of(memberIds[7]!, memberIds[7]!))).toBeLessThan(3);
  });

  it('everybody within reach is found in milliseconds, also before PostgreSQL has looked at the new rows', async () => {
    const of = (userId: string, tie: Tie) => sql`
      SELECT count(*) FROM published.member WHERE ${withinReach('member_id', callOf(userId, tie))}`;
    const measure = async () => {
      expect(await executionMs(of(memberIds[7]!, 'self'))).toBeLessThan(20);
      expect(await executionMs(of(supervisorId, 'assigned'))).toBeLessThan(20);
      expect(await executionMs(of(principalId, 'organization'))).toBeLessThan(100);
    };
    await measure();
    await world.db.database.inOrganization('users', orgId, seed.refreshStatistics);
    await measure();
  });
});

const callOf = (userId: string, tie: Tie) => ({ actor: { userId }, ties: [tie] }) as unknown as Call;
