import { authRoutes, authSecurityRoutes, type RouteDefinition, type Tokens } from '@muster/contracts';
import { generate } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestServer } from '../../platform/http/testing/test-server.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { beginFactor, finishFactor, removePasskey } from './factors.ts';
import { finishSignIn } from './finish-sign-in.ts';
import { authService } from './index.ts';
import { readSecurity } from './own-security.ts';
import { setPasswordByLink } from './password-links.ts';
import { makePasswordLinkFor } from './people-security.ts';
import { refreshGraceMs } from './rules/refresh-decision.ts';
import { beginSetUpAtSignIn } from './set-up-at-sign-in.ts';
import { beginPasskeyStepUp, stepUp } from './step-up.ts';
import { Authenticator } from './testing/authenticator.ts';
import { AuthWorld, accepted, codeOf, issuer, password } from './testing/world.ts';

/**
 * The mistakes that better-auth has published about itself (github.com/better-auth/better-auth/security/advisories), held
 * against Muster: what went wrong elsewhere is a list of what to try here. Each test has the number of its advisory.
 * Those about single sign-on and API keys stand where Muster has them.
 */

let world: AuthWorld;
let orgId: string;
let userId: string;
let deviceId: string;
let session: Tokens;
beforeAll(async () => {
  world = await AuthWorld.create();
});
afterAll(() => world.db.drop());
beforeEach(async () => {
  orgId = await world.organization(`college-${uuidv7()}`);
  userId = await world.account(orgId);
  deviceId = uuidv7();
  session = await world.signedIn({ identifier: `${userId}@example.org`, deviceId });
});
const identifier = () => `${userId}@example.org`;
const device = () => ({ deviceId, name: 'Test phone' });
const codeFor = (secret: string) => generate({ secret, epoch: Math.floor(world.clock.now().getTime() / 1000) });
const setUpTotp = async (tokens: Tokens): Promise<string> => {
  const begun = accepted(await world.verb(beginFactor(world.ports), tokens, { body: { factor: 'totp' } }));
  const secret = begun.totp?.secret ?? '';
  const factor = { kind: 'totp' as const, code: await codeFor(secret) };
  accepted(await world.verb(finishFactor(world.ports), tokens, { body: { challenge: begun.challenge, factor } }));
  world.clock.advance(30_000);
  return secret;
};
const adminSession = async (): Promise<Tokens> => {
  const adminId = await world.account(orgId, { role: 'org_admin' });
  return world.signedIn({ identifier: `${adminId}@example.org`, deviceId });
};
const linkFor = async (admin: Tokens, of = userId) =>
  accepted(await world.verb(makePasswordLinkFor(world.ports), admin, { params: { userId: of } }));
const useLink = (url: string, next: string) =>
  world.open(setPasswordByLink(world.ports), { token: url.split('#')[1] ?? '', password: next });

const ownRoutes: readonly RouteDefinition[] = Object.values({ ...authRoutes, ...authSecurityRoutes });

describe('who somebody is, and what they may, comes from nobody but the server', () => {
  it('CVE-2025-61928: no route takes the user or a privilege out of the body', () => {
    const named = ['userId', 'user', 'role', 'orgId', 'permissions', 'status', 'emailVerified', 'method', 'country'];
    for (const { operation, body, path } of ownRoutes) {
      if (!(body instanceof z.ZodObject)) continue;
      expect([operation, named.filter((name) => name in body.shape)]).toEqual([operation, []]);
      // Unknown members are refused, not carried along.
      const issues = body.safeParse({ role: 'org_admin', userId: uuidv7() }).error?.issues ?? [];
      expect([operation, issues.some(({ code }) => code === 'unrecognized_keys')]).toEqual([operation, true]);
      expect(path).not.toContain(':role');
    }
  });

  it('CVE-2025-61928: without a session nothing but the steps to one is answered', () => {
    const open = ownRoutes.filter(({ access }) => access === 'public').map(({ operation }) => operation);
    expect(open.sort()).toEqual([
      'beginPasskeySignIn',
      'beginSetUpAtSignIn',
      'finishSetUpAtSignIn',
      'finishSignIn',
      'jwks',
      'readPasswordLink',
      'refresh',
      'setPasswordByLink',
      'signIn',
      'signInByPasskey',
    ]);
  });

  it('GHSA-4vcf-q4xf-f48m: nobody removes another’s passkey by its id', async () => {
    const begun = accepted(await world.verb(beginFactor(world.ports), session, { body: { factor: 'passkey' } }));
    const response = new Authenticator(issuer).create(begun.passkey as unknown as { challenge: string });
    const factor = { kind: 'passkey' as const, name: 'Mine', response };
    accepted(await world.verb(finishFactor(world.ports), session, { body: { challenge: begun.challenge, factor } }));
    const [passkey] = accepted(await world.verb(readSecurity, session)).passkeys;
    const params = { passkeyId: passkey?.passkeyId ?? '' };
    expect(codeOf(await world.verb(removePasskey(world.ports), await adminSession(), { params }))).toBe('not-found');
    expect(accepted(await world.verb(readSecurity, session)).passkeys).toHaveLength(1);
  });

  it('GHSA-cq3f-vc6p-68fh: a step that somebody began is finished by nobody else', async () => {
    const admin = await adminSession();
    const begun = accepted(await world.verb(beginFactor(world.ports), session, { body: { factor: 'totp' } }));
    const factor = { kind: 'totp' as const, code: await codeFor(begun.totp?.secret ?? '') };
    const body = { challenge: begun.challenge, factor };
    expect(codeOf(await world.verb(finishFactor(world.ports), admin, { body }))).toBe('step-ended');
    expect(await world.verb(readSecurity, admin)).toMatchObject({ totpSince: null });
  });
});

