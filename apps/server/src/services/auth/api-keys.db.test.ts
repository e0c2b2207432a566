import { apiKeyRoutes, permissionsForKeys, routes, type Tokens } from '@muster/contracts';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actorOf } from '../../platform/http/acting.ts';
import { hashOfApiKey } from '../../platform/http/api-keys.ts';
import type { Actor } from '../../platform/http/call.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { listApiKeys, makeApiKey, revokeApiKey } from './api-keys.ts';
import { accepted, AuthWorld, codeOf } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let principal: Tokens;
let principalId: string;

beforeAll(async () => {
  world = await AuthWorld.create();
  orgId = await world.organization('keys');
  principalId = await world.account(orgId, { role: 'org_admin', email: 'principal@keys.example' });
  principal = await world.signedIn({ identifier: 'principal@keys.example' });
});
afterAll(() => world.db.drop());

const make = (changes: object = {}) =>
  world.verb(makeApiKey(world.ports), principal, {
    body: { name: 'Timetable', permissions: ['members.see', 'members.manage'], validDays: 30, ...changes },
  });

/** What a request with this key may be used for. */
const use = (actor: Actor, route: Parameters<typeof actorOf>[0]): string => {
  try {
    return actorOf(route, { actor, headers: {} } as FastifyRequest).userId === actor.userId ? 'used' : 'somebody else';
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
};

describe('a key for a program', () => {
  it('acts for whoever made it, as far as it says, and for nothing that is for people', async () => {
    const { key, apiKey } = accepted(await make());
    expect(key).toMatch(/^muster_[\w-]{64}$/);
    const actor = await world.accessTokens.verify(key);
    expect(actor).toMatchObject({ orgId, userId: principalId, role: 'org_admin', sessionId: apiKey.keyId });
    if (actor === null) throw new Error('the key is none');
    expect(
      [routes.listMembers, routes.addPerson, routes.addGate, routes.whoAmI, routes.changePassword].map((route) =>
        use(actor, route),
      ),
    ).toEqual(['used', 'used', 'not-permitted', 'not-permitted', 'not-permitted']);
    expect(await world.accessTokens.hasProvedLately(actor)).toBe(false);
  });

  it('is shown once and kept as a hash', async () => {
    const { key, apiKey } = accepted(await make());
    expect(JSON.stringify(accepted(await world.verb(listApiKeys, principal)))).not.toContain(key);
    const { rows } = await world.db.ownerPool.query<{ key_hash: Buffer }>('SELECT * FROM auth.api_key WHERE id = $1', [
      apiKey.keyId,
    ]);
    expect(rows[0]?.key_hash).toEqual(hashOfApiKey(key));
    expect(JSON.stringify(rows)).not.toContain(key.slice(-20));
  });

  it('is nobody’s when it was revoked, has expired, was changed, or its maker is suspended', async () => {
    const revoked = accepted(await make());
    const expired = accepted(await make({ validDays: 1 }));
    const verify = (key: string) => world.otherProcess().verify(key);
    expect(await verify(revoked.key)).not.toBeNull();
    const params = { keyId: revoked.apiKey.keyId };
    expect(await world.verb(revokeApiKey(world.ports), principal, { params })).toBeNull();
    expect(await world.verb(revokeApiKey(world.ports), principal, { params })).toBeNull();
    expect(await verify(revoked.key)).toBeNull();
    expect(codeOf(await world.verb(revokeApiKey(world.ports), principal, { params: { keyId: uuidv7() } }))).toBe(
      'not-found',
    );
    expect((await world.auditOf(orgId)).filter((action) => action === 'auth.api-key-revoked')).toHaveLength(1);

    const other = expired.key.slice(0, -2) + (expired.key.endsWith('AA') ? 'BB' : 'AA');
    expect(await verify(other)).toBeNull();
    expect(await verify('muster_nonsense')).toBeNull();
    world.clock.advance(25 * 60 * 60_000);
    expect(await verify(expired.key)).toBeNull();
    world.clock.advance(-25 * 60 * 60_000);

    const maker = await world.account(orgId, { role: 'org_admin', email: 'second@keys.example' });
    const second = await world.signedIn({ identifier: 'second@keys.example' });
    const theirs = accepted(
      await world.verb(makeApiKey(world.ports), second, {
        body: { name: 'x', permissions: ['members.see'], validDays: 9 },
      }),
    );
    expect(await verify(theirs.key)).not.toBeNull();
    await world.suspend(orgId, maker);
    expect(await verify(theirs.key)).toBeNull();
  });

  it('stops working within a second in a process that knows it', async () => {
    const { key, apiKey } = accepted(await make());
    const process = world.otherProcess();
    expect(await process.verify(key)).not.toBeNull();
    await world.verb(revokeApiKey(world.ports), principal, { params: { keyId: apiKey.keyId } });
    world.clock.advance(1_000);
    expect(await process.verify(key)).toBeNull();
  });

  it('cannot be given what would make it more than a key', () => {
    for (const code of ['permissions.manage', 'security.configure', 'integrations.manage', 'privacy.manage'] as const) {
      expect(permissionsForKeys).not.toContain(code);
      const body = { name: 'x', permissions: [code], validDays: 1 };
      expect(apiKeyRoutes.makeApiKey.body.safeParse(body).success).toBe(false);
    }
  });
});
