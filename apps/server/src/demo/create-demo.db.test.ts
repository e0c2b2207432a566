import { geofenceShape } from '@muster/contracts';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SettableClock } from '../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../platform/database/testing/test-database.ts';
import { findShapeFault } from '../services/users/rules/geofence-shape.ts';
import { createDemo, demoPassword } from './create-demo.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const clock = new SettableClock('2026-03-02T08:00:00.000Z');
const one = async <Row extends object>(text: string): Promise<Row> =>
  (await db.ownerPool.query<Row>(text)).rows[0] as Row;

it('creates a whole college, quickly, and only once', async () => {
  const ports = { database: db.database, clock };
  const before = performance.now();
  const { created, signIns } = await createDemo(ports);
  expect(performance.now() - before).toBeLessThan(3000);
  expect(created).toBe(true);
  expect(await createDemo(ports)).toEqual({ created: false, signIns });

  const counts = await one(`SELECT
    (SELECT count(*)::int FROM users.organization) AS organizations,
    (SELECT count(*)::int FROM users.account WHERE role = 'platform_admin') AS platform,
    (SELECT count(*)::int FROM users.account WHERE role = 'member') AS members,
    (SELECT count(*)::int FROM users.account WHERE role = 'supervisor') AS teachers,
    (SELECT count(*)::int FROM users.guardianship) AS guarded,
    (SELECT count(*)::int FROM users.guardianship WHERE live_agreed_at IS NOT NULL) AS live,
    (SELECT count(*)::int FROM users.gate) AS gates,
    (SELECT count(*)::int FROM attendance.schedule) AS schedules,
    (SELECT count(*)::int FROM users.account LEFT JOIN auth.credential ON user_id = id WHERE user_id IS NULL) AS locked_out`);
  expect(counts).toEqual({
    organizations: 2,
    platform: 1,
    members: 200,
    teachers: 6,
    guarded: 41,
    live: 14,
    gates: 2,
    schedules: 4,
    locked_out: 0,
  });
});

it('has a geofence that its own rules accept, and a plan', async () => {
  const { shape } = await one<{ shape: unknown }>('SELECT shape FROM users.geofence');
  expect(findShapeFault(geofenceShape.parse(shape))).toBeNull();
  expect(await one('SELECT plan IS NOT NULL AS planned FROM users.site')).toEqual({ planned: true });
});

it('lets the parent reach two children and the teacher the student', async () => {
  const { orgId } = await one<{ orgId: string }>(
    `SELECT id AS "orgId" FROM users.organization WHERE slug = 'lindenhof'`,
  );
  const reached = (email: string) =>
    db.database.inOrganization('geo', orgId, async (tx) => {
      const { rows } = await sql<{ displayName: string }>`
        SELECT member.display_name AS "displayName" FROM published.reach
        JOIN published.account ON account.user_id = reach.user_id
        JOIN published.member ON member.member_id = reach.member_id
        WHERE account.email = ${email} ORDER BY member.number`.execute(tx);
      return rows.map(({ displayName }) => displayName);
    });
  const children = await reached('parent@lindenhof.example');
  expect(children).toHaveLength(2);
  expect(await reached('student@lindenhof.example')).toEqual([children[0]]);
  const pupils = await reached('teacher@lindenhof.example');
  expect(pupils).toHaveLength(100);
  expect(pupils).toContain(children[0]);
});

it('has one password that is long enough for nobody to mind', () => {
  expect(demoPassword.length).toBeGreaterThanOrEqual(15);
});
