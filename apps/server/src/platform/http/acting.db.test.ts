import { type Role, route } from '@muster/contracts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { appendAudit } from '../audit-trail/append.ts';
import { uuidv7 } from '../ids.ts';
import type { Service } from '../service.ts';
import { reading, signedIn, verb } from './bound-route.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const answer = z.strictObject({ role: z.string(), ties: z.array(z.string()), orgId: z.string() });
const base = { service: 'users', summary: 'A route of a test', idempotency: 'natural', answer } as const;
const needs = { access: { permission: 'gates.operate' } } as const;
const routes = {
  verb: route({ ...base, ...needs, operation: 'tryVerb', method: 'GET', path: '/v1/verb' }),
  signedIn: route({ ...base, ...needs, operation: 'trySignedIn', method: 'GET', path: '/v1/signed-in' }),
  reading: route({ ...base, ...needs, operation: 'tryReading', method: 'GET', path: '/v1/reading', mayLag: true }),
  own: route({ ...base, access: 'signed-in', operation: 'tryOwn', method: 'GET', path: '/v1/own' }),
  sites: route({
    ...base,
    access: 'signed-in',
    aboutOrganization: true,
    operation: 'trySites',
    method: 'GET',
    path: '/v1/sites-of-it',
  }),
  write: route({
    ...base,
    ...needs,
    operation: 'tryWrite',
    method: 'POST',
    path: '/v1/write',
    body: z.strictObject({ title: z.string() }),
    idempotency: 'key',
  }),
  see: route({
    ...base,
    operation: 'trySee',
    method: 'GET',
    path: '/v1/see',
    access: { permission: 'members.see' },
    answer: z.strictObject({ members: z.int() }),
  }),
};

const service = (): Service => {
  const told = async (call: { actor: { role: Role; orgId: string }; ties?: readonly string[] }) => ({
    role: call.actor.role,
    ties: [...(call.ties ?? [])],
    orgId: call.actor.orgId,
  });
  return {
    name: 'users',
    routes: [
      verb(routes.verb, async (tx, _input, call) => {
        const { actor, requestId } = call;
        const object = { kind: 'try', id: 'one' };
        await appendAudit(tx, { actor: { kind: 'user', ...actor }, action: 'tried', object, requestId, detail: {} });
        return told(call);
      }),
      verb(routes.write, async (_tx, _input, call) => told(call)),
      verb(routes.own, async (_tx, _input, call) => told(call)),
      verb(routes.sites, async (_tx, _input, call) => told(call)),
      verb(routes.see, async (tx) => ({
        members: (await sql`SELECT FROM users.account WHERE role = 'member'`.execute(tx)).rows.length,
      })),
      signedIn(routes.signedIn, async (_input, call) => told(call)),
      reading(routes.reading, async (_tx, _input, call) => told({ actor: call.actor })),
    ],
  };
};

let server: TestServer;
const [orgId, platformId] = [uuidv7(), uuidv7()];
beforeAll(async () => {
  server = await startTestServer(() => [service()]);
});
afterAll(() => server.close());

