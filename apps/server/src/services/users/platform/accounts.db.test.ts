import { type PersonDetail, peopleRoutes as routes, type Role } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../../platform/http/problem.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { addPerson, changePerson, changeStatus } from '../person-changes.ts';
import { seedAccounts, seedOrganization } from '../seed.ts';
import { UsersWorld } from '../testing/world.ts';

let world: UsersWorld;
const orgId = uuidv7();
const account = (role: Role) => ({ orgId, userId: uuidv7(), role });
const owner = account('platform_admin');
const technician = account('platform_operator');
beforeAll(async () => {
  world = await UsersWorld.create();
  await world.db.database.inOrganization('users', orgId, async (tx) => {
    await seedOrganization(tx, { orgId, slug: 'platform', name: 'Platform', kind: 'platform' });
    await seedAccounts(tx, orgId, [
      { ...owner, displayName: 'Owner', email: 'owner@platform.example' },
      { ...technician, displayName: 'Technician', email: 'technician@platform.example' },
    ]);
  });
});
afterAll(() => world.db.drop());

const codeOf = async (answer: Promise<unknown>) => {
  const error = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof Problem ? error.code : error;
};
let made = 0;
const add = (role: Role, who = owner, more: object = { email: `new-${(made += 1)}@platform.example` }) =>
  world.call(routes.addPerson, addPerson(world), who, { body: { role, displayName: 'Somebody New', ...more } });
const change = ({ userId, version: ifMatch }: PersonDetail, role: Role, who = owner) =>
  world.call(routes.changePerson, changePerson(world), who, { params: { userId }, body: { role }, ifMatch });
const suspend = ({ userId, version: ifMatch }: PersonDetail, who: typeof owner) =>
  world.call(routes.changeStatus, changeStatus(world), who, {
    params: { userId },
    body: { status: 'suspended', reason: 'has gone' },
    ifMatch,
  });

describe('an account of the platform', () => {
  it.each(['platform_admin', 'platform_operator', 'platform_overseer'] as const)(
    'is made as %s by whoever runs it, and signs in by e-mail',
    async (role) => {
      expect(await add(role)).toMatchObject({ role, status: 'active' });
      expect((await world.audit(orgId)).at(-1)).toMatchObject({ action: 'person.added', detail: { role } });
      expect(await codeOf(add(role, owner, { number: 'P-1' }))).toBe('person-invalid');
    },
  );

  it('is made by nobody else of the platform', async () => {
    expect(await codeOf(add('platform_overseer', technician))).toBe('not-permitted');
  });

  it('is the only kind of account in the organization of the platform', async () => {
    for (const role of ['org_admin', 'org_office', 'supervisor', 'guardian'] as const)
      expect(await codeOf(add(role))).toBe('not-permitted');
    const person = await add('platform_overseer');
    expect(await codeOf(change(person, 'org_admin'))).toBe('not-permitted');
    expect(await change(person, 'platform_operator')).toMatchObject({ role: 'platform_operator' });
  });

  it('cannot be made in any other organization, by nobody', async () => {
    const college = await world.college('lindenhof');
    const principal = { orgId: college.orgId, userId: college.principalId, role: 'org_admin' as const };
    const visitor = { ...owner, orgId: college.orgId, homeOrgId: orgId };
    for (const who of [principal, visitor])
      expect(await codeOf(add('platform_admin', who as never))).toBe('not-permitted');
    expect(await codeOf(add('org_office', visitor as never))).toBeNull();
  });

  it('is suspended, but for one’s own, and for the last that could let others in', async () => {
    const other = await add('platform_admin');
    const self = { ...owner, userId: other.userId };
    expect(await codeOf(suspend(other, self))).toBe('not-permitted');
    expect(await suspend(other, owner)).toMatchObject({ status: 'suspended' });
    expect(await codeOf(add('platform_overseer', self))).not.toBeNull();
  });
});
