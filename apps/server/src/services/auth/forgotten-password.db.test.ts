import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deploymentOrgId } from '../../platform/audit-trail/append.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Job, Jobs, RunningJob } from '../../platform/jobs/port.ts';
import { createSmtpMail } from '../../platform/mail/smtp.ts';
import * as forgotten from './forgotten-password.ts';
import { makePasswordLink, readPasswordLink, setPasswordByLink } from './password-links.ts';
import { AuthWorld, codeOf, issuer } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let slug: string;
let userId: string;
let email: string;
let smtp: SMTPServer;
let ports: forgotten.ForgottenPasswordPorts;
let ipAddress: string;
let addresses = 0;
const mails: string[] = [];
let refusing = false;
const asked: { orgId: string; job: Job }[] = [];
const good = 'seven quiet lanterns';

beforeAll(async () => {
  world = await AuthWorld.create([randomBytes(32)]);
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
  const jobs = {
    enqueue: async (_tx: unknown, of: string, job: Job) => void asked.push({ orgId: of, job }),
  } as unknown as Jobs;
  const mail = createSmtpMail(`smtp://127.0.0.1:${port}`, 'Lindenhof <muster@lindenhof.example>');
  ports = { ...world.ports, jobs, mail, publicUrl: issuer };
});
afterAll(async () => {
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  await world.db.drop();
});
beforeEach(async () => {
  slug = `college-${uuidv7().slice(-12)}`;
  orgId = await world.organization(slug);
  email = `${uuidv7()}@example.org`;
  userId = await world.account(orgId, { email, number: '4711' });
  addresses += 1;
  ipAddress = `10.0.${addresses}.1`;
  mails.length = 0;
  asked.length = 0;
});

const ask = (identifier: string, organization?: string, from = ipAddress) =>
  world.open(
    forgotten.askForPasswordLink(ports),
    { identifier, ...(organization === undefined ? {} : { organization }) },
    { ipAddress: from },
  );
const run = async ({ orgId: of, job }: { orgId: string; job: Job }, attempt = 1): Promise<void> => {
  const running = { id: uuidv7(), orgId: of, attempt, payload: job.payload, progress: async () => undefined };
  const work = {
    [forgotten.findForgottenJob]: forgotten.findForgotten(ports),
    [forgotten.sendPasswordLinkJob]: forgotten.sendPasswordLink(ports),
  }[job.name] as (job: RunningJob) => Promise<void>;
  await work(running);
};
/** Until nothing is left to do. */
const work = async (): Promise<void> => {
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) await run(next);
};
const linkIn = (mail: string | undefined) =>
  /https:\/\/muster\.example\/set-password#([\w-]+)/.exec(
    (mail ?? '').replace(/=\r\n/g, '').replace(/=3D/g, '='),
  )?.[1] ?? '';
const accept = (token: string, password = good) => world.open(setPasswordByLink(world.ports), { token, password });
const audited = async (action: string) => (await world.auditOf(orgId)).filter((each) => each === action).length;

