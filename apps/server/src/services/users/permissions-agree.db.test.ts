import { effectiveTies, permissionCodes, type PermissionOverride, type Role, roles, ties } from '@muster/contracts';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../platform/database/testing/test-database.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { seedAccounts, seedOrganization } from './seed.ts';

/** The rule of the contracts and the view of the database, side by side. */

let test: TestDatabase;
const [tenant, platform] = [uuidv7(), uuidv7()];
const orgOf = (role: Role) => (role.startsWith('platform_') ? platform : tenant);
/** Two of each role, so that what is said of one must not touch the other. */
const people = roles.flatMap((role) => [
  { userId: uuidv7(), role },
  { userId: uuidv7(), role },
]);
const named = people.filter((_person, index) => index % 2 === 0).map(({ userId }) => userId);

beforeAll(async () => {
  test = await testDatabase();
  for (const [orgId, slug] of [
    [tenant, 'tenant'],
    [platform, 'platform'],
  ] as const) {
    await test.database.inOrganization('users', orgId, async (tx) => {
      await seedOrganization(tx, { orgId, slug, name: slug, kind: slug });
      const own = people.filter(({ role }) => orgOf(role) === orgId);
      await seedAccounts(
        tx,
        orgId,
        own.map((person) => ({ ...person, displayName: person.role })),
      );
    });
  }
});
afterAll(() => test.drop());

const anyOverride: fc.Arbitrary<PermissionOverride> = fc.record({
  subject: fc.oneof(
    fc.record({ kind: fc.constant('role' as const), role: fc.constantFrom(...roles) }),
    fc.record({ kind: fc.constant('user' as const), userId: fc.constantFrom(...named) }),
  ),
  permission: fc.constantFrom(...permissionCodes),
  effect: fc.constantFrom('grant', 'deny'),
  ties: fc.uniqueArray(fc.constantFrom(...ties), { minLength: 1 }),
});
const keyOf = ({ subject, permission, effect }: PermissionOverride) =>
  JSON.stringify([subject.kind === 'role' ? subject.role : subject.userId, permission, effect]);
// Dense enough to meet: many words about few permissions would leave most of the table untouched.
const overrides = fc.uniqueArray(anyOverride, { selector: keyOf, minLength: 0, maxLength: 400 });

const inOrg = (orgId: string, said: readonly PermissionOverride[]) =>
  said.filter(
    ({ subject }) =>
      subject.kind === 'role' || people.some((each) => each.userId === subject.userId && orgOf(each.role) === orgId),
  );

it('agree about every role and permission, whatever an organization has said', async () => {
  await fc.assert(
    fc.asyncProperty(overrides, async (said) => {
      for (const orgId of [tenant, platform]) {
        const held = await test.database.inOrganization('users', orgId, async (tx) => {
          await sql`DELETE FROM users.permission_override`.execute(tx);
          const rows = inOrg(orgId, said).map(({ subject, permission, effect, ties: about }) => ({
            org_id: orgId,
            role: subject.kind === 'role' ? subject.role : null,
            user_id: subject.kind === 'user' ? subject.userId : null,
            permission,
            effect,
            ties: [...about],
            set_by: tenant,
            set_at: new Date('2026-03-02T08:00:00Z'),
          }));
          if (rows.length > 0) await tx.insertInto('users.permission_override').values(rows).execute();
          const found = await sql<{ user_id: string; permission: string; ties: string[] }>`
            SELECT user_id, permission, ties FROM published.permission`.execute(tx);
          return new Map(found.rows.map((row) => [`${row.user_id} ${row.permission}`, row.ties]));
        });
        const own = people.filter(({ role }) => orgOf(role) === orgId);
        expect(held.size).toBe(own.length * permissionCodes.length);
        for (const person of own) {
          for (const code of permissionCodes) {
            const expected = effectiveTies(person, code, said);
            expect([person.role, code, held.get(`${person.userId} ${code}`)]).toEqual([person.role, code, expected]);
          }
        }
      }
    }),
    { numRuns: 25 },
  );
});

it('hold nothing for those whose account is not active, nor for a role of the platform elsewhere', async () => {
  const [person] = people.filter(({ role }) => role === 'org_office');
  await test.ownerPool.query(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [person?.userId]);
  const { rows } = await test.database.inOrganization('users', tenant, (tx) =>
    sql`SELECT FROM published.permission WHERE user_id = ${person?.userId}`.execute(tx),
  );
  expect(rows).toEqual([]);
  const attempt = test.database.inOrganization('users', tenant, (tx) =>
    seedAccounts(tx, tenant, [{ userId: uuidv7(), role: 'platform_admin', displayName: 'Usurper' }]),
  );
  await expect(attempt).rejects.toThrow(/only the organization of the platform/);
  const second = uuidv7();
  const another = test.database.inOrganization('users', second, (tx) =>
    seedOrganization(tx, { orgId: second, slug: 'second', name: 'Second', kind: 'platform' }),
  );
  await expect(another).rejects.toThrow(/organization_platform/);
});
