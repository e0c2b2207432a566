import type { Tokens } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { refreshGraceMs } from './rules/refresh-decision.ts';
import { AuthWorld, accepted, codeOf } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let userId: string;
let deviceId: string;
let first: Tokens;
beforeAll(async () => {
  world = await AuthWorld.create();
});
afterAll(() => world.db.drop());
beforeEach(async () => {
  orgId = await world.organization(`college-${uuidv7()}`);
  userId = await world.account(orgId);
  deviceId = uuidv7();
  first = await world.signedIn({ identifier: `${userId}@example.org`, deviceId });
});
const refresh = async (tokens: Tokens) => accepted(await world.refresh(tokens.refreshToken, deviceId));
const endings = () => world.eventsOf('auth.session-ended', userId);

describe('a refresh', () => {
  it('gives new tokens of the same session', async () => {
    world.clock.advance(9 * 60_000);
    const second = await refresh(first);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    const [before, after] = await Promise.all([
      world.accessTokens.verify(first.accessToken),
      world.accessTokens.verify(second.accessToken),
    ]);
    expect(after).toMatchObject({ userId, orgId, deviceId, sessionId: before?.sessionId });
    expect(await world.auditOf(orgId)).toEqual(['auth.signed-in', 'auth.session-refreshed']);
  });

  it('may be repeated within the grace period and gives the same successor, which works', async () => {
    const second = await refresh(first);
    world.clock.advance(refreshGraceMs);
    const again = await refresh(first);
    expect(again.refreshToken).toBe(second.refreshToken);
    expect(again.refreshExpiresAt).toBe(second.refreshExpiresAt);
    await refresh(again);
    expect(await endings()).toEqual([]);
  });

  it('repeated after the grace period ends the session, for everybody who holds a token of it', async () => {
    const second = await refresh(first);
    world.clock.advance(refreshGraceMs + 1);
    expect(codeOf(await world.refresh(first.refreshToken, deviceId))).toBe('session-ended');
    expect(codeOf(await world.refresh(second.refreshToken, deviceId))).toBe('session-ended');
    world.clock.advance(1000);
    expect(await world.accessTokens.verify(second.accessToken)).toBeNull();
    expect(await endings()).toMatchObject([{ userId, cause: 'refresh-token-reused' }]);
    expect(await world.auditOf(orgId)).toEqual(['auth.signed-in', 'auth.session-refreshed', 'auth.session-revoked']);
  });

  it('with a grandparent ends the session, even at once', async () => {
    await refresh(await refresh(first));
    expect(codeOf(await world.refresh(first.refreshToken, deviceId))).toBe('session-ended');
    expect(await endings()).toHaveLength(1);
  });

  it('from another device ends the session', async () => {
    expect(codeOf(await world.refresh(first.refreshToken, uuidv7()))).toBe('session-ended');
    expect(await endings()).toMatchObject([{ cause: 'foreign-device' }]);
  });

  it('is refused after 30 days without one, and after half a year in any case', async () => {
    const dayMs = 24 * 60 * 60_000;
    let tokens = first;
    for (let month = 0; month < 8; month += 1) {
      world.clock.advance(22 * dayMs);
      tokens = await refresh(tokens);
    }
    world.clock.advance(5 * dayMs);
    expect(codeOf(await world.refresh(tokens.refreshToken, deviceId))).toBe('session-ended');
    const other = await world.signedIn({ identifier: `${userId}@example.org`, deviceId });
    world.clock.advance(30 * dayMs);
    expect(codeOf(await world.refresh(other.refreshToken, deviceId))).toBe('session-ended');
    expect(await endings()).toEqual([]);
  });

  it('is refused for text that is no token, and ends nothing', async () => {
    const forged = `${first.refreshToken.slice(0, 60)}${'A'.repeat(26)}`;
    for (const text of ['x'.repeat(86), forged]) {
      expect(codeOf(await world.refresh(text, deviceId))).toBe('session-ended');
    }
    await refresh(first);
  });

  it('is refused for a suspended account', async () => {
    await world.db.ownerPool.query(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [userId]);
    expect(codeOf(await world.refresh(first.refreshToken, deviceId))).toBe('session-ended');
    expect(await endings()).toMatchObject([{ cause: 'access-changed' }]);
  });
});

describe('refreshes at once', () => {
  it('give 50 callers one successor and end no session', async () => {
    for (let round = 0, tokens = first; round < 5; round += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(tokens)));
      expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
      tokens = answers[0] as Tokens;
      world.clock.advance(60_000);
    }
    expect(await endings()).toEqual([]);
    const count = `SELECT count(*)::int AS tokens FROM auth.refresh_token WHERE org_id = $1`;
    expect((await world.db.ownerPool.query(count, [orgId])).rows).toEqual([{ tokens: 6 }]);
  });

  it('all fail, and end the session once, when the token was stolen', async () => {
    await refresh(first);
    world.clock.advance(refreshGraceMs + 1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.refresh(first.refreshToken, deviceId)));
    expect(answers.map(codeOf)).toEqual(Array.from({ length: 20 }, () => 'session-ended'));
    expect(await endings()).toHaveLength(1);
  });
});

describe('what the database keeps', () => {
  it('contains no token, and no secret of an ended session', async () => {
    const second = await refresh(first);
    const { rows } = await world.db.ownerPool.query<{ dump: string }>(
      `SELECT string_agg(row, E'\\n') AS dump FROM (
        SELECT token::text AS row FROM auth.refresh_token token UNION ALL SELECT session::text FROM auth.session) all_rows`,
    );
    for (const { refreshToken } of [first, second]) {
      const secret = Buffer.from(refreshToken, 'base64url').subarray(32).toString('hex');
      expect(rows[0]?.dump).not.toContain(refreshToken);
      expect(rows[0]?.dump).not.toContain(secret);
    }
    await world.signOut(second.accessToken);
    const left = 'SELECT count(*)::int AS secrets FROM auth.session WHERE family_secret IS NOT NULL AND user_id = $1';
    expect((await world.db.ownerPool.query(left, [userId])).rows).toEqual([{ secrets: 0 }]);
  });
});
