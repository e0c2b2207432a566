import type { Tokens } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { seededRandom } from '../../platform/seeded-random.ts';
import { openSession, tokensOf } from './open-session.ts';
import { refreshGraceMs } from './rules/refresh-decision.ts';
import { AuthWorld, codeOf } from './testing/world.ts';

/**
 * A thousand families, each with its owner and somebody who holds a copy of a token. The model is three lines long: who
 * presents the token that was just exchanged, from the same device, within the grace period, is given what its owner was
 * given; everything else that was exchanged ends the family.
 */
const families = 1000;
const seed = 20_261_123;

let world: AuthWorld;
let orgId: string;
beforeAll(async () => {
  world = await AuthWorld.create();
  orgId = await world.organization('college');
});
afterAll(() => world.db.drop());

interface Family {
  readonly deviceId: string;
  readonly first: Tokens;
  /** 0: a repeat within the grace period; 1: after it; 2: of a grandparent; 3: from another device. */
  readonly kind: number;
  readonly callers: number;
}
const familiesAtOnce = 50;

/** Without the password, whose hash would be most of the work. */
const newFamily = async (userId: string, random: () => number): Promise<Family> => {
  const deviceId = uuidv7();
  const opened = await world.db.database.inOrganization('auth', orgId, (tx) => {
    const device = { deviceId, name: 'Test phone' };
    return openSession(tx, world.ports, { orgId, userId, device, method: 'password', country: null }, world.call());
  });
  if (opened === null) throw new Error('the account is not active');
  const first = await tokensOf(world.ports, opened);
  return { deviceId, first, kind: Math.floor(random() * 4), callers: 2 + Math.floor(random() * 4) };
};
const refresh = ({ deviceId }: Family, tokens: Tokens, on = deviceId) => world.refresh(tokens.refreshToken, on);

/** Together, whoever comes first: one exchange, one successor for all. */
const exchange = async (family: Family): Promise<Tokens> => {
  const answers = await Promise.all(Array.from({ length: family.callers }, () => refresh(family, family.first)));
  expect(answers.map(codeOf)).toEqual(answers.map(() => null));
  expect(new Set(answers.map((answer) => (answer as Tokens).refreshToken)).size).toBe(1);
  return answers[0] as Tokens;
};

/** Somebody presents what they copied while the owner goes on: both are out, and stay out. */
const steal = async (family: Family, owned: Tokens): Promise<void> => {
  const elsewhere = family.kind === 3 ? uuidv7() : undefined;
  const thief = refresh(family, family.first, elsewhere);
  const [stolen] = await Promise.all([thief, family.kind === 3 ? null : refresh(family, owned)]);
  expect([family.kind, codeOf(stolen)]).toEqual([family.kind, 'session-ended']);
  expect([family.kind, codeOf(await refresh(family, owned))]).toEqual([family.kind, 'session-ended']);
};

const race = async (userIds: readonly string[], random: () => number): Promise<readonly Family[]> => {
  const all = await Promise.all(userIds.map((userId) => newFamily(userId, random)));
  const seconds = await Promise.all(all.map(exchange));
  const eachOf = (kind: number, act: (family: Family, second: Tokens) => Promise<unknown>) =>
    Promise.all(all.flatMap((family, index) => (family.kind === kind ? [act(family, seconds[index] as Tokens)] : [])));
  await eachOf(2, async (family, second) => {
    const third = await refresh(family, second);
    expect(codeOf(third)).toBeNull();
    await steal(family, third as Tokens);
  });
  await eachOf(3, steal);
  const laterMs = Math.floor(random() * (refreshGraceMs + 1));
  world.clock.advance(laterMs);
  // Late, but within the grace period: the answer got lost on the way.
  await eachOf(0, async (family, second) => {
    const late = await Promise.all([refresh(family, family.first), refresh(family, family.first)]);
    expect(late.map(codeOf)).toEqual([null, null]);
    expect(codeOf(await refresh(family, second))).toBeNull();
  });
  world.clock.advance(refreshGraceMs - laterMs + 1 + Math.floor(random() * 60_000));
  await eachOf(1, steal);
  return all;
};

describe(`${families} races for a refresh token (seed ${seed})`, () => {
  it('always end the family on reuse, and never within the grace period on its device', async () => {
    const random = seededRandom(seed);
    const users = await Promise.all(Array.from({ length: familiesAtOnce }, () => world.account(orgId)));
    let ended = 0;
    for (let done = 0; done < families; done += familiesAtOnce) {
      const raced = await race(users, random);
      ended += raced.filter(({ kind }) => kind !== 0).length;
    }
    const text = `SELECT count(*)::int AS ended FROM auth.session WHERE end_cause IN ('refresh-token-reused', 'foreign-device')`;
    const { rows } = await world.db.ownerPool.query<{ ended: number }>(text);
    expect(rows[0]?.ended).toBe(ended);
    expect(Math.min(ended, families - ended)).toBeGreaterThan(families / 8);
  }, 240_000);
});
