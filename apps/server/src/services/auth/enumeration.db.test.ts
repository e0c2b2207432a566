import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registrationRoutes } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import { inCallOf } from '../../platform/http/testing/in-call-of.ts';
import type { Job, Jobs } from '../../platform/jobs/port.ts';
import { askForPasswordLink } from './forgotten-password.ts';
import { readRegistration } from './registration.ts';
import { issueTeacherCode } from './teacher-codes.ts';
import { timedTries as tries } from './testing/timed-tries.ts';
import { accepted, AuthWorld, codeOf, issuer } from './testing/world.ts';

/**
 * Whether an account exists is told by nothing, the time included. Known and unknown are tried in turn, the one first and
 * then the other, and compared pair by pair: so whatever else the machine does meets both.
 */
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

type Who = 'known' | 'unknown';

/** Tries both in turn, each time from another address. @returns the median of the differences, in milliseconds */
const differenceOf = async (
  attempt: (who: Who, ipAddress: string) => Promise<string | null>,
  answer: string | null,
) => {
  const times = { known: [] as number[], unknown: [] as number[] };
  const timed = async (who: Who, index: number): Promise<void> => {
    const before = performance.now();
    const code = await attempt(who, `10.${index >> 8}.${index & 255}.1`);
    times[who].push(performance.now() - before);
    expect(code).toBe(answer);
  };
  for (let index = 0; index < tries + 10; index += 1) {
    const first = index % 2 === 0 ? 'known' : 'unknown';
    await timed(first, index);
    await timed(first === 'known' ? 'unknown' : 'known', index);
  }
  // The first ones warm everything up.
  const [known, unknown] = [times.known.slice(10), times.unknown.slice(10)];
  const difference = median(pairs(known, unknown));
  console.log(
    `medians ${median(known).toFixed(2)} and ${median(unknown).toFixed(2)} ms, of pairs ${difference.toFixed(2)} ms`,
  );
  return Math.abs(difference);
};

describe(`by medians of 2 × ${tries} tries, there is no telling whether`, () => {
  it('an account exists, from a wrong sign-in', { timeout: tries * 2000 }, async () => {
    await world.account(orgId, { email: 'known@example.org' });
    const attempt = async (who: Who, ipAddress: string) =>
      codeOf(await world.signIn({ identifier: `${who}@example.org`, password: 'wrong', ipAddress }));
    expect(await differenceOf(attempt, 'sign-in-refused')).toBeLessThan(differenceAtMostMs);
  });

  it('an organization or a code exists, from a wrong code', { timeout: tries * 1000 }, async () => {
    const memberId = await world.account(orgId);
    const { typed, forgetTries } = await openCode(memberId);
    const look = async (organization: string, code: string, ipAddress: string) =>
      codeOf(await world.open(readRegistration(world.ports), { by: { organization, code } }, { ipAddress }));
    const codes = async (who: Who, ipAddress: string) => {
      const answer = await look('college', who === 'known' ? `${typed.slice(0, 4)}-0000` : '0000-0000', ipAddress);
      // Else it would be locked after five.
      await forgetTries();
      return answer;
    };
    expect(await differenceOf(codes, 'teacher-code-refused')).toBeLessThan(differenceAtMostMs);
    const organizations = (who: Who, ipAddress: string) =>
      look(who === 'known' ? 'college' : 'no-such-college', '0000-0000', ipAddress);
    expect(await differenceOf(organizations, 'teacher-code-refused')).toBeLessThan(differenceAtMostMs);
  });

  it('an account exists, from asking for a new password', { timeout: tries * 1000 }, async () => {
    await world.account(orgId, { email: 'forgetful@example.org' });
    const jobs = {
      enqueue: (tx: Tx, of: string, { name, payload }: Job) =>
        world.events.append(tx, of, [{ type: 'platform.job-requested', key: name, payload: { name, payload } }]),
    } as unknown as Jobs;
    const mail = { send: async () => undefined };
    const ask = askForPasswordLink({ ...world.ports, jobs, mail, publicUrl: issuer });
    const attempt = async (who: Who, ipAddress: string) =>
      codeOf(
        await world.open(
          ask,
          { identifier: `${who === 'known' ? 'forgetful' : 'whoever.it.is'}@example.org` },
          { ipAddress },
        ),
      );
    expect(await differenceOf(attempt, null)).toBeLessThan(differenceAtMostMs);
  });
});

/** An open code of the member, and a way to forget how often it was tried. */
const openCode = async (memberId: string) => {
  const admin = await world.account(orgId, { role: 'org_admin' });
  const route = registrationRoutes.issueTeacherCode;
  const caller = { orgId, userId: admin, role: 'org_admin' } as const;
  const issued = await inCallOf(world.db.database, route, caller, world.clock.now(), (tx, call) =>
    issueTeacherCode(world.ports)(tx, { params: { memberId }, query: undefined, body: undefined }, call),
  );
  const forgetTries = () => world.db.ownerPool.query('UPDATE auth.teacher_code SET wrong_tries = 0');
  return { typed: accepted(issued).code, forgetTries };
};
