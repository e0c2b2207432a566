import { randomUUID } from 'node:crypto';
import {
  type Device,
  type DeviceClaim,
  deviceRoutes as routes,
  type SignInPolicy,
  type Tokens,
} from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DeviceKey } from '../../cli/api/device-key.ts';
import { inCallOf } from '../../platform/http/testing/in-call-of.ts';
import { Problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import {
  approveWaitingDevice,
  listDevicesOf,
  listOwnDevices,
  listWaitingDevices,
  renameDevice,
  renameOwnDevice,
  revokeDevice,
  revokeOwnDevice,
} from './devices.ts';
import { openSession } from './open-session.ts';
import { changeSignInPolicy } from './policy.ts';
import { AuthWorld, accepted, codeOf } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let ann: string;
let teacher: string;
let phone: Phone;

/** A browser with its key. */
interface Phone {
  readonly deviceId: string;
  readonly key: DeviceKey;
}
const newPhone = (deviceId = uuidv7()): Phone => ({ deviceId, key: new DeviceKey(randomUUID()) });

beforeAll(async () => {
  world = await AuthWorld.create();
});
afterAll(() => world.db.drop());
beforeEach(async () => {
  orgId = await world.organization(`college-${uuidv7()}`);
  const [siteId, groupId] = [uuidv7(), uuidv7()];
  await world.db.ownerPool.query(
    `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
     VALUES ($1, $2, 'Campus', 'Ring 1', 'Europe/Vienna', 48, 16)`,
    [orgId, siteId],
  );
  await world.db.ownerPool.query(
    `INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, '10A')`,
    [orgId, groupId, siteId],
  );
  ann = await member(siteId, groupId);
  teacher = await world.account(orgId, { role: 'supervisor' });
  await world.db.ownerPool.query('INSERT INTO users.assignment (org_id, supervisor_id, group_id) VALUES ($1, $2, $3)', [
    orgId,
    teacher,
    groupId,
  ]);
  phone = newPhone();
});

const member = async (siteId: string, groupId: string | null): Promise<string> => {
  const userId = await world.account(orgId);
  await world.db.ownerPool.query(
    'INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)',
    [orgId, userId, siteId, groupId],
  );
  return userId;
};
const signIn = (userId: string, on: Phone): Promise<Tokens> =>
  world.signedIn({ identifier: `${userId}@example.org`, ...on });
const own = async (tokens: Tokens): Promise<Device[]> =>
  accepted(await world.verb(listOwnDevices(world.ports), tokens)).items;
const stateOn = async (tokens: Tokens, { deviceId }: Phone) =>
  (await own(tokens)).find((each) => each.deviceId === deviceId)?.state;
const works = async ({ accessToken }: Tokens) => (await world.otherProcess().verify(accessToken)) !== null;

/** What a teacher does, in a transaction with a teacher's reach. */
const asTeacher = async <Answer>(
  route: (typeof routes)[keyof typeof routes],
  work: Parameters<typeof inCallOf<Answer>>[4],
  userId = teacher,
): Promise<Answer | Problem> => {
  const actor = { orgId, userId, role: 'supervisor' as const, deviceId: uuidv7() };
  try {
    return await inCallOf(world.db.database, route, actor, world.clock.now(), work);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
};
const none = { params: undefined, query: undefined, body: undefined };
const approve = ({ deviceId }: Phone, memberId = ann, by = teacher) =>
  asTeacher(
    routes.approveDevice,
    (tx, call) => approveWaitingDevice(world.ports)(tx, { ...none, params: { memberId, deviceId } }, call),
    by,
  );
const revoke = ({ deviceId }: Phone, isLost = false) =>
  asTeacher(routes.revokeDevice, (tx, call) =>
    revokeDevice(world.ports)(tx, { ...none, params: { memberId: ann, deviceId }, body: { isLost } }, call),
  );
const waiting = async () =>
  accepted(await asTeacher(routes.listWaitingDevices, (tx, call) => listWaitingDevices(world.ports)(tx, none, call)))
    .items;
const policy = async (changes: Partial<SignInPolicy>) => {
  const admin = await world.signedIn({
    identifier: `${await world.account(orgId, { role: 'org_admin' })}@example.org`,
  });
  const body = { staffSecondFactor: false, oneDevicePerMember: false, approveFirstDevice: false, ...changes };
  accepted(await world.verb(changeSignInPolicy(world.ports), admin, { body }));
};

describe('a device', () => {
  it('shows at every sign-in that it holds its key', async () => {
    await signIn(ann, phone);
    expect(await stateOn(await signIn(ann, phone), phone)).toBe('own');
    const [device] = await own(await signIn(ann, phone));
    expect(device).toMatchObject({ name: 'Test phone', isThis: true, openSessions: 3 });
    expect(device?.keyThumbprint).toMatch(/^[\w-]{43}$/);
  });

  it('under the name of another one, without that one’s key, gets in under no name but its own', async () => {
    await signIn(ann, phone);
    const copy = newPhone(phone.deviceId);
    expect(codeOf(await world.signIn({ identifier: `${ann}@example.org`, ...copy }))).toBe('device-proof-refused');
    const keyless = { identifier: `${ann}@example.org`, deviceId: phone.deviceId };
    expect(codeOf(await world.signIn(keyless))).toBe('device-proof-refused');
    expect(await world.auditOf(orgId)).toEqual(['auth.signed-in', 'auth.sign-in-refused', 'auth.sign-in-refused']);
    const tokens = await signIn(ann, newPhone());
    expect((await own(tokens)).map(({ state }) => state)).toEqual(['own', 'waiting']);
  });

  it('is told that it is not the one before anything else is asked', async () => {
    await signIn(ann, phone);
    const wrong = { identifier: `${ann}@example.org`, password: 'wrong', ...newPhone(phone.deviceId) };
    expect(codeOf(await world.signIn(wrong))).toBe('sign-in-refused');
  });

  it('signs each challenge for one sign-in, in time, under its own name', async () => {
    const claim = await world.device(phone.deviceId, phone.key);
    const come = (device: DeviceClaim) => world.signIn({ identifier: `${ann}@example.org`, device });
    expect(codeOf(await come(claim))).toBeNull();
    expect(codeOf(await come(claim))).toBe('device-proof-refused');
    const late = await world.device(phone.deviceId, phone.key);
    world.clock.advance(5 * 60_000);
    expect(codeOf(await come(late))).toBe('device-proof-refused');
    const elsewhere = await world.device(phone.deviceId, phone.key);
    expect(codeOf(await come({ ...elsewhere, deviceId: uuidv7() }))).toBe('device-proof-refused');
    const foreign = { ...elsewhere, key: phone.key.prove(phone.deviceId, await world.challenge(uuidv7())) };
    expect(codeOf(await come(foreign))).toBe('device-proof-refused');
    const invented = { ...elsewhere, key: phone.key.prove(phone.deviceId, 'A'.repeat(43)) };
    expect(codeOf(await come(invented))).toBe('device-proof-refused');
  });

  it('wins once, of fifty sign-ins with the same challenge at once', async () => {
    const device = await world.device(phone.deviceId, phone.key);
    // Of fifty accounts: to the one that wins the device is known from then on, and its tries are counted by themselves.
    const userIds = await Promise.all(Array.from({ length: 50 }, () => world.account(orgId)));
    const codes = await Promise.all(
      userIds.map(async (userId) => codeOf(await world.signIn({ identifier: `${userId}@example.org`, device }))),
    );
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'device-proof-refused')).toHaveLength(49);
  });

  it('keeps the key that it came with first, where it was bound before there were keys', async () => {
    await world.signedIn({ identifier: `${ann}@example.org`, deviceId: phone.deviceId });
    await world.db.ownerPool.query('UPDATE auth.device SET bound_at = now() WHERE user_id = $1', [ann]);
    expect(await stateOn(await signIn(ann, phone), phone)).toBe('own');
    const copy = { identifier: `${ann}@example.org`, ...newPhone(phone.deviceId) };
    expect(codeOf(await world.signIn(copy))).toBe('device-proof-refused');
  });
});

