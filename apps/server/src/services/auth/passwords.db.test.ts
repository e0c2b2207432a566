import type { Tokens } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { changePassword } from './change-password.ts';
import { readPasswordLink, setPasswordByLink } from './password-links.ts';
import { endSessionsOf, makePasswordLinkFor, resetFactorsOf } from './people-security.ts';
import { AuthWorld, accepted, codeOf, issuer, password } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let userId: string;
let session: Tokens;
let admin: Tokens;
const good = 'seven tired clocks hum';
const identifier = () => `${userId}@example.org`;
beforeAll(async () => {
  world = await AuthWorld.create();
});
afterAll(() => world.db.drop());
beforeEach(async () => {
  orgId = await world.organization(`lindenhof-${uuidv7()}`);
  userId = await world.account(orgId);
  session = await world.signedIn({ identifier: identifier() });
  const adminId = await world.account(orgId, { role: 'org_admin' });
  admin = await world.signedIn({ identifier: `${adminId}@example.org` });
});
const change = (next: string, current = password, tokens = session) =>
  world.signedInRoute(changePassword(world.ports), tokens, { body: { current, next } });
const flawIn = (answer: unknown) => (answer instanceof Problem ? answer.details.extra?.['flaw'] : answer);

describe('changing the own password', () => {
  it('needs the one before, ends the other sessions, and is told', async () => {
    const other = await world.signedIn({ identifier: identifier() });
    expect(codeOf(await change(good, 'wrong'))).toBe('proof-refused');
    expect(codeOf(await change(good))).toBeNull();
    expect(await world.accessTokens.verify(other.accessToken)).toBeNull();
    expect(await world.accessTokens.verify(session.accessToken)).not.toBeNull();
    expect(codeOf(await world.signIn({ identifier: identifier() }))).toBe('sign-in-refused');
    expect(codeOf(await world.signIn({ identifier: identifier(), password: good }))).toBeNull();
    expect(await world.eventsOf('auth.security-changed', userId)).toMatchObject([
      { change: 'password', byOther: false },
    ]);
    const log = await world.auditOf(orgId);
    expect(log).toContain('auth.proof-refused');
    expect(log).toContain('auth.password-changed');
  });

  it('takes no short, common or guessable one, and leaves everything as it is then', async () => {
    expect(flawIn(await change('short and sweet'.slice(0, 14)))).toBe('too-short');
    expect(flawIn(await change('1234567890123456'))).toBe('repeated');
    expect(flawIn(await change('lindenhof muster 2026!'))).toBe('names');
    expect(codeOf(await world.signIn({ identifier: identifier() }))).toBeNull();
  });

  it('is the same password on every keyboard', async () => {
    expect(codeOf(await change('un été à la fôret bleue'.normalize('NFD')))).toBeNull();
    const composed = { identifier: identifier(), password: 'un été à la fôret bleue'.normalize('NFC') };
    expect(codeOf(await world.signIn(composed))).toBeNull();
  });

  it('cannot be tried for ever by who holds a session', async () => {
    const codes: (string | null)[] = [];
    for (let index = 0; index < 12; index += 1) codes.push(codeOf(await change(good, 'wrong')));
    expect(codes.indexOf('too-many-requests')).toBe(10);
  });
});

describe('a link that sets a password', () => {
  const make = async (of = userId, by = admin) =>
    world.verb(makePasswordLinkFor(world.ports), by, { params: { userId: of } });
  const tokenOf = (link: { url: string }) => link.url.split('#')[1] ?? '';
  const use = (token: string, next = good) => world.open(setPasswordByLink(world.ports), { token, password: next });

  it('is opened by whoever has it, sets one password, and ends all sessions', async () => {
    const link = accepted(await make());
    expect(link.url.startsWith(`${issuer}/set-password#`)).toBe(true);
    const token = tokenOf(link);
    expect(await world.open(readPasswordLink(world.ports), { token })).toMatchObject({
      displayName: 'Somebody',
      minLength: 15,
    });
    expect(codeOf(await use(token, 'short'))).toBe('password-unsuitable');
    expect(codeOf(await use(token))).toBeNull();
    expect(await world.accessTokens.verify(session.accessToken)).toBeNull();
    expect(codeOf(await world.signIn({ identifier: identifier(), password: good }))).toBeNull();
    expect(codeOf(await use(token, `${good} more`))).toBe('link-ended');
  });

  it('is used by one of 50 at once', async () => {
    const token = tokenOf(accepted(await make()));
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => use(token, `${good} ${index}`)));
    expect(answers.filter((answer) => codeOf(answer) === null)).toHaveLength(1);
    expect(new Set(answers.map(codeOf))).toEqual(new Set([null, 'link-ended']));
  });

  it('ends with the next one, after a day, and with the account', async () => {
    const first = tokenOf(accepted(await make()));
    const second = tokenOf(accepted(await make()));
    expect(codeOf(await use(first))).toBe('link-ended');
    const third = tokenOf(accepted(await make()));
    world.clock.advance(24 * 60 * 60_000);
    expect(codeOf(await use(second))).toBe('link-ended');
    expect(codeOf(await use(third))).toBe('link-ended');
    admin = await world.signedIn({ identifier: `${(await adminOf(admin)).userId}@example.org` });
    const fourth = tokenOf(accepted(await make()));
    await world.suspend(orgId, userId);
    expect(codeOf(await use(fourth))).toBe('link-ended');
    for (const nonsense of ['x'.repeat(64), 'short', '']) expect(codeOf(await use(nonsense))).toBe('link-ended');
  });

  it('stands nowhere in the database', async () => {
    const token = tokenOf(accepted(await make()));
    const text = `SELECT string_agg(row, E'\\n') AS dump FROM (SELECT password_link::text AS row FROM auth.password_link
      UNION ALL SELECT entry::text FROM audit.entry UNION ALL SELECT outbox::text FROM platform.outbox) rows`;
    const { rows } = await world.db.ownerPool.query<{ dump: string }>(text);
    expect(rows[0]?.dump).not.toContain(token);
    expect(rows[0]?.dump).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
  });

  it('takes over nobody who runs the platform, and nobody elsewhere', async () => {
    // Such accounts are in an organization of their own; should one ever be in this one, it is none of its business.
    await world.db.ownerPool.query(`UPDATE users.organization SET kind = 'platform' WHERE id = $1`, [orgId]);
    const platform = await world.account(orgId, { role: 'platform_admin' });
    const elsewhere = await world.account(await world.organization(`other-${uuidv7()}`));
    for (const verb of [makePasswordLinkFor, resetFactorsOf, endSessionsOf]) {
      const run = verb(world.ports) as ReturnType<typeof makePasswordLinkFor>;
      expect(codeOf(await world.verb(run, admin, { params: { userId: platform } }))).toBe('not-permitted');
      expect(codeOf(await world.verb(run, admin, { params: { userId: elsewhere } }))).toBe('not-found');
    }
  });
});

const adminOf = async (tokens: Tokens): Promise<{ userId: string }> => {
  const payload = JSON.parse(Buffer.from(tokens.accessToken.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
  };
  return { userId: payload.sub };
};
