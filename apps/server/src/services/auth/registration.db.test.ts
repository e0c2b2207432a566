import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  type DeviceClaim,
  type DevicePublicKey,
  deviceStatement,
  type RegistrationCode,
  type Role,
  type RouteDefinition,
  registrationRoutes as routes,
} from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { thumbprintOf } from '../../platform/device-signature.ts';
import type { Verb } from '../../platform/http/call.ts';
import { Problem } from '../../platform/http/problem.ts';
import { inCallOf } from '../../platform/http/testing/in-call-of.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { challengeDevice } from './device-proof.ts';
import { signIn } from './sign-in.ts';
import { confirmDevice, readRegistration, register } from './registration.ts';
import { expireTeacherCodes, issueTeacherCode, readTeacherCode, withdrawTeacherCode } from './teacher-codes.ts';
import { accepted, AuthWorld, codeOf } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let slug: string;
let teacher: string;
let admin: string;
let member: string;
/** Another address for each test: what one tries wrong does not stop the next. */
let ipAddress: string;
let addresses = 0;
const good = 'seven quiet lanterns';

beforeAll(async () => {
  world = await AuthWorld.create([randomBytes(32)]);
});
afterAll(() => world.db.drop());
beforeEach(async () => {
  slug = `college-${uuidv7().slice(-12)}`;
  orgId = await world.organization(slug);
  addresses += 1;
  ipAddress = `10.0.${addresses}.1`;
  teacher = await world.account(orgId, { role: 'supervisor' });
  admin = await world.account(orgId, { role: 'org_admin' });
  member = await newcomer();
  await inClassOf(teacher, member);
});

/** A member without a password. */
const newcomer = async (): Promise<string> => {
  const userId = uuidv7();
  await world.db.ownerPool.query(
    `INSERT INTO users.account (org_id, id, role, display_name, number) VALUES ($1, $2, 'member', 'Nia Berg', $3)`,
    [orgId, userId, userId.slice(-12)],
  );
  return userId;
};
const inClassOf = async (supervisorId: string, memberId: string): Promise<void> => {
  const [siteId, groupId] = [uuidv7(), uuidv7()];
  const run = (text: string, values: unknown[]) => world.db.ownerPool.query(text, values);
  await run(
    `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
     VALUES ($1, $2, 'Campus', 'Street', 'Europe/Vienna', 47, 15)`,
    [orgId, siteId],
  );
  await run(`INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, '4b')`, [
    orgId,
    groupId,
    siteId,
  ]);
  await run('INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)', [
    orgId,
    memberId,
    siteId,
    groupId,
  ]);
  await run('INSERT INTO users.assignment (org_id, supervisor_id, group_id) VALUES ($1, $2, $3)', [
    orgId,
    supervisorId,
    groupId,
  ]);
};

const as = <R extends RouteDefinition>(
  route: R,
  verb: Verb<R>,
  userId: string,
  memberId: string,
  role: Role = 'supervisor',
) =>
  inCallOf(world.db.database, route, { orgId, userId, role }, world.clock.now(), (tx, call) =>
    verb(tx, { params: { memberId } } as never, call),
  ).catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
const issue = (memberId = member, by = teacher, role: Role = 'supervisor') =>
  as(routes.issueTeacherCode, issueTeacherCode(world.ports), by, memberId, role);
const issued = async (...given: Parameters<typeof issue>) => accepted(await issue(...given));
const stateOf = async (memberId = member) =>
  accepted(await as(routes.readTeacherCode, readTeacherCode(world.ports), teacher, memberId)).newest?.state;
const typed = (code: string): RegistrationCode => ({ organization: slug, code });
const look = (by: RegistrationCode, from = ipAddress) =>
  world.open(readRegistration(world.ports), { by }, { ipAddress: from });