describe('a further device of a member', () => {
  let tablet: Phone;
  let onTablet: Tokens;
  beforeEach(async () => {
    tablet = newPhone();
    await signIn(ann, phone);
    onTablet = await signIn(ann, tablet);
  });

  it('waits, is in the list of those who look after the member, and is theirs once approved', async () => {
    expect(await stateOn(onTablet, tablet)).toBe('waiting');
    expect(await world.eventsOf('auth.device-waiting', ann)).toMatchObject([{ deviceId: tablet.deviceId }]);
    expect(await waiting()).toMatchObject([{ deviceId: tablet.deviceId, member: { memberId: ann, groupName: '10A' } }]);
    expect(accepted(await approve(tablet))).toMatchObject({ state: 'own' });
    expect(await waiting()).toEqual([]);
    expect(await stateOn(onTablet, phone)).toBe('own');
    expect(await world.eventsOf('auth.device-approved', ann)).toMatchObject([
      { deviceId: tablet.deviceId, approvedBy: { userId: teacher, role: 'supervisor' } },
    ]);
    expect(await world.auditOf(orgId)).toContain('auth.device-approved');
    // Once more changes nothing, and a sign-in there is none of a new device.
    expect(codeOf(await approve(tablet))).toBeNull();
    await signIn(ann, tablet);
    expect(await world.eventsOf('auth.device-approved', ann)).toHaveLength(1);
    expect(await world.eventsOf('auth.device-waiting', ann)).toHaveLength(1);
  });

  it('is told of once, however often somebody signs in there', async () => {
    await signIn(ann, tablet);
    await signIn(ann, tablet);
    expect(await world.eventsOf('auth.device-waiting', ann)).toHaveLength(1);
  });

  it('is out of reach of those who do not look after the member', async () => {
    const other = await world.account(orgId, { role: 'supervisor' });
    expect(codeOf(await approve(tablet, ann, other))).toBe('not-found');
    const list = await asTeacher(
      routes.listWaitingDevices,
      (tx, call) => listWaitingDevices(world.ports)(tx, none, call),
      other,
    );
    expect(accepted(list).items).toEqual([]);
    const devices = await asTeacher(
      routes.listDevicesOf,
      (tx, call) => listDevicesOf(world.ports)(tx, { ...none, params: { memberId: ann } }, call),
      other,
    );
    expect(codeOf(devices)).toBe('not-found');
  });

  it('replaces the one before, where a member has one device', async () => {
    await policy({ oneDevicePerMember: true });
    const onPhone = await signIn(ann, phone);
    accepted(await approve(tablet));
    expect((await own(onTablet)).map(({ state }) => state)).toEqual(['own', 'revoked']);
    expect(await works(onPhone)).toBe(false);
    expect(await works(onTablet)).toBe(true);
    expect(await world.eventsOf('auth.device-revoked', ann)).toMatchObject([
      { deviceId: phone.deviceId, cause: 'replaced', isLost: false },
    ]);
    // And the phone is a new one, should it come back.
    expect(await stateOn(await signIn(ann, phone), phone)).toBe('waiting');
  });

  it('is approved once, of twenty who approve at once', async () => {
    await policy({ oneDevicePerMember: true });
    const answers = await Promise.all(Array.from({ length: 20 }, () => approve(tablet)));
    expect(answers.map(codeOf)).toEqual(Array.from({ length: 20 }, () => null));
    expect(await world.eventsOf('auth.device-approved', ann)).toHaveLength(1);
  });

  it('cannot be approved without a key, revoked, or where it is another member’s', async () => {
    const plain = uuidv7();
    await world.signedIn({ identifier: `${ann}@example.org`, deviceId: plain });
    expect(codeOf(await approve({ ...tablet, deviceId: plain }))).toBe('device-not-approvable');
    accepted(await revoke(tablet));
    expect(codeOf(await approve(tablet))).toBe('device-not-approvable');
    const bob = await world.account(orgId);
    const his = newPhone();
    await signIn(bob, his);
    const tokens = await signIn(ann, his);
    expect(await stateOn(tokens, his)).toBe('of-another');
    expect(codeOf(await approve(his))).toBe('device-not-approvable');
    expect(codeOf(await approve(newPhone()))).toBe('not-found');
  });

  it('is refused: its session ends within a second, and it waits again when it comes back', async () => {
    expect(accepted(await revoke(tablet))).toEqual({ sessionsEnded: 1 });
    const elsewhere = world.otherProcess();
    expect(await elsewhere.verify(onTablet.accessToken)).toBeNull();
    expect(await world.eventsOf('auth.device-revoked', ann)).toMatchObject([{ cause: 'refused' }]);
    expect(await stateOn(await signIn(ann, tablet), tablet)).toBe('waiting');
    expect(await world.eventsOf('auth.device-waiting', ann)).toHaveLength(2);
  });
});

