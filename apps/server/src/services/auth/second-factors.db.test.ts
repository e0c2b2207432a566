import { randomBytes } from 'node:crypto';
import type { SecondFactor, Tokens } from '@muster/contracts';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { beginFactor, finishFactor, removePasskey, removeTotp, renewRecoveryCodes } from './factors.ts';
import { finishSignIn } from './finish-sign-in.ts';
import { readSecurity } from './own-security.ts';
import { beginPasskeySignIn, signInByPasskey } from './passkey-sign-in.ts';
import { changeSignInPolicy, readSignInPolicy } from './policy.ts';
import { beginSetUpAtSignIn, finishSetUpAtSignIn } from './set-up-at-sign-in.ts';
import { Authenticator } from './testing/authenticator.ts';
import { takeTotpCode } from './totp.ts';
import { AuthWorld, accepted, codeOf, issuer } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let userId: string;
let deviceId: string;
let session: Tokens;
const device = () => ({ deviceId, name: 'Test phone' });
beforeAll(async () => {
  world = await AuthWorld.create([randomBytes(32)]);
});
afterAll(() => world.db.drop());
beforeEach(async () => {
  orgId = await world.organization(`college-${uuidv7()}`);
  userId = await world.account(orgId, { role: 'supervisor' });
  deviceId = uuidv7();
  session = await world.signedIn({ identifier: `${userId}@example.org`, deviceId });
});

const codeFor = (secret: string): Promise<string> =>
  generate({ secret, epoch: Math.floor(world.clock.now().getTime() / 1000) });
const nextCode = (secret: string): Promise<string> => {
  world.clock.advance(30_000);
  return codeFor(secret);
};
const setUpTotp = async (tokens = session) => {
  const { totp, challenge } = accepted(
    await world.verb(beginFactor(world.ports), tokens, { body: { factor: 'totp' } }),
  );
  const secret = totp?.secret ?? '';
  const factor = { kind: 'totp' as const, code: await codeFor(secret) };
  const { recoveryCodes } = accepted(
    await world.verb(finishFactor(world.ports), tokens, { body: { challenge, factor } }),
  );
  return { secret, recoveryCodes: recoveryCodes ?? [] };
};
const setUpPasskey = async (tokens = session) => {
  const begun = accepted(await world.verb(beginFactor(world.ports), tokens, { body: { factor: 'passkey' } }));
  const authenticator = new Authenticator(issuer);
  const response = authenticator.create(begun.passkey as unknown as Parameters<Authenticator['create']>[0]);
  const factor = { kind: 'passkey' as const, name: 'My phone', response };
  accepted(await world.verb(finishFactor(world.ports), tokens, { body: { challenge: begun.challenge, factor } }));
  return authenticator;
};
const step = () => world.secondStep({ identifier: `${userId}@example.org`, deviceId });
const finish = (challenge: string, proof: SecondFactor, on = deviceId) =>
  world.open(finishSignIn(world.ports), { challenge, device: { deviceId: on, name: 'Test phone' }, proof });

