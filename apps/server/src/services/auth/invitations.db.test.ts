import type { AddressInfo } from 'node:net';
import { type Invitation, peopleRoutes as routes, type Role, type RouteDefinition } from '@muster/contracts';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call, Verb } from '../../platform/http/call.ts';
import { Problem } from '../../platform/http/problem.ts';
import { inCallOf } from '../../platform/http/testing/in-call-of.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Job, Jobs } from '../../platform/jobs/port.ts';
import { createSmtpMail } from '../../platform/mail/smtp.ts';
import * as invitations from './invitations.ts';
import { readPasswordLink, setPasswordByLink } from './password-links.ts';
import { AuthWorld, issuer } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let smtp: SMTPServer;
let ports: invitations.InvitationPorts;
const people: Record<string, string> = {};
const mails: string[] = [];
let refusing = false;
const asked: Job[] = [];

beforeAll(async () => {
  world = await AuthWorld.create();
  orgId = await world.organization('lindenhof');
  for (const role of ['org_admin', 'org_office', 'supervisor', 'guardian'] as const) {
    people[role] = await world.account(orgId, { role });
  }
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on('end', () => {
        if (!refusing) mails.push(text);
        done(refusing ? new Error('try later') : null);
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const { port } = smtp.server.address() as AddressInfo;
  const jobs = { enqueue: async (_tx: unknown, _org: string, job: Job) => void asked.push(job) } as unknown as Jobs;
  const mail = createSmtpMail(`smtp://127.0.0.1:${port}`, 'Lindenhof <muster@lindenhof.example>');
  ports = { database: world.db.database, clock: world.clock, jobs, mail, publicUrl: issuer };
});
afterAll(async () => {
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  await world.db.drop();
});

/** Somebody without a password. */
const newcomer = async (role: Role = 'guardian', email: string | null = `${uuidv7()}@example.org`): Promise<string> => {
  const userId = uuidv7();
  await world.db.ownerPool.query(
    `INSERT INTO users.account (org_id, id, role, display_name, email, number) VALUES ($1, $2, $3, 'Nia Berg', $4, $5)`,
    [orgId, userId, role, email, userId.slice(-12)],
  );
  return userId;
};
const as = async <R extends RouteDefinition>(
  route: R,
  verb: Verb<R>,
  userId: string,
  params: object,
  role: Role = 'org_admin',
) =>
  inCallOf(
    world.db.database,
    route,
    { orgId, userId: people[role] as string, role },
    world.clock.now(),
    async (tx, call: Call) => {
      const answer = await verb(tx, { params: { userId, ...params } } as never, call);
      if (answer instanceof Problem) throw answer;
      return answer;
    },
  ).catch((error: unknown) => error as Problem);
const byLink = async (userId: string, role?: Role) => {
  const answer = await as(routes.inviteByLink, invitations.inviteByLink(ports), userId, {}, role);
  if (answer instanceof Problem) throw answer;
  return { ...(answer as { invitation: Invitation; link: string }) };
};
const stateOf = async (userId: string) => {
  const answer = await as(routes.listInvitations, invitations.listInvitations(ports), userId, {});
  return (answer as { items: Invitation[] }).items.map(({ state }) => state);
};
const tokenIn = (link: string) => link.split('#')[1] as string;
const look = (token: string) => world.open(readPasswordLink(world.ports), { token });
const accept = (token: string, password = 'seven quiet lanterns') =>
  world.open(setPasswordByLink(world.ports), { token, password });
const codeOf = (answer: unknown) => (answer instanceof Problem ? answer.code : answer);

describe('an invitation by link', () => {
  it('says whom it is for, sets the password, and is used up', async () => {
    const userId = await newcomer('member', null);
    const { invitation, link } = await byLink(userId);
    expect(link).toMatch(/^https:\/\/muster\.example\/set-password#[\w-]{40,}$/);
    expect(invitation).toMatchObject({ channel: 'link', state: 'open', usedAt: null });
    expect(await look(tokenIn(link))).toMatchObject({ displayName: 'Nia Berg', organizationName: 'lindenhof' });
    expect(await accept(tokenIn(link))).toBeNull();
    expect(await stateOf(userId)).toEqual(['used']);
    expect(codeOf(await accept(tokenIn(link)))).toBe('link-ended');
    await world.signedIn({
      identifier: userId.slice(-12),
      organization: 'lindenhof',
      password: 'seven quiet lanterns',
    });
  });

  it('stands in no table: only its hash', async () => {
    const { link } = await byLink(await newcomer());
    const { rows } = await world.db.ownerPool.query<{ all: string }>(
      `SELECT coalesce(string_agg(line, ' '), '') AS all FROM (
         SELECT password_link::text AS line FROM auth.password_link UNION ALL SELECT invitation::text FROM auth.invitation
         UNION ALL SELECT outbox::text FROM platform.outbox UNION ALL SELECT entry::text FROM audit.entry) lines`,
    );
    expect(rows[0]?.all.length).toBeGreaterThan(100);
    expect(rows[0]?.all).not.toContain(tokenIn(link).slice(-20));
  });

  it('works once, also when fifty use it at the same moment', async () => {
    const userId = await newcomer();
    const { link } = await byLink(userId);
    const answers = await Promise.all(Array.from({ length: 50 }, () => accept(tokenIn(link))));
    expect(answers.filter((answer) => answer === null)).toHaveLength(1);
    expect(answers.filter((answer) => codeOf(answer) === 'link-ended')).toHaveLength(49);
    expect((await world.eventsOf('auth.security-changed', userId)).length).toBe(1);
  });

  it('ends by revocation, by another one, by time, and with the account', async () => {
    const userId = await newcomer();
    const first = await byLink(userId);
    const revoke = () =>
      as(routes.revokeInvitation, invitations.revokeInvitation(ports), userId, {
        invitationId: first.invitation.invitationId,
      });
    expect(await revoke()).toBeNull();
    expect(await revoke()).toBeNull();
    expect(codeOf(await accept(tokenIn(first.link)))).toBe('link-ended');
    const second = await byLink(userId);
    const third = await byLink(userId);
    expect(codeOf(await look(tokenIn(second.link)))).toBe('link-ended');
    expect(await stateOf(userId)).toEqual(['open', 'revoked', 'revoked']);
    const before = world.clock.now();
    world.clock.set(new Date(before.getTime() + 8 * 24 * 60 * 60_000));
    expect(codeOf(await accept(tokenIn(third.link)))).toBe('link-ended');
    expect((await stateOf(userId))[0]).toBe('expired');
    world.clock.set(before);
    await world.db.ownerPool.query(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [userId]);
    expect(codeOf(await accept(tokenIn(third.link)))).toBe('link-ended');
    expect(codeOf(await byLink(userId).catch((error: unknown) => error))).toBe('person-invalid');
  });

  it('is made by who manages people of that role', async () => {
    const invite = async (userId: string, role: Role) =>
      codeOf(await byLink(userId, role).catch((error: unknown) => error));
    expect(await invite(people['org_admin'] as string, 'org_office')).toBe('not-permitted');
    expect(await invite(await newcomer('org_office'), 'org_office')).toBe('not-permitted');
    expect(await invite(await newcomer('member'), 'supervisor')).toBe('not-found');
    expect(await invite(await newcomer('guardian'), 'guardian')).toBe('not-permitted');
    const foreign = await world.account(await world.organization('canary'));
    expect(await invite(foreign, 'org_admin')).toBe('not-found');
  });
});

describe('an invitation by e-mail', () => {
  const byEmail = (userId: string, role?: Role) =>
    as(routes.inviteByEmail, invitations.inviteByEmail(ports), userId, {}, role);
  const send = (job: Job | undefined, attempt = 1) =>
    invitations.sendInvitation(ports)({
      id: uuidv7(),
      orgId,
      attempt,
      payload: job?.payload as { invitationId: string },
      progress: async () => undefined,
    });
  const linkIn = (mail: string | undefined) =>
    /https:\/\/muster\.example\/set-password#[\w-]+/.exec((mail ?? '').replace(/=\r\n/g, '').replace(/=3D/g, '='))?.[0];

  it('is sent by a job, with a link that is made only then', async () => {
    const userId = await newcomer('guardian', 'nia@example.org');
    expect(await byEmail(userId)).toMatchObject({ channel: 'email', state: 'sending' });
    const job = asked.at(-1);
    await send(job);
    expect(mails.at(-1)).toContain('To: Nia Berg <nia@example.org>');
    expect(mails.at(-1)).toContain('Subject: Your access to lindenhof');
    expect(await stateOf(userId)).toEqual(['open']);
    // The job came twice: the message did not.
    await send(job);
    expect(mails).toHaveLength(1);
    expect(await accept(tokenIn(linkIn(mails[0]) as string))).toBeNull();
    expect(await stateOf(userId)).toEqual(['used']);
  });

  it('is tried again when the server refuses, and the end is shown', async () => {
    const userId = await newcomer('guardian', 'late@example.org');
    await byEmail(userId);
    refusing = true;
    await expect(send(asked.at(-1))).rejects.toThrow();
    expect(await stateOf(userId)).toEqual(['sending']);
    await expect(send(asked.at(-1), 5)).rejects.toThrow();
    refusing = false;
    expect(await stateOf(userId)).toEqual(['failed']);
  });

  it('needs an address, and a server', async () => {
    expect(codeOf(await byEmail(await newcomer('guardian', null)))).toBe('person-invalid');
    const { mail: _none, ...without } = ports;
    const answer = await as(routes.inviteByEmail, invitations.inviteByEmail(without), await newcomer(), {});
    expect(codeOf(answer)).toBe('email-not-configured');
  });
});