describe('the second factor', () => {
  it('GHSA-xg6x-h9c9-2m83: there is no session, remembered or not, before it was shown', async () => {
    await setUpTotp(session);
    const before = 'SELECT count(*)::int AS sessions FROM auth.session WHERE user_id = $1';
    const count = async () =>
      (await world.db.ownerPool.query<{ sessions: number }>(before, [userId])).rows[0]?.sessions;
    expect(await count()).toBe(1);
    const step = await world.secondStep({ identifier: identifier(), deviceId });
    expect(await count()).toBe(1);
    expect(JSON.stringify(step)).not.toMatch(/accessToken|refreshToken|eyJ/);
    expect(await world.accessTokens.verify(step.challenge)).toBeNull();
    expect(codeOf(await world.refresh(step.challenge, deviceId))).toBe('session-ended');
  });

  it('GHSA-965c-763c-88jm: what was begun for one purpose serves no other', async () => {
    const admin = await adminSession();
    const secret = await setUpTotp(session);
    const stepUpBegun = accepted(await world.verb(beginPasskeyStepUp(world.ports), session));
    const adding = accepted(await world.verb(beginFactor(world.ports), session, { body: { factor: 'passkey' } }));
    const link = (await linkFor(admin)).url.split('#')[1] ?? '';
    for (const challenge of [stepUpBegun.challenge, adding.challenge, link]) {
      const proof = { kind: 'code' as const, code: await codeFor(secret) };
      expect(codeOf(await world.open(finishSignIn(world.ports), { challenge, device: device(), proof }))).toBe(
        'step-ended',
      );
      const set = { challenge, device: device(), factor: 'totp' as const };
      expect(codeOf(await world.open(beginSetUpAtSignIn(world.ports), set))).toBe('step-ended');
    }
    const { challenge } = await world.secondStep({ identifier: identifier(), deviceId });
    const good = 'seven tired clocks hum';
    expect(codeOf(await useLink(`#${challenge}`, good))).toBe('link-ended');
    const factor = { kind: 'totp' as const, code: await codeFor(secret) };
    expect(codeOf(await world.verb(finishFactor(world.ports), session, { body: { challenge, factor } }))).toBe(
      'step-ended',
    );
    const response = new Authenticator(issuer).get({ challenge: 'AAAA' });
    const proof = { kind: 'passkey' as const, challenge, response };
    expect(codeOf(await world.verb(stepUp(world.ports), session, { body: { proof } }))).toBe('step-ended');
  });
});

describe('what works once', () => {
  it('GHSA-hc7v-rggr-4hvx: a link is used up by the first of many at once', async () => {
    const { url } = await linkFor(await adminSession());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => useLink(url, `seven tired clocks hum ${n}`)),
    );
    expect(answers.filter((answer) => codeOf(answer) === null)).toHaveLength(1);
  });

  it('GHSA-392p-2q2v-4372: a refresh token exchanged by many at once has one successor', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.refresh(session.refreshToken, deviceId)));
    expect(new Set(answers.map((answer) => accepted(answer).refreshToken)).size).toBe(1);
    const text = `SELECT count(*)::int AS tokens FROM auth.refresh_token WHERE org_id = $1`;
    expect((await world.db.ownerPool.query(text, [orgId])).rows).toEqual([{ tokens: 2 }]);
  });

  it('GHSA-pw9m-5jxm-xr6h: a refresh token that is replayed ends its whole family', async () => {
    const next = accepted(await world.refresh(session.refreshToken, deviceId));
    world.clock.advance(refreshGraceMs + 1);
    expect(codeOf(await world.refresh(session.refreshToken, deviceId))).toBe('session-ended');
    expect(codeOf(await world.refresh(next.refreshToken, deviceId))).toBe('session-ended');
    expect(await world.otherProcess().verify(next.accessToken)).toBeNull();
  });
});