describe('an authenticator app', () => {
  it('is asked for after the password, from then on', async () => {
    const { secret } = await setUpTotp();
    const { step: kind, factors, challenge } = await step();
    expect([kind, factors]).toEqual(['prove', ['totp']]);
    const tokens = accepted(await finish(challenge, { kind: 'code', code: await nextCode(secret) }));
    expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({ userId, orgId, role: 'supervisor' });
    expect(await world.eventsOf('auth.security-changed', userId)).toMatchObject([{ change: 'factor-added' }]);
  });

  it('gives codes of which none works twice, not even the one that set it up', async () => {
    const { secret } = await setUpTotp();
    const first = await codeFor(secret);
    expect(codeOf(await finish((await step()).challenge, { kind: 'code', code: first }))).toBe('proof-refused');
    const second = await nextCode(secret);
    expect(codeOf(await finish((await step()).challenge, { kind: 'code', code: second }))).toBeNull();
    expect(codeOf(await finish((await step()).challenge, { kind: 'code', code: second }))).toBe('proof-refused');
    // The clock was set back: an older code is older still.
    world.clock.advance(-60_000);
    const older = await codeFor(secret);
    expect(codeOf(await finish((await step()).challenge, { kind: 'code', code: older }))).toBe('proof-refused');
    world.clock.advance(60_000);
  });

  it('lets one of 50 parallel tries with one code in, whether of one step or of ten', async () => {
    const { secret } = await setUpTotp();
    const code = await nextCode(secret);
    const challenges: string[] = [];
    // Ten steps are open at a time; the addresses differ, because one address may not try so often.
    for (let index = 0; index < 10; index += 1) {
      const given = { identifier: `${userId}@example.org`, deviceId, ipAddress: `10.9.0.${index}` };
      challenges.push((await world.secondStep(given)).challenge);
      world.clock.advance(10);
    }
    const tries = Array.from({ length: 50 }, (_, index) =>
      finish(challenges[index % 10] ?? '', { kind: 'code', code }),
    );
    const codes = (await Promise.all(tries)).map(codeOf);
    expect(codes.filter((each) => each === null)).toHaveLength(1);
    expect(new Set(codes.filter((each) => each !== null))).not.toContain('internal-error');
  });

  it('gives each code to one of 50 transactions', async () => {
    const { secret } = await setUpTotp();
    for (let round = 0; round < 3; round += 1) {
      const code = await nextCode(secret);
      const take = () =>
        world.db.database.inOrganization('auth', orgId, (tx) =>
          takeTotpCode(tx, world.ports.box, { orgId, userId, code, at: world.clock.now() }),
        );
      const taken = await Promise.all(Array.from({ length: 50 }, take));
      expect(taken.filter(Boolean)).toHaveLength(1);
    }
  });

  it('takes the step back after five wrong codes, and from another device', async () => {
    const { secret } = await setUpTotp();
    const { challenge } = await step();
    expect(codeOf(await finish(challenge, { kind: 'code', code: await codeFor(secret) }, uuidv7()))).toBe('step-ended');
    for (let index = 0; index < 5; index += 1) {
      expect(codeOf(await finish(challenge, { kind: 'code', code: '000000' }))).toBe('proof-refused');
    }
    expect(codeOf(await finish(challenge, { kind: 'code', code: await nextCode(secret) }))).toBe('step-ended');
    expect(await world.auditOf(orgId)).toContain('auth.second-factor-refused');
  });

  it('has its secret in the database only encrypted', async () => {
    const { secret, recoveryCodes } = await setUpTotp();
    const text = `SELECT string_agg(row, E'\\n') AS dump FROM (SELECT totp::text AS row FROM auth.totp
      UNION ALL SELECT challenge::text FROM auth.challenge UNION ALL SELECT recovery_code::text FROM auth.recovery_code
      UNION ALL SELECT outbox::text FROM platform.outbox UNION ALL SELECT entry::text FROM audit.entry) rows`;
    const { rows } = await world.db.ownerPool.query<{ dump: string }>(text);
    for (const plain of [secret, ...recoveryCodes]) expect(rows[0]?.dump).not.toContain(plain);
    // Copied to another user it is of no use: it was sealed for this one.
    const other = await world.account(orgId);
    await world.db.ownerPool.query(
      `INSERT INTO auth.totp SELECT org_id, $2, sealed_secret, confirmed_at, 0 FROM auth.totp WHERE user_id = $1`,
      [userId, other],
    );
    const { challenge } = await world.secondStep({ identifier: `${other}@example.org`, deviceId });
    await expect(finish(challenge, { kind: 'code', code: await nextCode(secret) })).rejects.toThrow();
  });
});

