import { readFile } from 'node:fs/promises';
import { sitePlan } from '@muster/contracts';
import { Temporal } from 'temporal-polyfill';
import { appendAudit } from '../platform/audit-trail/append.ts';
import type { Database, Tx } from '../platform/database/port.ts';
import { uuidv7 } from '../platform/ids.ts';
import type { Ports } from '../platform/service.ts';
import { seedSchedule } from '../services/attendance/seed.ts';
import { hashPassword, seedCredentials } from '../services/auth/seed.ts';
import * as users from '../services/users/seed.ts';
import { campusAddress, campusCenter, campusGates, campusName, campusOutline, campusTimeZone } from './campus.ts';
import { demoPeople, groupNames, openGroup } from './people.ts';

export interface DemoSignIn {
  readonly identifier: string;
  readonly password: string;
  /** The role in campus words. */
  readonly label: string;
}

export const demoSlug = 'lindenhof';
/** Of every account of the demonstration: it holds nobody's data. */
export const demoPassword = 'muster-demo-2026';

/** Who runs this Muster: an account of no college, which makes others and acts in all of them. */
const owner = { slug: 'muster', email: 'owner@muster.example', displayName: 'Robin Calder' } as const;

export const demoSignIns: readonly DemoSignIn[] = [
  ...[
    ['principal', 'Principal'],
    ['office', 'Office'],
    ['teacher', 'Teacher'],
    ['parent', 'Parent'],
    ['student', 'Student'],
  ].map(([name, label]) => ({ identifier: `${name}@${demoSlug}.example`, label: label as string })),
  { identifier: owner.email, label: 'Platform' },
].map((signIn) => ({ ...signIn, password: demoPassword }));

/**
 * Creates Lindenhof College with its campus, groups, schedules and people, unless it is there already.
 *
 * Each service writes its own rows in a transaction of its own. The organization comes last, and by it the next start
 * knows that everything is there: what an interrupted try left behind belongs to an organization that never was.
 */
export const createDemo = async ({
  database,
  clock,
}: Pick<Ports, 'database' | 'clock'>): Promise<{ created: boolean; signIns: readonly DemoSignIn[] }> => {
  const find = (slug: string) => database.acrossOrganizations('users', (tx) => users.findOrganization(tx, slug));
  // A demonstration of an older version has none.
  if ((await find(owner.slug)) === null) await createPlatform(database, clock.now());
  if ((await find(demoSlug)) !== null) return { created: false, signIns: demoSignIns };

  const now = clock.now();
  const [passwordHash, plan] = await Promise.all([hashPassword(demoPassword), readPlan()]);
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(campusTimeZone).toPlainDate();
  const college = assemble(today);
  const { orgId } = college;
  await seedSchedules(database, college, today.toString(), now);
  const credentials = college.accounts.map(({ userId }) => ({ userId, passwordHash }));
  await database.inOrganization('auth', orgId, (tx) => seedCredentials(tx, orgId, credentials, now));
  await database.inOrganization('users', orgId, (tx) => seedUsers(tx, college, plan, now));
  return { created: true, signIns: demoSignIns };
};

const createPlatform = async (database: Database, now: Date): Promise<void> => {
  const { slug, email, displayName } = owner;
  const [orgId, userId] = [uuidv7(), uuidv7()];
  const credentials = [{ userId, passwordHash: await hashPassword(demoPassword) }];
  await database.inOrganization('auth', orgId, (tx) => seedCredentials(tx, orgId, credentials, now));
  await database.inOrganization('users', orgId, async (tx) => {
    await users.seedOrganization(tx, { orgId, slug, name: 'Muster', kind: 'platform' });
    await users.seedAccounts(tx, orgId, [{ userId, role: 'platform_admin', displayName, email }]);
  });
};

type College = ReturnType<typeof assemble>;

/** Everybody and everything gets an id. */
const assemble = (today: Temporal.PlainDate) => {
  const people = demoPeople(startOfYear(today));
  const withId = <One>(one: One) => ({ ...one, userId: uuidv7() });
  const members = people.members.map(withId);
  const teachers = people.teachers.map(withId);
  const guardians = people.guardians.map(withId);
  return {
    orgId: uuidv7(),
    siteId: uuidv7(),
    groupIds: groupNames.map(() => uuidv7()),
    members,
    teachers,
    guardians,
    accounts: [...people.staff.map(withId), ...teachers, ...guardians, ...members] as users.AccountSeed[],
  };
};

