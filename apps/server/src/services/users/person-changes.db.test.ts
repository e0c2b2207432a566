import { type PersonDetail, peopleRoutes as routes, type Role } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { addGroup, changeGroup, listGroupDetails, removeGroup } from './group-changes.ts';
import { linkGuardian, unlinkGuardian } from './guardian-links.ts';
import { addPerson, changePerson, changeStatus, readPerson } from './person-changes.ts';
import { addSite, changeSite, readSite, suggestTimeZone } from './site-changes.ts';
import { type College, UsersWorld } from './testing/world.ts';

let world: UsersWorld;
let own: College;
let foreign: College;
let principal: { orgId: string; userId: string; role: Role };
let office: typeof principal;
let teacher: typeof principal;
beforeAll(async () => {
  world = await UsersWorld.create();
  [own, foreign] = [await world.college('lindenhof'), await world.college('canary')];
  const as = (role: Role, userId: string) => ({ orgId: own.orgId, userId, role });
  principal = as('org_admin', own.principalId);
  office = as('org_office', own.officeId);
  teacher = as('supervisor', own.supervisorIds[0]);
});
afterAll(() => world.db.drop());

const codeOf = async (answer: Promise<unknown>) => {
  const error = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof Problem ? error.code : error;
};
const add = (body: object, who = principal) => world.call(routes.addPerson, addPerson(world), who, { body });
const read = (userId: string, who = principal) =>
  world.call(routes.readPerson, readPerson, who, { params: { userId } });
const change = (person: Pick<PersonDetail, 'userId' | 'version'>, body: object, who = principal) =>
  world.call(routes.changePerson, changePerson(world), who, {
    params: { userId: person.userId },
    body,
    ifMatch: person.version,
  });
const setStatus = (person: Pick<PersonDetail, 'userId' | 'version'>, status: string, who = principal) =>
  world.call(routes.changeStatus, changeStatus(world), who, {
    params: { userId: person.userId },
    body: { status, reason: 'as agreed' },
    ifMatch: person.version,
  });
const told = async () =>
  (await world.outbox(own.orgId))
    .filter(({ type }) => type === 'users.access-changed')
    .map(({ payload }) => (payload as { userId: string }).userId);

