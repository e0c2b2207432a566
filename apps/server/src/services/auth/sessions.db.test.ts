import type { Tokens } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { beginFactor, finishFactor } from './factors.ts';
import { endSessionsOf, readSecurityOf, resetFactorsOf } from './people-security.ts';
import { endOtherSessions, endSession, listSessions } from './sessions.ts';
import { beginPasskeyStepUp, stepUp } from './step-up.ts';
import { Authenticator } from './testing/authenticator.ts';
import { AuthWorld, accepted, codeOf, issuer, password } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let userId: string;
let phone: Tokens;
let laptop: Tokens;
beforeAll(async () => {
  world = await AuthWorld.create();
});
afterAll(() => world.db.drop());
beforeEach(async () => {
  orgId = await world.organization(`college-${uuidv7()}`);
  userId = await world.account(orgId);
  phone = await world.signedIn({ identifier: `${userId}@example.org`, ipAddress: '193.171.255.1' });
  world.clock.advance(60_000);
  laptop = await world.signedIn({ identifier: `${userId}@example.org` });
});
const list = async (tokens = phone) => accepted(await world.verb(listSessions(world.ports), tokens)).items;
const works = async (tokens: Tokens) => (await world.otherProcess().verify(tokens.accessToken)) !== null;

describe('own sessions', () => {
  it('are listed with device, country, since and last use, the newest first', async () => {
    const sessions = await list();
    expect(sessions).toMatchObject([
      { deviceName: 'Test phone', method: 'password', country: null, isThis: false },
      { deviceName: 'Test phone', method: 'password', country: 'AT', isThis: true },
    ]);
    expect(Date.parse(sessions[0]?.lastUsedAt ?? '')).toBe(world.clock.now().getTime());
  });

  it('end one by one, or all but this one; nobody else’s do', async () => {
    const other = await world.account(orgId);
    const theirs = await world.signedIn({ identifier: `${other}@example.org` });
    const [newest] = await list();
    const params = { sessionId: newest?.sessionId ?? '' };
    expect(codeOf(await world.verb(endSession(world.ports), theirs, { params }))).toBe('not-found');
    expect(codeOf(await world.verb(endSession(world.ports), phone, { params }))).toBeNull();
    expect(await works(laptop)).toBe(false);
    expect(codeOf(await world.verb(endSession(world.ports), phone, { params }))).toBe('not-found');
    const again = await world.signedIn({ identifier: `${userId}@example.org` });
    expect(await world.verb(endOtherSessions(world.ports), phone)).toEqual({ ended: 1 });
    expect([await works(again), await works(phone), await works(theirs)]).toEqual([false, true, true]);
    expect(await world.auditOf(orgId)).toContain('auth.sessions-ended');
  });

  it('are not listed once they have run out', async () => {
    world.clock.advance(31 * 24 * 60 * 60_000);
    const fresh = await world.signedIn({ identifier: `${userId}@example.org` });
    expect(await list(fresh)).toHaveLength(1);
  });

  it('and factors are told to an administrator, as far as it takes to help', async () => {
    const adminId = await world.account(orgId, { role: 'org_admin' });
    const admin = await world.signedIn({ identifier: `${adminId}@example.org` });
    await addPasskey(laptop);
    const told = accepted(await world.verb(readSecurityOf(world.ports), admin, { params: { userId } }));
    expect(told).toMatchObject({ passkeys: 1, lastSignInAt: world.clock.now().toISOString() });
    expect(told.sessions.map(({ method }) => method)).toEqual(['password', 'password']);
    // Where somebody was is for their own eyes.
    expect(JSON.stringify(told)).not.toContain('AT');
    const elsewhere = await world.account(await world.organization(`elsewhere-${uuidv7()}`), { role: 'org_admin' });
    const stranger = await world.signedIn({ identifier: `${elsewhere}@example.org` });
    expect(codeOf(await world.verb(readSecurityOf(world.ports), stranger, { params: { userId } }))).toBe('not-found');
  });

  it('are all ended by an administrator, who may also reset lost second factors', async () => {
    const adminId = await world.account(orgId, { role: 'org_admin' });
    const admin = await world.signedIn({ identifier: `${adminId}@example.org` });
    const params = { userId };
    expect(await world.verb(endSessionsOf(world.ports), admin, { params })).toEqual({ ended: 2 });
    expect([await works(phone), await works(laptop)]).toEqual([false, false]);
    const again = await world.signedIn({ identifier: `${userId}@example.org` });
    await addPasskey(again);
    expect(codeOf(await world.signIn({ identifier: `${userId}@example.org` }))).toBe('second-factor-needed');
    expect(codeOf(await world.verb(resetFactorsOf(world.ports), admin, { params }))).toBeNull();
    expect(codeOf(await world.signIn({ identifier: `${userId}@example.org` }))).toBeNull();
    expect(await world.eventsOf('auth.security-changed', userId)).toMatchObject([{}, { byOther: true }]);
  });
});

