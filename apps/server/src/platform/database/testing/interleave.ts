import { sql } from 'kysely';
import type pg from 'pg';
import { uuidv7 } from '../../ids.ts';
import { seededRandom } from '../../seeded-random.ts';
import type { Database, Tx } from '../port.ts';

/** As many as the reliability goal names with MUSTER_TEST_TRANSACTIONS=100000; fewer are enough for every day. */
export const transactionsToTry = Number(process.env['MUSTER_TEST_TRANSACTIONS'] ?? 5_000);

/** Two organizations whose transactions take turns on few connections, and what each of them must find. */

interface Tenant {
  readonly orgId: string;
  readonly adminId: string;
  readonly guardianId: string;
  readonly memberIds: readonly string[];
}

const plantTenant = async (owner: pg.Pool, name: string): Promise<Tenant> => {
  const [orgId, adminId, guardianId] = [uuidv7(), uuidv7(), uuidv7()];
  const memberIds = [uuidv7(), uuidv7(), uuidv7()];
  await owner.query(`INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, $2, $2, 'campus')`, [
    orgId,
    name,
  ]);
  const accounts = [[adminId, 'org_admin'], [guardianId, 'guardian'], ...memberIds.map((id) => [id, 'member'])];
  for (const [id, role] of accounts) {
    await owner.query('INSERT INTO users.account (org_id, id, role, display_name) VALUES ($1, $2, $3, $3)', [
      orgId,
      id,
      role,
    ]);
  }
  await owner.query('INSERT INTO users.guardianship (org_id, guardian_id, member_id) VALUES ($1, $2, $3)', [
    orgId,
    guardianId,
    memberIds[0],
  ]);
  return { orgId, adminId, guardianId, memberIds };
};

interface Found {
  readonly service: string;
  readonly org: string | null;
  readonly user: string | null;
  readonly scope: string;
  readonly members: string[];
}
const look = async (tx: Tx): Promise<Found> => {
  const { rows } = await sql<Found>`
    SELECT current_user::text AS service, platform.org_id() AS org, platform.acting_user_id() AS user,
      coalesce(current_setting('muster.scope', true), '') AS scope,
      ARRAY(SELECT id FROM users.account WHERE role = 'member' ORDER BY id) AS members`.execute(tx);
  const [found] = rows;
  if (found === undefined) throw new Error('There is always one row.');
  return found;
};

/**
 * Runs so many transactions, up to twenty at once, of users and of the system, some of which fail in the middle; resolves
 * with what was found in any of them that belongs to another one. An empty list is the only good answer.
 */
export const interleave = async (database: Database, owner: pg.Pool, transactions: number): Promise<string[]> => {
  const tenants = [await plantTenant(owner, `a-${uuidv7()}`), await plantTenant(owner, `b-${uuidv7()}`)] as const;
  const leaks: string[] = [];
  const random = seededRandom(20260302);
  let left = transactions;
  const one = async (): Promise<void> => {
    const tenant = tenants[random() < 0.5 ? 0 : 1];
    const { orgId, adminId, guardianId, memberIds } = tenant;
    const users = [
      [adminId, 'organization', memberIds],
      [guardianId, 'linked', memberIds.slice(0, 1)],
      [memberIds[1] ?? '', 'self', memberIds.slice(1, 2)],
      [tenants[0] === tenant ? tenants[1].adminId : tenants[0].adminId, 'none', []],
      [null, '', memberIds],
    ] as const;
    const [userId, scope, members] = users[Math.floor(random() * users.length)] ?? users[0];
    const fails = random() < 0.1;
    const expected = {
      service: 'muster_users',
      org: orgId,
      user: userId,
      scope,
      members: members.toSorted((one, other) => (one < other ? -1 : 1)),
    };
    const work = async (tx: Tx): Promise<void> => {
      const found = await look(tx);
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        leaks.push(`${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
      }
      if (fails) await sql`SELECT 1 / 0`.execute(tx);
    };
    const done =
      userId === null
        ? database.inOrganization('users', orgId, work)
        : database.asUser('users', { userId, homeOrgId: orgId, orgId, permission: 'members.see' }, work);
    await done.catch((error: unknown) => {
      if (!fails) throw error;
    });
  };
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  return leaks;
};
