import { authRoutes, organizationRoutes as routes, type Role } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { configureOrganization } from './configure-organization.ts';
import { addGate, listGates } from './gates.ts';
import { listGroups, listMembers, listPeople, readGuardianAgreement } from './people.ts';
import { readOrganization } from './read-organization.ts';
import { replaceGeofences } from './replace-geofences.ts';
import { listSites, readSitePlan, replaceSitePlan } from './sites.ts';
import { type College, UsersWorld } from './testing/world.ts';
import { whoAmI } from './who-am-i.ts';

let world: UsersWorld;
let own: College;
let foreign: College;
let principal: { orgId: string; userId: string; role: Role };
beforeAll(async () => {
  world = await UsersWorld.create();
  [own, foreign] = [await world.college('lindenhof'), await world.college('canary')];
  principal = { orgId: own.orgId, userId: own.principalId, role: 'org_admin' };
});
afterAll(() => world.db.drop());

const as = (role: Role, userId: string) => ({ orgId: own.orgId, userId, role });
const problemOf = async (answer: Promise<unknown>) => {
  const error = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof Problem ? error.code : error;
};
const square = (latitude: number, longitude: number) => ({
  kind: 'polygon' as const,
  rings: [
    [
      [longitude, latitude],
      [longitude + 0.01, latitude],
      [longitude + 0.01, latitude + 0.01],
      [longitude, latitude],
    ],
  ],
});

describe('the organization', () => {
  it('is read by everybody in it', async () => {
    const settings = await world.call(routes.readOrganization, readOrganization, as('member', own.memberIds[0]!));
    expect(settings).toEqual({
      name: 'lindenhof name',
      supervisorLocation: 'presence',
      officeLocation: 'presence',
      tileUrl: null,
    });
  });

  it('is configured with an event for those who cache access, and an audit entry with before and after', async () => {
    const body = { supervisorLocation: 'full', officeLocation: 'attendance', tileUrl: 'https://tiles.example/{z}' };
    const configure = configureOrganization(world);
    const answer = await world.call(routes.configureOrganization, configure, principal, { body });
    expect(answer).toEqual({ name: 'lindenhof name', ...body });
    expect(await world.outbox(own.orgId)).toContainEqual({ type: 'users.access-changed', payload: { userId: null } });
    expect((await world.audit(own.orgId)).at(-1)).toMatchObject({
      action: 'organization.configured',
      detail: { before: { supervisorLocation: 'presence' }, after: { supervisorLocation: 'full' } },
    });
    const other = { orgId: foreign.orgId, userId: foreign.principalId, role: 'org_admin' as const };
    expect(await world.call(routes.readOrganization, readOrganization, other)).toMatchObject({
      supervisorLocation: 'presence',
    });
  });

  it('stands in everybody’s profile', async () => {
    const profile = await world.call(authRoutes.whoAmI, whoAmI, as('member', own.memberIds[0]!));
    expect(profile).toMatchObject({
      displayName: 'lindenhof member 0',
      role: 'member',
      number: 'R-0',
      organization: { slug: 'lindenhof', vocabulary: 'campus' },
      device: { bound: false },
    });
    expect(await problemOf(world.call(authRoutes.whoAmI, whoAmI, as('member', foreign.memberIds[0]!)))).toBe(
      'session-ended',
    );
  });
});