describe('recovery codes', () => {
  it('are ten, work once each, and are told to their owner', async () => {
    const { recoveryCodes } = await setUpTotp();
    expect(new Set(recoveryCodes).size).toBe(10);
    const [one = '', two = ''] = recoveryCodes;
    const use = async (code: string) => codeOf(await finish((await step()).challenge, { kind: 'recovery-code', code }));
    expect(await use(one.toUpperCase().replaceAll('-', ''))).toBeNull();
    expect(await use(one)).toBe('proof-refused');
    const { challenge } = await step();
    const tries = Array.from({ length: 5 }, () => finish(challenge, { kind: 'recovery-code', code: two }));
    expect((await Promise.all(tries)).filter((answer) => codeOf(answer) === null)).toHaveLength(1);
    expect(await world.verb(readSecurity, session)).toMatchObject({ recoveryCodesLeft: 8 });
    const told = await world.eventsOf('auth.security-changed', userId);
    expect(told.filter(({ change }) => change === 'recovery-code-used')).toHaveLength(2);
  });

  it('are replaced by new ones', async () => {
    const { recoveryCodes } = await setUpTotp();
    const fresh = accepted(await world.verb(renewRecoveryCodes(world.ports), session));
    const use = async (code = '') => codeOf(await finish((await step()).challenge, { kind: 'recovery-code', code }));
    expect(await use(recoveryCodes[0])).toBe('proof-refused');
    expect(await use(fresh.recoveryCodes[0])).toBeNull();
  });
});

describe('a passkey', () => {
  const ask = () => world.open(beginPasskeySignIn(world.ports), { deviceId });
  const answer = (response: ReturnType<Authenticator['get']>, on = deviceId) =>
    world.open(signInByPasskey(world.ports), { device: { deviceId: on, name: 'Test phone' }, response });

  it('signs in by itself', async () => {
    const authenticator = await setUpPasskey();
    const tokens = accepted(await answer(authenticator.get(accepted(await ask()))));
    expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({ userId, orgId });
  });

  it('answers each question once, on the device that was asked, at this address, with its owner’s consent', async () => {
    const authenticator = await setUpPasskey();
    const signed = authenticator.get(accepted(await ask()));
    expect(codeOf(await answer(signed, uuidv7()))).toBe('sign-in-refused');
    expect(codeOf(await answer(signed))).toBeNull();
    expect(codeOf(await answer(signed))).toBe('sign-in-refused');
    expect(codeOf(await answer(authenticator.get({ challenge: 'bXkgb3duIHF1ZXN0aW9u' })))).toBe('sign-in-refused');
    authenticator.verifiesUser = false;
    expect(codeOf(await answer(authenticator.get(accepted(await ask()))))).toBe('sign-in-refused');
    authenticator.verifiesUser = true;
    authenticator.origin = 'https://muster.example.evil.test';
    expect(codeOf(await answer(authenticator.get(accepted(await ask()))))).toBe('sign-in-refused');
  });

  it('is refused when a copy of it counts from before', async () => {
    const authenticator = await setUpPasskey();
    authenticator.counter = 7;
    expect(codeOf(await answer(authenticator.get(accepted(await ask()))))).toBeNull();
    authenticator.counter = 3;
    expect(codeOf(await answer(authenticator.get(accepted(await ask()))))).toBe('sign-in-refused');
  });

  it('is no way in for a suspended account, nor under another’s name', async () => {
    const authenticator = await setUpPasskey();
    const other = await world.account(orgId);
    const own = authenticator.userHandle;
    authenticator.userHandle = Buffer.from(`${orgId}${other}`.replaceAll('-', ''), 'hex').toString('base64url');
    expect(codeOf(await answer(authenticator.get(accepted(await ask()))))).toBe('sign-in-refused');
    authenticator.userHandle = own;
    await world.suspend(orgId, userId);
    expect(codeOf(await answer(authenticator.get(accepted(await ask()))))).toBe('sign-in-refused');
  });

  it('is a second factor, too', async () => {
    const authenticator = await setUpPasskey();
    const { factors, challenge, passkey } = await step();
    expect(factors).toEqual(['passkey']);
    const wrong = { kind: 'passkey', response: authenticator.get({ challenge: 'bXkgb3duIHF1ZXN0aW9u' }) } as const;
    expect(codeOf(await finish(challenge, wrong))).toBe('proof-refused');
    const response = authenticator.get(passkey as { challenge: string });
    expect(codeOf(await finish(challenge, { kind: 'passkey', response }))).toBeNull();
  });

  it('belongs to one account of an organization', async () => {
    const authenticator = await setUpPasskey();
    const other = await world.account(orgId);
    const theirs = await world.signedIn({ identifier: `${other}@example.org`, deviceId });
    const begun = accepted(await world.verb(beginFactor(world.ports), theirs, { body: { factor: 'passkey' } }));
    const response = authenticator.create(begun.passkey as unknown as Parameters<Authenticator['create']>[0]);
    const factor = { kind: 'passkey' as const, name: 'Taken', response };
    const body = { challenge: begun.challenge, factor };
    expect(codeOf(await world.verb(finishFactor(world.ports), theirs, { body }))).toBe('proof-refused');
  });
});

