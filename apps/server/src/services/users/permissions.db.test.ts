import {
  type Permission,
  type PermissionOverride,
  permissionRoutes as routes,
  organizationRoutes,
  type Role,
} from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { listMembers } from './people.ts';
import { explainPermissions } from './permissions-explain.ts';
import { readPermissions, replacePermissions } from './permissions.ts';
import { type College, UsersWorld } from './testing/world.ts';

let world: UsersWorld;
let own: College;
let foreign: College;
beforeAll(async () => {
  world = await UsersWorld.create();
  foreign = await world.college('fremdenhof');
});
afterAll(() => world.db.drop());
beforeEach(async () => {
  own = await world.college(`hof-${uuidv7()}`);
});

const as = (role: Role, userId: string) => ({ orgId: own.orgId, role, userId });
const principal = () => as('org_admin', own.principalId);
const codeOf = async (attempt: Promise<unknown>): Promise<unknown> => {
  const reason = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  return reason instanceof Problem ? reason.code : reason;
};
const read = () => world.call(routes.readPermissions, readPermissions, principal());
const replace = async (overrides: readonly PermissionOverride[], who = principal()) =>
  world.call(routes.replacePermissions, replacePermissions(world), who, {
    body: { overrides },
    ifMatch: (await read()).version,
  });
const explain = (userId: string, memberId?: string) =>
  world.call(routes.explainPermissions, explainPermissions, principal(), { params: { userId }, query: { memberId } });
const seenBy = async (role: Role, userId: string) => {
  const answer = await world.call(organizationRoutes.listMembers, listMembers, as(role, userId));
  return answer.items.map(({ memberId }) => own.memberIds.indexOf(memberId)).toSorted((one, other) => one - other);
};
const forRole = (
  role: Role,
  effect: PermissionOverride['effect'],
  ties: PermissionOverride['ties'],
  permission: Permission = 'members.see',
): PermissionOverride => ({ subject: { kind: 'role', role }, permission, effect, ties });
const forUser = (
  userId: string,
  effect: PermissionOverride['effect'],
  ties: PermissionOverride['ties'],
  permission: Permission = 'members.see',
): PermissionOverride => ({ subject: { kind: 'user', userId }, permission, effect, ties });