describe('sites', () => {
  it('have geofences that are drawn anew as a whole', async () => {
    const draw = (geofences: unknown, siteId = own.siteId) =>
      world.call(routes.replaceGeofences, replaceGeofences(world), principal, {
        params: { siteId },
        body: { geofences },
      });
    await draw([{ name: 'First', shape: square(48.2, 16.37) }]);
    const site = await draw([
      { name: 'North', shape: square(48.2, 16.37) },
      { name: 'Court', shape: { kind: 'circle', center: { latitude: 48.2, longitude: 16.37 }, radiusMeters: 50 } },
    ]);
    expect(site.geofences.map(({ name }) => name)).toEqual(['Court', 'North']);
    const { items } = await world.call(routes.listSites, listSites, as('member', own.memberIds[0]!));
    expect(items).toEqual([site]);
    expect(await world.outbox(own.orgId)).toContainEqual({
      type: 'users.geofences-changed',
      payload: { siteId: own.siteId },
    });
    expect((await world.audit(own.orgId)).at(-1)).toMatchObject({
      action: 'site.geofences-replaced',
      detail: { before: [{ name: 'First' }], after: [{ name: 'North' }, { name: 'Court' }] },
    });
    const bowTie = {
      kind: 'polygon',
      rings: [
        [
          [0, 0],
          [1, 1],
          [1, 0],
          [0, 1],
          [0, 0],
        ].map(([x, y]) => [x!, y! * 2]),
      ],
    };
    expect(await problemOf(draw([{ name: 'Bow tie', shape: bowTie }]))).toBe('geofence-invalid');
    expect((await world.call(routes.listSites, listSites, principal)).items).toEqual([site]);
    expect(await problemOf(draw([{ name: 'Theirs', shape: square(1, 1) }], foreign.siteId))).toBe('not-found');
    expect(await problemOf(draw([{ name: 'Nowhere', shape: square(1, 1) }], uuidv7()))).toBe('not-found');
  });

  it('have a plan, empty until one is uploaded', async () => {
    const params = { siteId: own.siteId };
    const read = () => world.call(routes.readSitePlan, readSitePlan, principal, { params });
    const replace = (body: unknown, siteId = own.siteId) =>
      world.call(routes.replaceSitePlan, replaceSitePlan, principal, { params: { siteId }, body });
    expect(await read()).toEqual({ type: 'FeatureCollection', features: [] });
    const feature = (ring: number[][]) => ({
      type: 'Feature',
      properties: { kind: 'building', name: 'Library' },
      geometry: { type: 'Polygon', coordinates: [ring] },
    });
    const triangle = [
      [16, 48],
      [16.1, 48],
      [16.1, 48.1],
      [16, 48],
    ];
    const plan = { type: 'FeatureCollection', features: [feature(triangle)] };
    expect(await replace(plan)).toBeNull();
    expect(await read()).toEqual(plan);
    const open = { ...plan, features: [feature([...triangle.slice(0, 3), [16, 48.01]])] };
    expect(await problemOf(replace(open))).toBe('site-plan-invalid');
    expect(await problemOf(replace(plan, foreign.siteId))).toBe('not-found');
    const foreignRead = world.call(routes.readSitePlan, readSitePlan, principal, {
      params: { siteId: foreign.siteId },
    });
    expect(await problemOf(foreignRead)).toBe('not-found');
    expect((await world.audit(own.orgId)).at(-1)).toMatchObject({
      action: 'site.plan-replaced',
      detail: { features: 1 },
    });
  });

  it('have gates', async () => {
    const add = (siteId: string) =>
      world.call(routes.addGate, addGate, principal, {
        body: { siteId, name: 'Back gate', position: { latitude: 48.21, longitude: 16.38 } },
      });
    const gate = await add(own.siteId);
    const { items } = await world.call(routes.listGates, listGates, as('member', own.memberIds[0]!));
    expect(items.map(({ name }) => name)).toEqual(['Back gate', 'lindenhof gate']);
    expect(items[0]).toEqual(gate);
    expect(await problemOf(add(foreign.siteId))).toBe('not-found');
    expect((await world.audit(own.orgId)).at(-1)).toMatchObject({ action: 'gate.added' });
  });
});