describe('a person', () => {
  it('is added without an e-mail address, to a group whose supervisor hears of it', async () => {
    const person = await add({ role: 'member', displayName: 'Nia Okafor', number: 'R-100', groupId: own.groupIds[1] });
    expect(person).toMatchObject({
      displayName: 'Nia Okafor',
      number: 'R-100',
      email: null,
      siteId: own.siteId,
      groupId: own.groupIds[1],
      status: 'active',
    });
    expect(await told()).toContain(own.supervisorIds[1]);
    const entry = (await world.audit(own.orgId)).at(-1);
    expect(entry?.action).toBe('person.added');
    expect(JSON.stringify(entry)).not.toContain('Nia');
  });

  it('needs a way to sign in, and a member a place', async () => {
    const site = { siteId: own.siteId };
    expect(await codeOf(add({ role: 'member', displayName: 'Nobody', ...site }))).toBe('person-invalid');
    expect(await codeOf(add({ role: 'member', displayName: 'Nowhere', number: 'R-101' }))).toBe('person-invalid');
    expect(await codeOf(add({ role: 'guardian', displayName: 'Placed', number: 'R-102', ...site }))).toBe(
      'person-invalid',
    );
    const theirs = { groupId: foreign.groupIds[0] };
    expect(await codeOf(add({ role: 'member', displayName: 'Away', number: 'R-103', ...theirs }))).toBe('not-found');
  });

  it('has a number and an e-mail address of its own', async () => {
    const member = { role: 'member', displayName: 'Twin', siteId: own.siteId };
    expect(await codeOf(add({ ...member, number: 'R-0' }))).toBe('number-taken');
    const email = 'LINDENHOF.office@example.org';
    await world.db.ownerPool.query(`UPDATE users.account SET email = lower($1) WHERE id = $2`, [email, own.officeId]);
    expect(await codeOf(add({ ...member, email }))).toBe('email-taken');
    // Of another organization it says nothing.
    await add({ ...member, number: 'R-200' });
  });

  it.each(['\u202eevil', 'a\u2066b', 'nul\0', 'two\nlines'])('has no name like %j', (displayName) => {
    expect(() => add({ role: 'member', displayName, number: 'R-300', siteId: own.siteId })).toThrow();
  });

  it('is changed by whoever has seen the newest version', async () => {
    const person = await add({ role: 'member', displayName: 'Ola', number: 'R-400', groupId: own.groupIds[0] });
    const first = await change(person, { displayName: 'Ola Berg' });
    expect(first).toMatchObject({ displayName: 'Ola Berg', number: 'R-400', groupId: own.groupIds[0] });
    expect(await codeOf(change(person, { displayName: 'Ola Lie' }))).toBe('changed-meanwhile');
    const moved = await change(first, { groupId: own.groupIds[1] });
    expect((await told()).slice(-3).sort()).toEqual([person.userId, ...own.supervisorIds].sort());
    expect((await world.audit(own.orgId)).at(-1)).toMatchObject({
      action: 'person.changed',
      detail: { changed: [], before: { groupId: own.groupIds[0] }, after: { groupId: own.groupIds[1] } },
    });
    expect(moved.groupId).toBe(own.groupIds[1]);
  });

  it('takes another role, leaves the ties of the old one, and is signed out', async () => {
    const person = await add({ role: 'supervisor', displayName: 'Sol', email: 'sol@example.org' });
    const group = await world.call(routes.addGroup, addGroup(world), principal, {
      body: { name: 'Choir', siteId: own.siteId, supervisorIds: [person.userId] },
    });
    const seen = await read(person.userId);
    expect(seen.assignedGroups).toEqual([{ groupId: group.groupId, name: 'Choir' }]);
    const after = await change(seen, { role: 'guardian' });
    expect(after).toMatchObject({ role: 'guardian', assignedGroups: [] });
    expect(await told()).toContain(person.userId);
  });

  it('is suspended, comes back, and leaves', async () => {
    let person = await read(own.memberIds[2]!);
    for (const status of ['suspended', 'active', 'left', 'active']) {
      person = await setStatus(person, status);
      expect(person.status).toBe(status);
      expect((await world.audit(own.orgId)).at(-1)).toMatchObject({
        action: 'person.status-changed',
        detail: { after: status, commitments: { reason: expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
      });
    }
    expect((await told()).filter((userId) => userId === own.memberIds[2])).toHaveLength(4);
  });

  it('stays an administrator as long as nobody else is one', async () => {
    const other = await add({ role: 'org_admin', displayName: 'Second', email: 'second@example.org' });
    const second = { orgId: own.orgId, userId: other.userId, role: 'org_admin' as const };
    const self = await read(own.principalId);
    expect(await codeOf(setStatus(self, 'suspended'))).toBe('not-permitted');
    expect(await codeOf(change(self, { role: 'org_office' }))).toBe('not-permitted');
    // Both at the same moment: one of them goes first.
    const answers = await Promise.all([
      codeOf(setStatus(self, 'suspended', second)),
      codeOf(change(other, { role: 'org_office' })),
    ]);
    expect(answers.filter((code) => code === null)).toHaveLength(1);
    // The other is told why not; or, having waited, is no administrator any more.
    const refusals = [null, 'last-administrator', 'session-ended', 'not-permitted'];
    for (const code of answers) expect(refusals).toContain(code);
    await world.db.ownerPool.query(`UPDATE users.account SET status = 'active' WHERE id = $1`, [own.principalId]);
    await world.db.ownerPool.query(`UPDATE users.account SET role = 'org_office' WHERE id = $1`, [other.userId]);
  });
});

describe('who manages people', () => {
  it('makes no account that may more than they may', async () => {
    for (const role of ['platform_admin', 'org_admin', 'org_office', 'supervisor']) {
      expect(await codeOf(add({ role, displayName: 'Too much', number: `X-${role}` }, office))).toBe('not-permitted');
    }
    expect(await codeOf(add({ role: 'platform_admin', displayName: 'God', number: 'X-1' }))).toBe('not-permitted');
    const chief = await read(own.principalId, office);
    expect(await codeOf(change(chief, { displayName: 'Mallory' }, office))).toBe('not-permitted');
    expect(await codeOf(setStatus(chief, 'suspended', office))).toBe('not-permitted');
    const pupil = await read(own.memberIds[0]!, office);
    expect(await codeOf(change(pupil, { role: 'supervisor' }, office))).toBe('not-permitted');
  });

  it('as a supervisor manages the members of assigned groups', async () => {
    const added = await add({ role: 'member', displayName: 'New', number: 'R-500', groupId: own.groupIds[0] }, teacher);
    expect(added.groupId).toBe(own.groupIds[0]);
    const elsewhere = { role: 'member', displayName: 'New', number: 'R-501', groupId: own.groupIds[1] };
    expect(await codeOf(add(elsewhere, teacher))).toBe('not-permitted');
    const nowhere = { role: 'member', displayName: 'New', number: 'R-501', siteId: own.siteId };
    expect(await codeOf(add(nowhere, teacher))).toBe('not-permitted');
    expect(await codeOf(add({ role: 'guardian', displayName: 'New', number: 'R-502' }, teacher))).toBe('not-permitted');
    expect((await read(own.memberIds[0]!, teacher)).userId).toBe(own.memberIds[0]);
    expect(await codeOf(read(own.memberIds[3]!, teacher))).toBe('not-found');
    expect(await codeOf(read(own.principalId, teacher))).toBe('not-found');
    // Not out of the own groups either.
    expect(await codeOf(change(added, { groupId: own.groupIds[1] }, teacher))).toBe('not-permitted');
  });

  it('finds nobody of another organization', async () => {
    for (const userId of [foreign.memberIds[0]!, foreign.principalId, uuidv7()]) {
      expect(await codeOf(read(userId))).toBe('not-found');
      expect(await codeOf(change({ userId, version: 'x' }, { displayName: 'Mine' }))).toBe('not-found');
      expect(await codeOf(setStatus({ userId, version: 'x' }, 'left'))).toBe('not-found');
    }
  });
});

describe('a link to a guardian', () => {
  const link = (memberId: string, guardianId: string, who = principal) =>
    world.call(routes.linkGuardian, linkGuardian(world), who, {
      params: { memberId, guardianId },
      body: { maySee: true, isTold: false, mayCollect: true },
    });
  it('has flags, and ends', async () => {
    const [memberId, guardianId] = [own.memberIds[1]!, own.guardianId];
    await link(memberId, guardianId, office);
    const flags = { maySee: true, isTold: false, mayCollect: true };
    const member = await read(memberId);
    expect(member.guardians).toEqual([{ userId: guardianId, displayName: 'lindenhof guardian', ...flags }]);
    expect((await read(guardianId)).wards).toContainEqual({
      userId: memberId,
      displayName: member.displayName,
      ...flags,
    });
    const unlink = () =>
      world.call(routes.unlinkGuardian, unlinkGuardian(world), principal, { params: { memberId, guardianId } });
    await unlink();
    await unlink();
    expect((await read(memberId)).guardians).toEqual([]);
    const actions = (await world.audit(own.orgId)).map(({ action }) => action);
    expect(actions.filter((action) => action === 'guardian.unlinked')).toHaveLength(1);
  });
  it('joins a guardian and a member of the same organization', async () => {
    const { memberIds, guardianId } = own;
    expect(await codeOf(link(memberIds[1]!, memberIds[2]!))).toBe('person-invalid');
    expect(await codeOf(link(memberIds[1]!, foreign.guardianId))).toBe('not-found');
    expect(await codeOf(link(foreign.memberIds[1]!, guardianId))).toBe('not-found');
    expect(await codeOf(link(memberIds[1]!, guardianId, teacher))).toBe('not-permitted');
  });
});

describe('a group', () => {
  const body = { name: 'Orchestra', siteId: '', supervisorIds: [] as string[] };
  it('is added, renamed, assigned, and removed when nobody is in it', async () => {
    const group = await world.call(routes.addGroup, addGroup(world), principal, {
      body: { ...body, siteId: own.siteId },
    });
    const changeIt = (version: string, name: string, supervisorIds: string[]) =>
      world.call(routes.changeGroup, changeGroup(world), principal, {
        params: { groupId: group.groupId },
        body: { name, supervisorIds },
        ifMatch: version,
      });
    const before = (await told()).length;
    const changed = await changeIt(group.version, 'Big band', [...own.supervisorIds]);
    expect(changed.supervisors).toEqual(['lindenhof supervisor 0', 'lindenhof supervisor 1']);
    expect((await told()).slice(before).sort()).toEqual([...own.supervisorIds].sort());
    expect(await codeOf(changeIt(group.version, 'Duo', []))).toBe('changed-meanwhile');
    expect(await codeOf(changeIt(changed.version, 'lindenhof 0', []))).toBe('name-taken');
    expect(await codeOf(changeIt(changed.version, 'Band', [own.guardianId]))).toBe('person-invalid');
    expect(await codeOf(changeIt(changed.version, 'Band', [foreign.supervisorIds[0]]))).toBe('person-invalid');
    const { items } = await world.call(routes.listGroupDetails, listGroupDetails, principal);
    expect(items.find(({ groupId }) => groupId === group.groupId)).toEqual(changed);
    const remove = (groupId: string) =>
      world.call(routes.removeGroup, removeGroup(world), principal, { params: { groupId } });
    expect(await codeOf(remove(own.groupIds[0]))).toBe('group-in-use');
    expect(await codeOf(remove(foreign.groupIds[0]))).toBe('not-found');
    expect(await remove(group.groupId)).toBeNull();
  });
});

describe('a site', () => {
  it('is suggested the time zone of its place, and keeps another one', async () => {
    const place = { latitude: 12.97, longitude: 77.59 };
    const { timeZone } = await world.call(routes.suggestTimeZone, suggestTimeZone, principal, { query: place });
    expect(timeZone).toBe('Asia/Kolkata');
    const site = await world.call(routes.addSite, addSite, principal, {
      body: { name: 'Bengaluru', address: 'MG Road', center: place },
    });
    expect(site.timeZone).toBe('Asia/Kolkata');
    const changeIt = (zone: string, version = site.version) =>
      world.call(routes.changeSite, changeSite(world), principal, {
        params: { siteId: site.siteId },
        body: { name: 'Bengaluru', address: 'MG Road', center: place, timeZone: zone },
        ifMatch: version,
      });
    expect(await codeOf(changeIt('Mars/Olympus'))).toBe('request-invalid');
    const changed = await changeIt('Asia/Colombo');
    expect(changed.timeZone).toBe('Asia/Colombo');
    expect(await codeOf(changeIt('Asia/Dubai'))).toBe('changed-meanwhile');
    const params = { siteId: site.siteId };
    expect(await world.call(routes.readSite, readSite, principal, { params })).toEqual(changed);
    const again = { name: 'BENGALURU', address: 'Elsewhere', center: place };
    expect(await codeOf(world.call(routes.addSite, addSite, principal, { body: again }))).toBe('name-taken');
  });
});