describe('what an organization says about permissions', () => {
  it('holds from the next request on, wider and narrower, and is taken back', async () => {
    const [teacher, otherTeacher] = own.supervisorIds;
    expect(await seenBy('supervisor', teacher)).toEqual([0, 1, 2]);
    await replace([forUser(teacher, 'grant', ['organization']), forRole('org_office', 'deny', ['organization'])]);
    expect(await seenBy('supervisor', teacher)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await seenBy('supervisor', otherTeacher)).toEqual([3, 4, 5]);
    expect(await codeOf(seenBy('org_office', own.officeId))).toBe('not-permitted');
    await replace([
      forRole('supervisor', 'deny', ['assigned']),
      forUser(teacher, 'grant', ['assigned']),
      forRole('org_office', 'deny', ['organization']),
      forRole('org_office', 'grant', ['assigned']),
    ]);
    expect(await seenBy('supervisor', teacher)).toEqual([0, 1, 2]);
    expect(await codeOf(seenBy('supervisor', otherTeacher))).toBe('not-permitted');
    // Nobody has assigned a group to the office.
    expect(await seenBy('org_office', own.officeId)).toEqual([]);
    await replace([]);
    expect(await seenBy('supervisor', otherTeacher)).toEqual([3, 4, 5]);
    expect(await seenBy('org_office', own.officeId)).toHaveLength(7);
  });

  it('concerns its own organization only', async () => {
    await replace([forRole('org_office', 'deny', ['organization'])]);
    const theirs = { orgId: foreign.orgId, role: 'org_office', userId: foreign.officeId } as const;
    const answer = await world.call(organizationRoutes.listMembers, listMembers, theirs);
    expect(answer.items).toHaveLength(7);
  });

  it('is told, and entered in the log, as far as something changed', async () => {
    const [teacher] = own.supervisorIds;
    await replace([forUser(teacher, 'grant', ['organization'])]);
    await replace([forUser(teacher, 'grant', ['organization']), forRole('member', 'deny', ['self'], 'signals.see')]);
    await replace([forUser(teacher, 'grant', ['organization']), forRole('member', 'deny', ['self'], 'signals.see')]);
    const told = (await world.outbox(own.orgId)).map(({ type, payload }) => [type, payload]);
    expect(told).toEqual([
      ['users.access-changed', { userId: teacher }],
      ['users.access-changed', { userId: null }],
    ]);
    const entries = (await world.audit(own.orgId)).filter(({ action }) => action === 'permissions.changed');
    expect(entries.map(({ detail }) => detail)).toEqual([
      { set: [{ userId: teacher, permission: 'members.see', effect: 'grant', ties: ['organization'] }], removed: [] },
      { set: [{ role: 'member', permission: 'signals.see', effect: 'deny', ties: ['self'] }], removed: [] },
    ]);
  });

  it('is refused where it could have no effect, or where it would hand out the handing out', async () => {
    const [teacher] = own.supervisorIds;
    const attempts: PermissionOverride[][] = [
      [forRole('guardian', 'grant', ['organization'])],
      [forRole('member', 'grant', ['self'], 'rules.configure')],
      [forRole('org_admin', 'grant', ['all'])],
      [forRole('platform_operator', 'deny', ['all'], 'audit.read')],
      [forRole('org_admin', 'deny', ['organization'], 'permissions.manage')],
      [forUser(own.principalId, 'deny', ['organization'], 'permissions.manage')],
      [forUser(teacher, 'grant', ['organization'], 'permissions.manage')],
      [forUser(teacher, 'grant', ['all'], 'organizations.see')],
      [forUser(foreign.supervisorIds[0], 'grant', ['organization'])],
      [forUser(teacher, 'deny', ['assigned']), forUser(teacher, 'deny', ['organization'])],
    ];
    for (const overrides of attempts) expect(await codeOf(replace(overrides))).toBe('request-invalid');
    expect((await read()).overrides).toEqual([]);
  });

  it('is for administrators to read and to change, one after the other', async () => {
    const [teacher] = own.supervisorIds;
    for (const who of [as('org_office', own.officeId), as('supervisor', teacher)]) {
      expect(await codeOf(replace([], who))).toBe('not-permitted');
    }
    const { version } = await read();
    await replace([forUser(teacher, 'grant', ['organization'])]);
    const late = world.call(routes.replacePermissions, replacePermissions(world), principal(), {
      body: { overrides: [] },
      ifMatch: version,
    });
    expect(await codeOf(late)).toBe('changed-meanwhile');
    const settings = await read();
    expect(settings.overrides).toMatchObject([{ subject: { kind: 'user', userId: teacher }, effect: 'grant' }]);
    expect(settings.overrides[0]?.displayName).toContain('supervisor 0');
  });
});

describe('an explanation', () => {
  it('says what decided, and through what somebody reaches a member', async () => {
    const [teacher] = own.supervisorIds;
    await replace([forUser(teacher, 'grant', ['organization']), forRole('supervisor', 'deny', ['assigned'])]);
    const told = await explain(teacher, own.memberIds[0]);
    expect(told.permissions.find(({ permission }) => permission === 'members.see')?.decisions).toEqual([
      { tie: 'organization', held: true, decision: 'user-grant' },
      { tie: 'assigned', held: false, decision: 'role-deny' },
    ]);
    expect(told.permissions.map(({ permission }) => permission)).not.toContain('rules.configure');
    expect(told.reach).toMatchObject([
      { tie: 'assigned', memberCount: 3, groups: [{ groupId: own.groupIds[0] }] },
      { tie: 'organization', memberCount: 7, groups: [] },
    ]);
    expect(told.member?.ties).toMatchObject([
      { tie: 'assigned', groupName: expect.stringContaining(' 0') },
      { tie: 'organization', groupName: null },
    ]);
    expect((await explain(own.guardianId, own.memberIds[4])).member?.ties).toEqual([]);
  });

  it('is not there for nobody, for another organization, or about somebody who is no member', async () => {
    expect(await codeOf(explain(uuidv7()))).toBe('not-found');
    expect(await codeOf(explain(foreign.principalId))).toBe('not-found');
    expect(await codeOf(explain(own.officeId, own.principalId))).toBe('not-found');
    expect(await codeOf(explain(own.officeId, foreign.memberIds[0]))).toBe('not-found');
  });
});
