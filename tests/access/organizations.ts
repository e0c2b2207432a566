import { randomBytes, randomUUID } from 'node:crypto';
import type { Coordinates, Role } from '@muster/contracts';
import { uuidv7 } from '../../apps/server/src/platform/ids.ts';
import type { Ports } from '../../apps/server/src/platform/service.ts';
import { seedSchedule } from '../../apps/server/src/services/attendance/seed.ts';
import { hashPassword, seedCredentials } from '../../apps/server/src/services/auth/seed.ts';
import * as users from '../../apps/server/src/services/users/seed.ts';
import { signIn, type Session } from '../acceptance/client.ts';

/** Organizations that are alike in everything but their canaries: words that stand nowhere else in the world. */

export const password = 'the matrix calls everything';
const center: Coordinates = { latitude: 47.0707, longitude: 15.4395 };
export const outside: Coordinates = { latitude: 47.09, longitude: 15.4395 };
export const inside = center;

/** Who plays: the teacher has group a, the parent has the first of its members. */
const parts = [
  ['principal', 'org_admin', null],
  ['office', 'org_office', null],
  ['teacher', 'supervisor', 'a'],
  ['otherTeacher', 'supervisor', 'b'],
  ['parent', 'guardian', null],
  ['otherParent', 'guardian', null],
  // The one that every role of the organization may see.
  ['student', 'member', 'a'],
  ['classmate', 'member', 'a'],
  ['heldClassmate', 'member', 'a'],
  ['lateClassmate', 'member', 'a'],
  ['stranger', 'member', 'b'],
  ['heldStranger', 'member', 'b'],
  ['lateStranger', 'member', 'b'],
] as const satisfies readonly (readonly [string, Role, 'a' | 'b' | null])[];
export type Part = (typeof parts)[number][0];

export interface Person {
  readonly userId: string;
  readonly role: Role;
  /** Part of the name, the number and the e-mail. */
  readonly canary: string;
  readonly email: string;
}

export interface Organization {
  readonly orgId: string;
  /** Part of every name in it. */
  readonly canary: string;
  readonly siteId: string;
  readonly gateId: string;
  readonly groups: { readonly a: string; readonly b: string };
  readonly people: Readonly<Record<Part, Person>>;
}

/** Writes an organization as a demonstration does; its gates are open all day. */
export const seedOrganization = async (
  { database, clock }: Pick<Ports, 'database' | 'clock'>,
  name: string,
): Promise<Organization> => {
  const canary = `${name}${randomBytes(6).toString('hex')}`;
  const people = Object.fromEntries(
    parts.map(([part, role]) => {
      const own = `${canary}x${part.toLowerCase()}`;
      return [part, { userId: uuidv7(), role, canary: own, email: `${own}@muster.example` }];
    }),
  ) as Record<Part, Person>;
  const organization: Organization = {
    orgId: uuidv7(),
    canary,
    siteId: uuidv7(),
    gateId: uuidv7(),
    groups: { a: uuidv7(), b: uuidv7() },
    people,
  };
  const { orgId, siteId, gateId, groups } = organization;
  const now = clock.now();
  const today = now.toISOString().slice(0, 10);
  await database.inOrganization('attendance', orgId, async (tx) => {
    for (const groupId of Object.values(groups)) {
      await seedSchedule(tx, { ...allDay, orgId, groupId, name: `${canary} hours`, validFrom: today }, now);
    }
  });
  const passwordHash = await hashPassword(password);
  const credentials = Object.values(people).map(({ userId }) => ({ userId, passwordHash }));
  await database.inOrganization('auth', orgId, (tx) => seedCredentials(tx, orgId, credentials, now));
  await database.inOrganization('users', orgId, async (tx) => {
    // What staff may see of a location is then decided by the permission alone.
    const levels = { supervisorLocation: 'full', officeLocation: 'full' } as const;
    await users.seedOrganization(tx, { orgId, slug: canary, name: `${canary} College`, ...levels });
    await users.seedSite(tx, orgId, {
      siteId,
      name: `${canary} Campus`,
      address: `${canary} street`,
      timeZone: 'UTC',
      center,
      geofences: [
        { geofenceId: uuidv7(), name: `${canary} fence`, shape: { kind: 'circle', center, radiusMeters: 200 } },
      ],
      gates: [{ gateId, name: `${canary} gate`, position: center }],
    });
    await users.seedGroups(
      tx,
      orgId,
      Object.entries(groups).map(([group, groupId]) => ({ groupId, siteId, name: `${canary} ${group}` })),
    );
    const accounts = Object.values(people).map(({ userId, role, canary: own, email }) => ({
      userId,
      role,
      email,
      displayName: `${own} Person`,
      number: own,
      joinedOn: '2026-01-01',
    }));
    await users.seedAccounts(tx, orgId, accounts);
    const memberships = parts.flatMap(([part, role, group]) =>
      role === 'member' ? [{ memberId: people[part].userId, siteId, groupId: groups[group] }] : [],
    );
    await users.seedMemberships(tx, orgId, memberships);
    await users.seedAssignments(tx, orgId, [
      { supervisorId: people.teacher.userId, groupId: groups.a },
      { supervisorId: people.otherTeacher.userId, groupId: groups.b },
    ]);
    await users.seedGuardianships(tx, orgId, [
      { guardianId: people.parent.userId, memberId: people.student.userId, liveAgreedAt: now },
      { guardianId: people.otherParent.userId, memberId: people.stranger.userId, liveAgreedAt: now },
    ]);
    await users.refreshStatistics(tx);
  });
  return organization;
};

/** The accounts of those who run Muster: they belong to no organization that is run on it. */
export const seedPlatform = async ({ database, clock }: Pick<Ports, 'database' | 'clock'>): Promise<Person[]> => {
  const orgId = uuidv7();
  const people = (['platform_admin', 'platform_operator', 'platform_overseer'] as const).map((role): Person => {
    const canary = `platform${randomBytes(6).toString('hex')}`;
    return { userId: uuidv7(), role, canary, email: `${canary}@muster.example` };
  });
  const passwordHash = await hashPassword(password);
  const credentials = people.map(({ userId }) => ({ userId, passwordHash }));
  await database.inOrganization('users', orgId, async (tx) => {
    await users.seedOrganization(tx, { orgId, slug: 'platform', name: 'Platform', kind: 'platform' });
    const accounts = people.map(({ userId, role, email, canary }) => ({ userId, role, email, displayName: canary }));
    await users.seedAccounts(tx, orgId, accounts);
  });
  await database.inOrganization('auth', orgId, (tx) => seedCredentials(tx, orgId, credentials, clock.now()));
  return people;
};

/** From midnight to midnight, and some hours more: whenever the matrix runs, whoever enters is free to. */
const allDay = {
  timeZone: 'UTC',
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  entryTime: '00:00',
  exitTime: '00:00',
  opensBeforeMinutes: 0,
  freeUntilMinutes: 24 * 60,
  lateAfterMinutes: 24 * 60,
  closesAfterMinutes: 4 * 60,
};

/** Each on a device of their own, once. */
export class SignedIn {
  readonly #url: string;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(url: string) {
    this.#url = url;
  }

  as({ userId, email }: Person): Promise<Session> {
    const session = this.#sessions.get(userId) ?? this.anew(email);
    this.#sessions.set(userId, session);
    return session;
  }

  /** Signs in once more, on the same device or another. */
  anew(email: string, deviceId: string = randomUUID()): Promise<Session> {
    return signIn(email, password, { deviceId, name: 'Matrix' }, this.#url);
  }

  forget({ userId }: Person): void {
    this.#sessions.delete(userId);
  }
}