describe('a forgotten password', () => {
  it('is set by a link that is sent to the account’s address, once, within an hour', async () => {
    expect(await ask(email.toUpperCase())).toBeNull();
    expect(mails).toEqual([]);
    await work();
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain(`To: Somebody <${email}>`);
    expect(mails[0]).toContain(`Subject: A new password for ${slug}`);
    const token = linkIn(mails[0]);
    expect(await accept(token)).toBeNull();
    expect(codeOf(await accept(token))).toBe('link-ended');
    await world.signedIn({ identifier: email, password: good });
    expect(await audited('auth.password-forgotten')).toBe(1);
    expect(await audited('auth.password-set-by-link')).toBe(1);
    await ask(email);
    await work();
    world.clock.advance(60 * 60_000);
    expect(codeOf(await accept(linkIn(mails.at(-1))))).toBe('link-ended');
  });

  it('is answered alike and does the same at first, whoever is meant', async () => {
    const suspended = await world.account(orgId, { email: `away-${email}` });
    await world.suspend(orgId, suspended);
    const without = await world.account(orgId, { number: '4712' });
    await world.db.ownerPool.query('UPDATE users.account SET email = NULL WHERE id = $1', [without]);
    const answers = [
      await ask(email),
      await ask('nobody@example.org'),
      await ask(`away-${email}`),
      await ask('4712', slug),
      await ask('4711', 'no-such-college'),
    ];
    expect(answers).toEqual([null, null, null, null, null]);
    // One job each, that says nothing about whom it is for.
    expect(asked.map(({ orgId: of, job }) => [of, job.name, Object.keys(job.payload)])).toEqual(
      answers.map(() => [deploymentOrgId, forgotten.findForgottenJob, ['sealed']]),
    );
    expect(JSON.stringify(asked)).not.toMatch(/example\.org|471/);
    await work();
    expect(mails.map((mail) => /To: .*<(.*)>/.exec(mail)?.[1])).toEqual([email]);
  });

  it('is found by number with the organization, and by number alone only where it is one', async () => {
    const elsewhere = await world.organization(`other-${uuidv7().slice(-12)}`);
    await world.account(elsewhere, { email: `x-${email}`, number: '4711' });
    await ask('4711');
    await work();
    expect(mails).toEqual([]);
    await ask('4711', slug.toUpperCase());
    await work();
    expect(mails).toHaveLength(1);
  });

  it('fills nobody’s mailbox, and stops no address but the one that asks too often', async () => {
    for (let index = 0; index < 6; index += 1) expect(await ask(email, undefined, `10.5.${index}.1`)).toBeNull();
    await work();
    expect(mails).toHaveLength(3);
    expect(await audited('auth.password-forgotten')).toBe(6);
    // All three work until one is used: who asks in somebody’s name takes no link away.
    expect(codeOf(await world.open(readPasswordLink(world.ports), { token: linkIn(mails[0]) }))).toBeNull();
    expect(await accept(linkIn(mails[1]))).toBeNull();
    expect(codeOf(await accept(linkIn(mails[0])))).toBe('link-ended');
    for (let index = 0; index < 5; index += 1) expect(await ask('one@example.org')).toBeNull();
    expect(codeOf(await ask('one@example.org'))).toBe('too-many-requests');
    expect(await ask('other@example.org')).toBeNull();
    expect(await ask('one@example.org', undefined, '10.6.6.6')).toBeNull();
  });

  it('makes no link useless that somebody else has made', async () => {
    const at = world.clock.now();
    const { path } = await world.db.database.inOrganization('auth', orgId, (tx) =>
      makePasswordLink(tx, { orgId, userId, purpose: 'invitation', madeBy: uuidv7(), at, lifetimeMs: 60_000 }),
    );
    await ask(email);
    await work();
    expect(await accept(path.split('#')[1] ?? '')).toBeNull();
    expect(codeOf(await accept(linkIn(mails[0])))).toBe('link-ended');
  });

  it('is tried again when the mail server refuses, without a second link', async () => {
    await ask(email);
    await run(asked.shift() as (typeof asked)[number]);
    const sending = asked.shift() as (typeof asked)[number];
    refusing = true;
    await expect(run(sending)).rejects.toThrow();
    await expect(run(sending, 2)).rejects.toThrow();
    refusing = false;
    await run(sending, 3);
    expect(mails).toHaveLength(1);
    const { rows } = await world.db.ownerPool.query('SELECT FROM auth.password_link WHERE user_id = $1', [userId]);
    expect(rows).toHaveLength(1);
    expect(await accept(linkIn(mails[0]))).toBeNull();
  });

  it('says that no mail can be sent, to everybody alike', async () => {
    const { mail: _none, ...without } = ports;
    for (const identifier of [email, 'nobody@example.org'])
      expect(codeOf(await world.open(forgotten.askForPasswordLink(without), { identifier }))).toBe(
        'email-not-configured',
      );
  });
});