describe('accounts and addresses', () => {
  it('GHSA-fmh4-wcc4-5jm3: a link is for one account; that an address is the same opens nothing', async () => {
    const elsewhere = await world.organization(`other-${uuidv7()}`);
    const twin = await world.account(elsewhere, { email: identifier() });
    const { url } = await linkFor(await adminSession());
    expect(codeOf(await useLink(url, 'seven tired clocks hum'))).toBeNull();
    const changed = 'SELECT user_id FROM auth.credential WHERE changed_at = $1 AND user_id = ANY($2)';
    const { rows } = await world.db.ownerPool.query(changed, [world.clock.now(), [userId, twin]]);
    expect(rows).toContainEqual({ user_id: userId });
    expect(codeOf(await world.signIn({ identifier: identifier(), password: 'seven tired clocks hum' }))).toBe(
      'sign-in-refused',
    );
  });

  it('GHSA-g38m-r43w-p2q7: nobody makes an account for an address that is not theirs', () => {
    const made = ownRoutes.filter(({ operation, path }) => /sign-?up|register/i.test(`${operation} ${path}`));
    expect(made).toEqual([]);
  });

  it('GHSA-qq9h-g4jm-xgf3: whoever had a way into the account before its owner set the password is out', async () => {
    const { url } = await linkFor(await adminSession());
    expect(codeOf(await useLink(url, 'seven tired clocks hum'))).toBeNull();
    expect(await world.otherProcess().verify(session.accessToken)).toBeNull();
    expect(codeOf(await world.refresh(session.refreshToken, deviceId))).toBe('session-ended');
    expect(codeOf(await world.signIn({ identifier: identifier(), password }))).toBe('sign-in-refused');
  });

  it('GHSA-2vg6-77g8-24mp: the sessions of who has left, or is gone altogether, are over', async () => {
    await world.db.ownerPool.query(`UPDATE users.account SET status = 'left' WHERE id = $1`, [userId]);
    expect(await world.otherProcess().verify(session.accessToken)).toBeNull();
    expect(codeOf(await world.refresh(session.refreshToken, deviceId))).toBe('session-ended');
    const other = await world.account(orgId);
    const theirs = await world.signedIn({ identifier: `${other}@example.org`, deviceId });
    await world.db.ownerPool.query('DELETE FROM users.account WHERE id = $1', [other]);
    expect(await world.otherProcess().verify(theirs.accessToken)).toBeNull();
    expect(codeOf(await world.refresh(theirs.refreshToken, deviceId))).toBe('session-ended');
  });

  it('GHSA-569q-mpph-wgww, CVE-2024-56734: links lead where the configuration says, whoever asks', async () => {
    const { url } = await linkFor(await adminSession());
    expect(new URL(url).origin).toBe(issuer);
    const takes = ownRoutes.filter(({ body, query }) =>
      [body, query].some(
        (part) =>
          part instanceof z.ZodObject && Object.keys(part.shape).some((name) => /url|redirect|callback/i.test(name)),
      ),
    );
    expect(takes).toEqual([]);
  });
});

describe('the edges', () => {
  it('GHSA-p6v2-xcpg-h6xw: the addresses of one IPv6 network have one count of tries', async () => {
    const codes: (string | null)[] = [];
    const addresses = ['2001:db8:1:2::', '2001:DB8:1:2:0:0:0:', '2001:0db8:0001:0002:ffff::'];
    for (let index = 0; index < 12; index += 1) {
      const ipAddress = `${addresses[index % 3]}${(index + 1).toString(16)}`;
      codes.push(codeOf(await world.signIn({ identifier: identifier(), password: 'wrong', ipAddress })));
    }
    expect(codes.indexOf('too-many-requests')).toBe(10);
    const next = { identifier: identifier(), password: 'wrong', ipAddress: '2001:db8:1:3::1' };
    expect(codeOf(await world.signIn(next))).toBe('sign-in-refused');
  });

  it('GHSA-9h47-pqcx-hjr4: tokens without a signature, or signed with another algorithm, are none', async () => {
    const [, payload] = session.accessToken.split('.');
    for (const alg of ['none', 'None', 'HS256', 'RS256']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt' })).toString('base64url');
      expect(await world.otherProcess().verify(`${header}.${payload}.`)).toBeNull();
    }
  });

  it('GHSA-x732-6j76-qmhm: another spelling of an address is another address, or has the same limits', async () => {
    const rateLimits = { perAddressPerMinute: 5, perUserPerMinute: 5 };
    const server = await startTestServer((ports) => [authService.create(ports)], { settings: { rateLimits } });
    try {
      const body = JSON.stringify({ identifier: 'x', password: 'x', device: device() });
      const headers = { 'content-type': 'application/json' };
      const post = async (path: string) =>
        (await fetch(`${server.url}${path}`, { method: 'POST', headers, body })).status;
      const spellings = [
        '//v1/auth/sign-in',
        '/v1//auth/sign-in',
        '/v1/auth/sign-in/',
        '/V1/AUTH/SIGN-IN',
        '/v1/auth/./sign-in',
        '/v1/auth/%73ign-in',
      ];
      const statuses: number[] = [];
      for (let round = 0; round < 3; round += 1) for (const path of spellings) statuses.push(await post(path));
      // Those that lead to the sign-in at all are counted together.
      expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
      expect(new Set(statuses)).not.toContain(200);
      expect(await post('/v1/auth/sign-in')).toBe(statuses.includes(429) ? 429 : 401);
    } finally {
      await server.close();
    }
  });
});