describe('a member’s own devices', () => {
  it('are renamed, and keep that name at the next sign-in', async () => {
    const tokens = await signIn(ann, phone);
    const params = { deviceId: phone.deviceId };
    const renamed = await world.verb(renameOwnDevice(world.ports), tokens, { params, body: { name: 'My red phone' } });
    expect(accepted(renamed)).toMatchObject({ name: 'My red phone' });
    expect((await own(await signIn(ann, phone)))[0]).toMatchObject({ name: 'My red phone' });
    const byTeacher = await asTeacher(routes.renameDevice, (tx, call) =>
      renameDevice(world.ports)(
        tx,
        { ...none, params: { memberId: ann, ...params }, body: { name: 'Ann, red' } },
        call,
      ),
    );
    expect(accepted(byTeacher)).toMatchObject({ name: 'Ann, red' });
    const stranger = await world.signedIn({ identifier: `${await world.account(orgId)}@example.org` });
    const foreign = await world.verb(renameOwnDevice(world.ports), stranger, { params, body: { name: 'Mine' } });
    expect(codeOf(foreign)).toBe('not-found');
  });

  it('are revoked by their owner: after that no device binds itself any more', async () => {
    const laptop = newPhone();
    await signIn(ann, phone);
    const onLaptop = await signIn(ann, laptop);
    const onPhone = await signIn(ann, phone);
    const params = { deviceId: phone.deviceId };
    const body = { isLost: true };
    expect(accepted(await world.verb(revokeOwnDevice(world.ports), onLaptop, { params, body }))).toEqual({
      sessionsEnded: 2,
    });
    expect(await works(onPhone)).toBe(false);
    expect(await world.eventsOf('auth.device-revoked', ann)).toMatchObject([
      { deviceId: phone.deviceId, isLost: true, cause: 'by-owner' },
    ]);
    expect(await stateOn(await signIn(ann, newPhone()), laptop)).toBe('waiting');
    const friends = newPhone();
    expect(await stateOn(await signIn(ann, friends), friends)).toBe('waiting');
    expect(
      codeOf(await world.verb(revokeOwnDevice(world.ports), onLaptop, { params: { deviceId: uuidv7() }, body })),
    ).toBe('not-found');
  });

  it('wait from the first on, where the organization wants to see it', async () => {
    await policy({ approveFirstDevice: true });
    expect(await stateOn(await signIn(ann, phone), phone)).toBe('waiting');
    accepted(await approve(phone));
    expect(await stateOn(await signIn(ann, phone), phone)).toBe('own');
  });

  it('are bound at once by whoever has issued a teacher code', async () => {
    await signIn(ann, newPhone());
    const call = { ...world.call(), ipAddress: '192.0.2.9' };
    const device = await world.device(phone.deviceId, phone.key);
    const deviceApprovedBy = { userId: teacher, role: 'supervisor' as const };
    const opening = { orgId, userId: ann, device, method: 'password' as const, country: null, deviceApprovedBy };
    await world.db.database.inOrganization('auth', orgId, (tx) => openSession(tx, world.ports, opening, call));
    expect(await stateOn(await signIn(ann, phone), phone)).toBe('own');
    expect(await world.eventsOf('auth.device-waiting', ann)).toEqual([]);
    expect(await world.eventsOf('auth.device-approved', ann)).toMatchObject([{ approvedBy: deviceApprovedBy }]);
  });
});