describe('an organization that asks its staff for a second factor', () => {
  let admin: Tokens;
  beforeEach(async () => {
    const adminId = await world.account(orgId, { role: 'org_admin' });
    admin = await world.signedIn({ identifier: `${adminId}@example.org`, deviceId });
  });
  const others = { oneDevicePerMember: false, approveFirstDevice: false };
  const require = (staffSecondFactor: boolean) =>
    world.verb(changeSignInPolicy(world.ports), admin, { body: { staffSecondFactor, ...others } });

  it('begins with whoever turns it on, and signs out those who have none', async () => {
    expect(codeOf(await require(true))).toBe('second-factor-required');
    await setUpTotp(admin);
    expect(await require(true)).toEqual({ staffSecondFactor: true, ...others, staff: 2, withSecondFactor: 1 });
    expect(await world.verb(readSignInPolicy, admin)).toMatchObject({ staffSecondFactor: true });
    world.clock.advance(1000);
    expect(await world.accessTokens.verify(session.accessToken)).toBeNull();
    expect(await world.accessTokens.verify(admin.accessToken)).not.toBeNull();
  });

  it('has staff set one up before anything else, and lets members in as before', async () => {
    await setUpTotp(admin);
    await require(true);
    const member = await world.account(orgId);
    expect(codeOf(await world.signIn({ identifier: `${member}@example.org` }))).toBeNull();

    const { step: kind, challenge } = await step();
    expect(kind).toBe('set-up');
    expect(codeOf(await finish(challenge, { kind: 'code', code: '123456' }))).toBe('step-ended');
    const begun = accepted(
      await world.open(beginSetUpAtSignIn(world.ports), { challenge, device: device(), factor: 'totp' }),
    );
    const finishSetUp = (code: string) =>
      world.open(finishSetUpAtSignIn(world.ports), { challenge, device: device(), factor: { kind: 'totp', code } });
    expect(codeOf(await finishSetUp('000000'))).toBe('proof-refused');
    const done = accepted(await finishSetUp(await codeFor(begun.totp?.secret ?? '')));
    expect(done.recoveryCodes).toHaveLength(10);
    expect(await world.accessTokens.verify(done.tokens.accessToken)).toMatchObject({ userId });
    expect(codeOf(await finishSetUp(await nextCode(begun.totp?.secret ?? '')))).toBe('step-ended');
  });

  it('lets nobody who only knows the password add a factor once there is one', async () => {
    await setUpTotp(admin);
    await require(true);
    const stolen = await world.secondStep({ identifier: `${userId}@example.org`, deviceId: uuidv7() });
    const { challenge } = await step();
    const set = { challenge, device: device() };
    const { totp } = accepted(await world.open(beginSetUpAtSignIn(world.ports), { ...set, factor: 'totp' }));
    const factor = { kind: 'totp', code: await codeFor(totp?.secret ?? '') } as const;
    accepted(await world.open(finishSetUpAtSignIn(world.ports), { ...set, factor }));
    const thief = { challenge: stolen.challenge, device: device(), factor: 'totp' } as const;
    expect(codeOf(await world.open(beginSetUpAtSignIn(world.ports), thief))).toBe('step-ended');
  });

  it('does not let the last one be removed', async () => {
    await setUpTotp(admin);
    const authenticator = await setUpPasskey(admin);
    await require(true);
    expect(codeOf(await world.verb(removeTotp(world.ports), admin))).toBeNull();
    const { passkeys } = accepted(await world.verb(readSecurity, admin));
    const params = { passkeyId: passkeys[0]?.passkeyId ?? '' };
    expect(codeOf(await world.verb(removePasskey(world.ports), admin, { params }))).toBe('second-factor-required');
    expect(authenticator.counter).toBe(0);
    await require(false);
    expect(codeOf(await world.verb(removePasskey(world.ports), admin, { params }))).toBeNull();
    expect(await world.verb(readSecurity, admin)).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 });
  });
});
