import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthWorld, codeOf } from './testing/world.ts';

/**
 * Whether an account exists is told by nothing, the time included. Known and unknown are tried in turn, the one first and
 * then the other, and compared pair by pair: so whatever else the machine does meets both.
 */
const tries = 200;
const differenceAtMostMs = 5;

let world: AuthWorld;
let orgId: string;
beforeAll(async () => {
  world = await AuthWorld.create();
  orgId = await world.organization('college');
});
afterAll(() => world.db.drop());

const pairs = (known: readonly number[], unknown: readonly number[]): number[] =>
  known.map((time, index) => time - (unknown[index] ?? Number.NaN));

const median = (times: readonly number[]): number => {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

describe('a wrong sign-in', () => {
  it(`takes as long for an account that exists: medians of 2 × ${tries} tries`, { timeout: tries * 2000 }, async () => {
    await world.account(orgId, { email: 'known@example.org' });
    const times = { known: [] as number[], unknown: [] as number[] };
    const attempt = async (who: 'known' | 'unknown', index: number): Promise<void> => {
      const given = {
        identifier: `${who}@example.org`,
        password: 'wrong',
        ipAddress: `10.${index >> 8}.${index & 255}.1`,
      };
      const before = performance.now();
      const answer = await world.signIn(given);
      times[who].push(performance.now() - before);
      expect(codeOf(answer)).toBe('sign-in-refused');
    };
    for (let index = -10; index < tries; index += 1) {
      const first = index % 2 === 0 ? 'known' : 'unknown';
      await attempt(first, index + 10);
      await attempt(first === 'known' ? 'unknown' : 'known', index + 10);
    }
    // The first ones warm everything up.
    const [known, unknown] = [times.known.slice(10), times.unknown.slice(10)];
    const difference = median(pairs(known, unknown));
    console.log(
      `medians ${median(known).toFixed(2)} and ${median(unknown).toFixed(2)} ms, of pairs ${difference.toFixed(2)} ms`,
    );
    expect(Math.abs(difference)).toBeLessThan(differenceAtMostMs);
  });
});
