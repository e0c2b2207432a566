import type { Permission, Role } from '@muster/contracts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tx } from '../../platform/database/port.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { type College, UsersWorld } from './testing/world.ts';

/** What the database shows to whom when a query asks for everything. */

let world: UsersWorld;
let own: College;
let foreign: College;
const visitorId = uuidv7();
const platformId = uuidv7();
beforeAll(async () => {
  world = await UsersWorld.create();
  own = await world.college('lindenhof');
  foreign = await world.college('fremdenhof');
  await world.db.ownerPool.query(
    `INSERT INTO users.organization (id, slug, name, vocabulary, kind) VALUES ($1, 'platform', 'Muster', 'campus', 'platform')`,
    [platformId],
  );
  await world.db.ownerPool.query(
    `INSERT INTO users.account (org_id, id, role, display_name) VALUES ($1, $2, 'platform_operator', 'Ops')`,
    [platformId, visitorId],
  );
  for (const { orgId, memberIds } of [own, foreign]) {
    for (const memberId of memberIds) {
      await world.db.ownerPool.query(
        `INSERT INTO attendance.attendance_day (org_id, member_id, date, code, updated_at)
         VALUES ($1, $2, '2026-03-02', 'P', now())`,
        [orgId, memberId],
      );
    }
  }
});
afterAll(() => world.db.drop());

interface Asking {
  readonly userId: string;
  readonly permission?: Permission | null;
  readonly orgId?: string;
  readonly homeOrgId?: string;
}
const asUser = <T>(
  { userId, permission = 'members.see', orgId = own.orgId, homeOrgId = orgId }: Asking,
  work: (tx: Tx, role: Role | undefined, ties: readonly string[]) => Promise<T>,
) =>
  world.db.database.asUser('users', { userId, permission, orgId, homeOrgId }, (tx, standing) =>
    work(tx, standing?.role, standing?.ties ?? []),
  );
const membersIn = async (tx: Tx, college = own) => {
  const { rows } = await sql<{ id: string }>`SELECT id FROM users.account WHERE role = 'member'`.execute(tx);
  return rows.map(({ id }) => college.memberIds.indexOf(id)).toSorted((one, other) => one - other);
};
const seenBy = (asking: Asking, college = own) => asUser(asking, (tx) => membersIn(tx, college));

describe('a query for everything', () => {
  it('finds the members within reach, whoever asks', async () => {
    const everybody = [0, 1, 2, 3, 4, 5, 6];
    expect(await seenBy({ userId: own.principalId })).toEqual(everybody);
    expect(await seenBy({ userId: own.officeId })).toEqual(everybody);
    expect(await seenBy({ userId: own.supervisorIds[0] })).toEqual([0, 1, 2]);
    expect(await seenBy({ userId: own.guardianId })).toEqual([0, 3]);
    expect(await seenBy({ userId: own.memberIds[6]! })).toEqual([6]);
  });

  it('finds nobody for who does not hold the permission, is of elsewhere, or is nobody', async () => {
    expect(await seenBy({ userId: own.guardianId, permission: 'attendance.decide' })).toEqual([]);
    expect(await seenBy({ userId: foreign.principalId })).toEqual([]);
    expect(await seenBy({ userId: uuidv7() })).toEqual([]);
    const elsewhere = { userId: foreign.principalId, homeOrgId: foreign.orgId, orgId: own.orgId };
    expect(await seenBy(elsewhere)).toEqual([]);
  });

  it('finds the rows of every table about the same members, through published views too', async () => {
    await asUser({ userId: own.supervisorIds[1] }, async (tx) => {
      const found = async (query: ReturnType<typeof sql<{ id: string }>>) =>
        [...new Set((await query.execute(tx)).rows.map(({ id }) => own.memberIds.indexOf(id)))].toSorted(
          (one, other) => one - other,
        );
      expect(await found(sql`SELECT member_id AS id FROM users.membership`)).toEqual([3, 4, 5]);
      expect(await found(sql`SELECT member_id AS id FROM users.guardianship`)).toEqual([3, 4]);
      expect(await found(sql`SELECT member_id AS id FROM published.member`)).toEqual([3, 4, 5]);
      expect(await found(sql`SELECT member_id AS id FROM published.attendance_day`)).toEqual([3, 4, 5]);
      // Who is not about a member is seen as before.
      const { rows } = await sql`SELECT FROM users.account WHERE role <> 'member'`.execute(tx);
      expect(rows).toHaveLength(5);
    });
  });

  it('finds everybody of the organization for the system itself', async () => {
    expect(await world.db.database.inOrganization('users', own.orgId, (tx) => membersIn(tx))).toHaveLength(7);
  });

  it('leaves nothing of whoever asked before on the connection', async () => {
    await seenBy({ userId: own.memberIds[6]! });
    const { rows } = await world.db.database.inOrganization('users', own.orgId, (tx) =>
      sql<{ all: string }>`
        SELECT concat(current_setting('muster.user_id', true), current_setting('muster.scope', true),
          current_setting('muster.home_org_id', true)) AS all`.execute(tx),
    );
    expect(rows[0]?.all).toBe('');
  });
});