/** The first of September before, or on, that day. */
const startOfYear = (today: Temporal.PlainDate): string => {
  const september = Temporal.PlainDate.from({ year: today.year, month: 9, day: 1 });
  return (Temporal.PlainDate.compare(today, september) < 0 ? september.subtract({ years: 1 }) : september).toString();
};

const readPlan = async () =>
  sitePlan.parse(JSON.parse(await readFile(new URL('./site-plan.json', import.meta.url), 'utf8')));

/**
 * From 08:00 to 16:00, like most days of a college; but on weekends, too, and with gates open from midnight to midnight,
 * because a demonstration is looked at whenever somebody finds the time. In the open group nobody is late before the
 * end.
 */
const seedSchedules = (database: Database, { orgId, groupIds }: College, today: string, now: Date): Promise<void> =>
  database.inOrganization('attendance', orgId, async (tx) => {
    for (const [index, groupId] of groupIds.entries()) {
      const isOpen = index === openGroup;
      const schedule = {
        orgId,
        groupId,
        name: isOpen ? 'Open hours' : 'Lessons',
        timeZone: campusTimeZone,
        validFrom: today,
        weekdays: [1, 2, 3, 4, 5, 6, 7],
        entryTime: '08:00',
        exitTime: '16:00',
        opensBeforeMinutes: 8 * 60,
        freeUntilMinutes: 8 * 60,
        closesAfterMinutes: 8 * 60 - 1,
        ...(isOpen ? { lateAfterMinutes: 8 * 60 } : {}),
      };
      await seedSchedule(tx, schedule, now);
    }
  });

const seedUsers = async (
  tx: Tx,
  college: College,
  plan: Awaited<ReturnType<typeof readPlan>>,
  now: Date,
): Promise<void> => {
  const { orgId, siteId, groupIds, members, teachers, guardians, accounts } = college;
  const levels = { supervisorLocation: 'full', officeLocation: 'presence' } as const;
  await users.seedOrganization(tx, { orgId, slug: demoSlug, name: campusName, vocabulary: 'campus', ...levels });
  await users.seedSite(tx, orgId, { siteId, ...campus(), plan });
  const groups = groupIds.map((groupId, index) => ({ groupId, siteId, name: groupNames[index] as string }));
  await users.seedGroups(tx, orgId, groups);
  await users.seedAccounts(tx, orgId, accounts);
  const memberships = members.map(({ userId, group }) => ({
    memberId: userId,
    siteId,
    groupId: groupIds[group] ?? null,
  }));
  await users.seedMemberships(tx, orgId, memberships);
  const assignments = teachers.flatMap(({ userId, groups: assigned }) =>
    assigned.map((group) => ({ supervisorId: userId, groupId: groupIds[group] as string })),
  );
  await users.seedAssignments(tx, orgId, assignments);
  const links = guardians.flatMap(({ userId, children }) =>
    children.map(({ member, live }) => ({
      guardianId: userId,
      memberId: (members[member] as { userId: string }).userId,
      mayCollect: true,
      ...(live ? { liveAgreedAt: now } : {}),
    })),
  );
  await users.seedGuardianships(tx, orgId, links);
  await users.refreshStatistics(tx);
  await appendAudit(tx, {
    actor: { kind: 'system' },
    action: 'organization.created',
    object: { kind: 'organization', id: orgId },
    detail: { name: campusName, members: members.length, demonstration: true },
  });
};

const campus = () => ({
  name: campusName,
  address: campusAddress,
  timeZone: campusTimeZone,
  center: campusCenter,
  geofences: [
    {
      geofenceId: uuidv7(),
      name: 'Campus',
      shape: { kind: 'polygon' as const, rings: [campusOutline.map(([x, y]): [number, number] => [x, y])] },
    },
  ],
  gates: Object.values(campusGates).map((gate) => ({ gateId: uuidv7(), ...gate })),
});