/** A phone with a key of its own, that proves it. */
const phone = (deviceId = uuidv7()) => {
  const { privateKey, publicKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const publicKey: DevicePublicKey = { kty: 'EC', crv: 'P-256', x, y };
  const thumbprint = thumbprintOf(publicKey);
  const claim = async (): Promise<DeviceClaim> => {
    const { challenge } = accepted(await world.open(challengeDevice(world.ports), { deviceId }));
    const statement = Buffer.from(deviceStatement({ deviceId, challenge, thumbprint }));
    const signature = sign('sha256', statement, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return { deviceId, name: 'Test phone', key: { publicKey, challenge, signature } };
  };
  return { deviceId, claim };
};
const use = async (
  by: RegistrationCode,
  {
    password,
    on = phone(),
    from = ipAddress,
  }: { password?: string; on?: ReturnType<typeof phone>; from?: string } = {},
) => {
  const device = await on.claim();
  return world.open(
    register(world.ports),
    { by, device, ...(password === undefined ? {} : { password }) },
    { ipAddress: from },
  );
};
const boundTo = async (userId: string) => {
  const { rows } = await world.db.ownerPool.query<{ id: string }>(
    'SELECT device_id AS id FROM auth.device WHERE user_id = $1 AND bound_at IS NOT NULL AND revoked_at IS NULL',
    [userId],
  );
  return rows.map(({ id }) => id);
};
/** The code with another character at this place. */
const spoiled = (code: string, index: number): string =>
  [...code].map((character, at) => (at === index ? (character === 'A' ? 'B' : 'A') : character)).join('');

describe('a teacher code', () => {
  it('names its member, sets a password, binds the device, signs in, and is used up', async () => {
    const { code, organization, link } = await issued();
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(organization).toBe(slug);
    expect(link).toMatch(/^https:\/\/muster\.example\/register#[\w-]{64}$/);
    expect(await stateOf()).toBe('open');
    expect(await look(typed(code.toLowerCase().replace('-', ' ')))).toEqual({
      displayName: 'Nia Berg',
      organizationName: slug,
      needsPassword: true,
      minLength: 15,
    });
    expect(codeOf(await use(typed(code)))).toBe('password-unsuitable');
    expect(codeOf(await use(typed(code), { password: 'short' }))).toBe('password-unsuitable');
    const on = phone();
    const tokens = accepted(await use(typed(code), { password: good, on }));
    expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({
      userId: member,
      deviceId: on.deviceId,
    });
    expect(await boundTo(member)).toEqual([on.deviceId]);
    expect(await stateOf()).toBe('used');
    expect(codeOf(await use(typed(code), { password: good }))).toBe('teacher-code-refused');
    await world.signedIn({ identifier: member.slice(-12), organization: slug, password: good });
    const actions = await world.auditOf(orgId);
    for (const action of [
      'auth.teacher-code-issued',
      'auth.teacher-code-used',
      'auth.password-set-by-code',
      'auth.signed-in',
    ])
      expect(actions).toContain(action);
    expect(await world.eventsOf('auth.security-changed', member)).toMatchObject([
      { change: 'password', byOther: false },
    ]);
  });

  it('is scanned as well as typed, whatever others at the same address have typed', async () => {
    const { link } = await issued();
    const by = { token: link.split('#')[1] ?? '' };
    for (let tries = 0; tries < 70; tries += 1) await look(typed('0000-0000'));
    expect(codeOf(await look(typed('0000-0000')))).toBe('too-many-requests');
    expect(await look(by)).toMatchObject({ displayName: 'Nia Berg' });
    accepted(await use(by, { password: good }));
    expect(codeOf(await use(by, { password: good }))).toBe('teacher-code-refused');
  });

  it('needs no password from who has one, replaces a forgotten one, and moves to the new phone', async () => {
    await world.db.ownerPool.query(
      'INSERT INTO auth.policy (org_id, staff_second_factor, changed_at, one_device_per_member) VALUES ($1, false, now(), true)',
      [orgId],
    );
    const [first, second, third] = [phone(), phone(), phone()];
    accepted(await use(typed((await issued()).code), { password: good, on: first }));
    const again = await issued();
    expect(await look(typed(again.code))).toMatchObject({ needsPassword: false });
    accepted(await use(typed(again.code), { on: second }));
    expect(await boundTo(member)).toEqual([second.deviceId]);
    accepted(await use(typed((await issued()).code), { password: 'nine loud kettles hum', on: third }));
    expect(codeOf(await world.signIn({ identifier: member.slice(-12), organization: slug, password: good }))).toBe(
      'sign-in-refused',
    );
    // Who knew the password from before is out.
    expect((await world.eventsOf('auth.session-ended', member)).length).toBe(2);
  });

  it('stands in no table: only its hashes', async () => {
    const { code, link } = await issued();
    const { rows } = await world.db.ownerPool.query<{ all: string }>(
      `SELECT coalesce(string_agg(line, ' '), '') AS all FROM (
         SELECT teacher_code::text AS line FROM auth.teacher_code UNION ALL SELECT outbox::text FROM platform.outbox UNION ALL SELECT entry::text FROM audit.entry) lines`,
    );
    for (const secret of [code, code.replace('-', ''), link.slice(-30)]) expect(rows[0]?.all).not.toContain(secret);
  });

  it('works once, also when fifty use it at the same moment', async () => {
    const { code } = await issued();
    const answers = await Promise.all(Array.from({ length: 50 }, () => use(typed(code), { password: good })));
    expect(answers.filter((answer) => !(answer instanceof Problem))).toHaveLength(1);
    expect(answers.filter((answer) => codeOf(answer) === 'teacher-code-refused')).toHaveLength(49);
    expect(await boundTo(member)).toHaveLength(1);
    const uses = (await world.auditOf(orgId)).filter((action) => action === 'auth.teacher-code-used');
    expect(uses).toHaveLength(1);
  });

  it('ends when another one is issued, when it is withdrawn, with time, and with the account', async () => {
    const [first, second] = [await issued(), await issued()];
    expect(codeOf(await look(typed(first.code)))).toBe('teacher-code-refused');
    accepted(await look(typed(second.code)));
    await as(routes.withdrawTeacherCode, withdrawTeacherCode(world.ports), teacher, member);
    expect(codeOf(await look(typed(second.code)))).toBe('teacher-code-refused');
    expect(await stateOf()).toBe('withdrawn');
    const third = await issued();
    const before = world.clock.now();
    world.clock.set(new Date(before.getTime() + 15 * 60_000));
    expect(codeOf(await look(typed(third.code)))).toBe('teacher-code-refused');
    expect(await stateOf()).toBe('expired');
    await expireTeacherCodes(world.ports)();
    await expireTeacherCodes(world.ports)();
    world.clock.set(before);
    const fourth = await issued();
    await world.db.ownerPool.query(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [member]);
    expect(codeOf(await use(typed(fourth.code), { password: good }))).toBe('teacher-code-refused');
    expect(codeOf(await issue())).toBe('person-invalid');
    const actions = await world.auditOf(orgId);
    const count = (action: string) => actions.filter((each) => each === action).length;
    expect(count('auth.teacher-code-issued')).toBe(4);
    expect(count('auth.teacher-code-withdrawn')).toBe(2);
    expect(count('auth.teacher-code-expired')).toBe(1);
    expect(count('auth.teacher-code-refused')).toBeGreaterThanOrEqual(3);
  });

  it('is issued by who reaches the member, and by nobody else', async () => {
    const other = await world.account(orgId, { role: 'supervisor' });
    expect(codeOf(await issue(member, other))).toBe('not-found');
    expect(codeOf(await issue(await newcomer(), teacher))).toBe('not-found');
    expect(codeOf(await issue(member, admin, 'org_admin'))).toBeNull();
    expect(codeOf(await issue(member, member, 'member'))).toBe('not-permitted');
    expect(codeOf(await issue(teacher, admin, 'org_admin'))).toBe('not-found');
    const elsewhere = await world.account(await world.organization(`canary-${uuidv7().slice(-8)}`));
    expect(codeOf(await issue(elsewhere, admin, 'org_admin'))).toBe('not-found');
  });

  it('asks for the second factor of who has one, as a password does', async () => {
    await world.db.ownerPool.query(
      `INSERT INTO auth.totp (org_id, user_id, sealed_secret, confirmed_at, last_step) VALUES ($1, $2, 'x.y', now(), 0)`,
      [orgId, member],
    );
    const { code } = await issued();
    expect(codeOf(await use(typed(code), { password: 'eight chars, and a factor' }))).toBe('second-factor-needed');
    expect(codeOf(await use(typed(code), { password: good }))).toBe('teacher-code-refused');
    expect(await boundTo(member)).toEqual([]);
  });
});

describe('wrong tries', () => {
  it('lock a code whose first half they have, from wherever they come', async () => {
    const { code } = await issued();
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, index) => look(typed(spoiled(code, 7)), `10.9.${index}.1`)),
    );
    expect(new Set(tries.map(codeOf))).toEqual(new Set(['teacher-code-refused']));
    expect(codeOf(await look(typed(code)))).toBe('teacher-code-refused');
    expect(await stateOf()).toBe('locked');
    const actions = await world.auditOf(orgId);
    expect(actions.filter((action) => action === 'auth.teacher-code-locked')).toHaveLength(1);
    expect(actions.filter((action) => action === 'auth.teacher-code-refused')).toHaveLength(20);
  });

  it('of others do not lock it, however many', async () => {
    const { code } = await issued();
    for (let index = 0; index < 200; index += 1) {
      const guess = `${index.toString(32).toUpperCase().padStart(4, '0')}-0000`.replaceAll(/[UOIL]/g, 'Z');
      if (guess.slice(0, 4) === code.slice(0, 4)) continue;
      await look(typed(guess), `10.8.${index}.1`);
    }
    accepted(await use(typed(code), { password: good }));
  });

  it('four are forgiven', async () => {
    const { code } = await issued();
    for (let tries = 0; tries < 4; tries += 1) await look(typed(spoiled(code, 5)));
    accepted(await use(typed(code), { password: good }));
  });

  it('stop an address for a while, and no other one', async () => {
    const { code } = await issued();
    for (let tries = 0; tries < 60; tries += 1) await look(typed('0000-0000'));
    expect(codeOf(await look(typed(code)))).toBe('too-many-requests');
    accepted(await look(typed(code), '10.7.7.7'));
  });

  it('are answered alike, whatever is wrong', async () => {
    const { code } = await issued();
    const answers = await Promise.all([
      look(typed(spoiled(code, 0))),
      look(typed(spoiled(code, 7))),
      look({ organization: 'nobody-is-called-so', code }),
      look(typed('not a code')),
      look({ token: 'x'.repeat(64) }),
    ]);
    const shown = answers.map((answer) =>
      answer instanceof Problem ? JSON.stringify([answer.code, answer.details]) : answer,
    );
    expect(new Set(shown).size).toBe(1);
  });
});

describe('a device that is not confirmed', () => {
  it('is confirmed by a code of its member, and by no other', async () => {
    accepted(await use(typed((await issued()).code), { password: good }));
    const { deviceId, claim } = phone();
    const credentials = { identifier: member.slice(-12), organization: slug, password: good };
    const tokens = accepted(await world.open(signIn(world.ports), { ...credentials, device: await claim() }));
    expect(await boundTo(member)).not.toContain(deviceId);
    const confirm = (code: string) => world.verb(confirmDevice(world.ports), tokens, { body: { by: { code } } });
    expect(codeOf(await confirm('0000-0000'))).toBe('teacher-code-refused');
    const other = await newcomer();
    const theirs = await issued(other, admin, 'org_admin');
    expect(codeOf(await confirm(theirs.code))).toBe('teacher-code-refused');
    const { code } = await issued();
    expect(await confirm(code)).toBeNull();
    expect(await boundTo(member)).toContain(deviceId);
    expect(codeOf(await confirm(code))).toBe('teacher-code-refused');
  });
});