const addPasskey = async (tokens: Tokens): Promise<Authenticator> => {
  const begun = accepted(await world.verb(beginFactor(world.ports), tokens, { body: { factor: 'passkey' } }));
  const authenticator = new Authenticator(issuer);
  const response = authenticator.create(begun.passkey as unknown as Parameters<Authenticator['create']>[0]);
  const factor = { kind: 'passkey' as const, name: 'My phone', response };
  accepted(await world.verb(finishFactor(world.ports), tokens, { body: { challenge: begun.challenge, factor } }));
  return authenticator;
};

describe('showing once more that it is you', () => {
  const proved = async (tokens = phone) => {
    const actor = await world.accessTokens.verify(tokens.accessToken);
    return actor !== null && world.accessTokens.hasProvedLately(actor);
  };
  const prove = (proof: Parameters<ReturnType<typeof stepUp>>[1]['body']['proof']) =>
    world.verb(stepUp(world.ports), phone, { body: { proof } });

  it('holds for five minutes, as a sign-in does, and for this session only', async () => {
    expect(await proved()).toBe(true);
    world.clock.advance(4 * 60_000);
    expect(await proved()).toBe(false);
    expect(codeOf(await prove({ kind: 'password', password: 'wrong' }))).toBe('proof-refused');
    expect(await proved()).toBe(false);
    const { provedUntil } = accepted(await prove({ kind: 'password', password }));
    expect(Date.parse(provedUntil) - world.clock.now().getTime()).toBe(5 * 60_000);
    world.clock.advance(4 * 60_000);
    expect([await proved(), await proved(laptop)]).toEqual([true, false]);
    world.clock.advance(60_000);
    expect(await proved()).toBe(false);
    const log = await world.auditOf(orgId);
    expect(log).toContain('auth.proved');
    expect(log).toContain('auth.proof-refused');
  });

  it('works by passkey, once for each question', async () => {
    const authenticator = await addPasskey(phone);
    world.clock.advance(5 * 60_000);
    const { challenge, passkey } = accepted(await world.verb(beginPasskeyStepUp(world.ports), phone));
    const response = authenticator.get(passkey as { challenge: string });
    expect(codeOf(await prove({ kind: 'passkey', challenge, response }))).toBeNull();
    expect(await proved()).toBe(true);
    expect(codeOf(await prove({ kind: 'passkey', challenge, response }))).toBe('step-ended');
  });

  it('cannot be tried for ever', async () => {
    const codes: (string | null)[] = [];
    for (let index = 0; index < 12; index += 1)
      codes.push(codeOf(await prove({ kind: 'password', password: 'wrong' })));
    expect(codes.indexOf('too-many-requests')).toBe(10);
  });
});

describe('a sign-in that is out of the ordinary', () => {
  const anomalies = async (of = userId) => (await world.eventsOf('auth.sign-in-anomaly', of)).map(({ kind }) => kind);

  it('from another country, faster than anybody travels, is an event with evidence in words', async () => {
    expect(await anomalies()).toEqual([]);
    // Tokyo, an hour after Vienna.
    await world.signedIn({ identifier: `${userId}@example.org`, ipAddress: '202.12.27.33' });
    expect(await anomalies()).toEqual(['new-country', 'impossible-travel']);
    const [first] = await world.eventsOf('auth.sign-in-anomaly', userId);
    expect(first).toMatchObject({ userId, sentence: expect.stringContaining('Japan') });
    expect(JSON.stringify(first?.['innocentExplanations'])).toContain('VPN');
  });

  it('of a fourth account on one device within a day is one, too', async () => {
    const deviceId = uuidv7();
    const users = [userId];
    for (let index = 0; index < 3; index += 1) users.push(await world.account(orgId));
    for (const user of users) await world.signedIn({ identifier: `${user}@example.org`, deviceId });
    expect(await Promise.all(users.map((user) => anomalies(user)))).toEqual([[], [], [], ['many-accounts']]);
    await world.signedIn({ identifier: `${users[3]}@example.org`, deviceId });
    expect(await anomalies(users[3])).toEqual(['many-accounts']);
  });
});