describe('a write', () => {
  it('touches rows within reach only, and makes none beyond', async () => {
    await asUser({ userId: own.supervisorIds[0] }, async (tx) => {
      const updated = await sql`UPDATE users.membership SET group_id = group_id RETURNING 1`.execute(tx);
      expect(updated.rows).toHaveLength(3);
      const deleted = await sql`DELETE FROM users.guardianship RETURNING 1`.execute(tx);
      expect(deleted.rows).toHaveLength(1);
      throw new Error('undo');
    }).catch((error: Error) => expect(error.message).toBe('undo'));
    const beyond = asUser({ userId: own.supervisorIds[0] }, (tx) =>
      sql`INSERT INTO users.guardianship (org_id, guardian_id, member_id)
        VALUES (${own.orgId}, ${own.guardianId}, ${own.memberIds[5]})`.execute(tx),
    );
    await expect(beyond).rejects.toThrow(/row-level security/);
  });
});

describe('an account of the platform', () => {
  it('acts inside another organization, sees what it holds for all of them, and is named in the log there', async () => {
    const visiting = { userId: visitorId, homeOrgId: platformId, orgId: own.orgId };
    expect(await seenBy(visiting)).toHaveLength(7);
    expect(await seenBy({ ...visiting, orgId: foreign.orgId }, foreign)).toHaveLength(7);
    await asUser(visiting, async (_tx, role, ties) => {
      expect([role, ties]).toEqual(['platform_operator', ['all', 'organization']]);
    });
    expect(await seenBy({ ...visiting, permission: 'attendance.decide' })).toEqual([]);
    expect(await seenBy({ ...visiting, orgId: uuidv7() })).toEqual([]);
    const reach = await asUser(visiting, (tx) =>
      sql`SELECT FROM published.reach WHERE user_id = ${visitorId} AND via = 'organization'`.execute(tx),
    );
    expect(reach.rows).toHaveLength(7);
  });

  it('sees no member at home, where there is none', async () => {
    expect(await seenBy({ userId: visitorId, orgId: platformId })).toEqual([]);
  });
});

describe('the scope', () => {
  it('is worked out once a table and statement, and not at all for who reaches everybody', async () => {
    interface Plan {
      readonly 'Node Type': string;
      readonly 'Actual Loops': number;
      readonly Plans?: readonly Plan[];
    }
    const planOf = async (userId: string): Promise<Plan[]> => {
      const { rows } = await asUser({ userId }, (tx) =>
        sql<{ 'QUERY PLAN': { Plan: Plan }[] }>`
          EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM published.member`.execute(tx),
      );
      const all = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(all)];
      return all(rows[0]!['QUERY PLAN'][0]!.Plan);
    };
    const loops = async (userId: string) =>
      (await planOf(userId)).filter((node) => node['Node Type'] === 'ProjectSet').map((node) => node['Actual Loops']);
    expect(await loops(own.supervisorIds[0])).toEqual([1, 1]);
    expect(await loops(own.principalId)).toEqual([0, 0]);
  });
});