const ask = async (path: string, token: string, headers: Record<string, string> = {}, body?: unknown) => {
  const response = await fetch(`${server.url}/v1/${path}`, {
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
};
const plant = (text: string, values: unknown[]) => server.db.ownerPool.query(text, values);
const override = (subject: { role?: Role; userId?: string }, effect: 'grant' | 'deny', permission = 'gates.operate') =>
  plant(
    `INSERT INTO users.permission_override (org_id, role, user_id, permission, effect, ties, set_by, set_at)
     VALUES ($1, $2, $3, $4, $5, '{organization}', $1, now())`,
    [orgId, subject.role ?? null, subject.userId ?? null, permission, effect],
  );
const forgetOverrides = () => plant('DELETE FROM users.permission_override WHERE org_id = $1', [orgId]);
/** What is remembered is half a second old at most; a busy machine takes its time to ask. */
const within = { timeout: 5_000, interval: 20 };

describe('a permission', () => {
  it('that is taken or given works at the very next request of a verb', async () => {
    const token = server.tokens.issue({ orgId, role: 'org_office' });
    for (let round = 0; round < 5; round += 1) {
      expect((await ask('verb', token)).answer).toMatchObject({ role: 'org_office', ties: ['organization'] });
      await override({ role: 'org_office' }, 'deny');
      expect(await ask('verb', token)).toMatchObject({ status: 403, answer: { code: 'not-permitted' } });
      await forgetOverrides();
    }
    const userId = uuidv7();
    const teacher = server.tokens.issue({ orgId, role: 'supervisor', userId });
    expect((await ask('verb', teacher)).status).toBe(403);
    await override({ userId }, 'grant');
    expect((await ask('verb', teacher)).answer).toMatchObject({ ties: ['organization'] });
    await forgetOverrides();
  });

  it.each(['signed-in', 'reading'])('works within a second where %s routes ask, both ways', async (path) => {
    const token = server.tokens.issue({ orgId, role: 'org_office' });
    expect((await ask(path, token)).status).toBe(200);
    await override({ role: 'org_office' }, 'deny');
    await vi.waitFor(async () => expect((await ask(path, token)).status).toBe(403), within);
    await forgetOverrides();
    await vi.waitFor(async () => expect((await ask(path, token)).status).toBe(200), within);
  });

  it('is that of the role that the account has now, not of the one in the token', async () => {
    const userId = uuidv7();
    const token = server.tokens.issue({ orgId, role: 'org_office', userId });
    expect((await ask('signed-in', token)).status).toBe(200);
    await plant(`UPDATE users.account SET role = 'supervisor' WHERE id = $1`, [userId]);
    expect((await ask('verb', token)).status).toBe(403);
    await vi.waitFor(async () => expect((await ask('signed-in', token)).status).toBe(403), within);
    expect((await ask('own', token)).answer).toMatchObject({ role: 'supervisor' });
    await plant(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [userId]);
    expect(await ask('own', token)).toMatchObject({ status: 401, answer: { code: 'session-ended' } });
  });

  it('is asked for before the request is looked at', async () => {
    const guardian = server.tokens.issue({ orgId, role: 'guardian' });
    const office = server.tokens.issue({ orgId, role: 'org_office' });
    expect((await ask('write', guardian, {}, { titel: 1 })).status).toBe(403);
    expect((await ask('write', guardian, {}, { title: 'without a key' })).status).toBe(403);
    expect((await ask('write', office, {}, { titel: 1 })).status).toBe(400);
  });

  it('limits what a forgetful query finds', async () => {
    const memberId = uuidv7();
    const member = server.tokens.issue({ orgId, role: 'member', userId: memberId });
    expect((await ask('see', member)).answer).toEqual({ members: 1 });
    await ask('see', server.tokens.issue({ orgId, role: 'member' }));
    expect((await ask('see', member)).answer).toEqual({ members: 1 });
    expect((await ask('see', server.tokens.issue({ orgId, role: 'supervisor' }))).answer).toEqual({ members: 0 });
    expect((await ask('see', server.tokens.issue({ orgId, role: 'org_admin' }))).answer).toEqual({ members: 2 });
  });
});

describe('Muster-Organization', () => {
  const inside = { 'Muster-Organization': orgId };

  it('lets an account of the platform act inside another organization, named in the log there', async () => {
    const admin = server.tokens.issue({ orgId: platformId, role: 'platform_admin' });
    expect((await ask('verb', admin)).answer).toMatchObject({ orgId: platformId });
    for (const path of ['verb', 'signed-in', 'reading']) {
      expect((await ask(path, admin, inside)).answer).toMatchObject({ orgId, role: 'platform_admin' });
    }
    expect((await ask('see', admin, inside)).answer).toEqual({ members: 2 });
    const { rows } = await plant(`SELECT actor_role, detail FROM audit.entry WHERE org_id = $1 AND action = 'tried'`, [
      orgId,
    ]);
    expect(rows.filter(({ actor_role: role }) => role === 'platform_admin')).toEqual([
      { actor_role: 'platform_admin', detail: { actorOrgId: platformId } },
    ]);
  });

  it('gives no more than the role holds, and is not for organizations that are not there', async () => {
    const operator = server.tokens.issue({ orgId: platformId, role: 'platform_operator' });
    expect((await ask('verb', operator, inside)).status).toBe(403);
    expect((await ask('see', operator, inside)).answer).toEqual({ members: 2 });
    expect((await ask('see', operator, { 'Muster-Organization': uuidv7() })).status).toBe(403);
    expect((await ask('see', operator, { 'Muster-Organization': "'; --" })).status).toBe(400);
    // About the own account, wherever it is asked from.
    expect((await ask('own', operator, inside)).answer).toMatchObject({ orgId: platformId });
  });

  it('leads to what everybody in an organization may read only who may look into organizations', async () => {
    const operator = server.tokens.issue({ orgId: platformId, role: 'platform_operator' });
    expect((await ask('sites-of-it', operator, inside)).answer).toMatchObject({ orgId });
    expect((await ask('sites-of-it', operator)).answer).toMatchObject({ orgId: platformId });
    const overseer = server.tokens.issue({ orgId: platformId, role: 'platform_overseer' });
    expect((await ask('sites-of-it', overseer, inside)).status).toBe(403);
    expect((await ask('sites-of-it', overseer)).answer).toMatchObject({ orgId: platformId });
  });

  it('is refused to everybody else, for their own organization as well', async () => {
    for (const role of ['org_admin', 'org_office', 'supervisor', 'guardian', 'member'] as const) {
      const token = server.tokens.issue({ orgId: uuidv7(), role });
      for (const path of ['verb', 'signed-in', 'reading', 'own']) {
        expect((await ask(path, token, inside)).status).toBe(403);
      }
    }
  });
});