describe('people', () => {
  const members = (who: Parameters<typeof world.call>[2], query: object = {}) =>
    world.call(routes.listMembers, listMembers, who, { query });
  const indexesOf = (page: { items: { memberId: string }[] }) =>
    page.items.map(({ memberId }) => own.memberIds.indexOf(memberId));

  it('are listed page by page, each once, by name', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.call(routes.listPeople, listPeople, principal, { query: { limit: '5', cursor } });
      seen.push(...page.items.map(({ displayName }) => displayName));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(12);
    expect(new Set(seen).size).toBe(12);
    expect(seen).toEqual([...seen].sort((a, b) => a.localeCompare(b)));
    expect(seen.join()).not.toContain('canary');
  });

  it('are found by a part of name, number or e-mail, whatever characters it has', async () => {
    const find = async (query: object) =>
      (await world.call(routes.listPeople, listPeople, principal, { query })).items.map((one) => one.displayName);
    expect(await find({ search: 'MEMBER 1' })).toEqual(['lindenhof member 1']);
    expect(await find({ search: 'r-2' })).toEqual(['lindenhof member 2']);
    expect(await find({ search: 'office@' })).toEqual(['lindenhof office']);
    expect(await find({ search: '%' })).toEqual([]);
    expect(await find({ role: 'guardian' })).toEqual(['lindenhof guardian']);
    expect(await find({ search: 'canary' })).toEqual([]);
  });

  it('refuse a cursor that is none, or another organization’s', async () => {
    for (const cursor of ['nonsense', uuidv7(), foreign.memberIds[0]!]) {
      expect(await problemOf(members(principal, { cursor }))).toBe('request-invalid');
    }
  });

  it('are seen through ties only', async () => {
    expect(indexesOf(await members(principal))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(indexesOf(await members(as('org_office', own.officeId)))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(indexesOf(await members(as('supervisor', own.supervisorIds[1])))).toEqual([3, 4, 5]);
    expect(indexesOf(await members(as('guardian', own.guardianId)))).toEqual([0, 3]);
    expect(indexesOf(await members(as('member', own.memberIds[6]!)))).toEqual([6]);
    // A token that claims more than the account is.
    expect(indexesOf(await members(as('org_admin', own.memberIds[6]!)))).toEqual([6]);
    expect(indexesOf(await members(principal, { groupId: own.groupIds[0] }))).toEqual([0, 1, 2]);
    expect(indexesOf(await members(principal, { groupId: foreign.groupIds[0] }))).toEqual([]);
  });

  it('form groups, of which everybody sees their own', async () => {
    const groups = async (who: typeof principal) =>
      (await world.call(routes.listGroups, listGroups, who)).items.map(({ name, memberCount, supervisors }) => ({
        name,
        memberCount,
        supervisors,
      }));
    const [first, second] = [0, 1].map((index) => ({
      name: `lindenhof ${index}`,
      memberCount: 3,
      supervisors: [`lindenhof supervisor ${index}`],
    }));
    expect(await groups(principal)).toEqual([first, second]);
    expect(await groups(as('supervisor', own.supervisorIds[0]))).toEqual([first]);
    // Of a group that others are in, too, as many as they may know of.
    const ofGuardian = [first, second].map((group) => ({ ...group, memberCount: 1 }));
    expect(await groups(as('guardian', own.guardianId))).toEqual(ofGuardian);
    expect(await groups(as('member', own.memberIds[6]!))).toEqual([]);
  });

  it('have guardians, whom those see who reach the member', async () => {
    const read = (who: typeof principal, memberId: string) =>
      world.call(routes.readGuardianAgreement, readGuardianAgreement, who, { params: { memberId } });
    expect((await read(principal, own.memberIds[0]!)).items).toEqual([
      {
        guardianId: own.guardianId,
        displayName: 'lindenhof guardian',
        maySee: true,
        isTold: true,
        mayCollect: false,
        liveAgreedAt: '2026-03-02T08:00:00.000Z',
      },
    ]);
    expect(await problemOf(read(as('supervisor', own.supervisorIds[1]), own.memberIds[0]!))).toBe('not-found');
    expect(await problemOf(read(as('guardian', own.guardianId), own.memberIds[4]!))).toBe('not-found');
    expect(await problemOf(read(principal, foreign.memberIds[0]!))).toBe('not-found');
  });
});
