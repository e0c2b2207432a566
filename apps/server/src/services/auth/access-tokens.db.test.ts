import { generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { signingPeriodMs } from './rules/key-plan.ts';
import { AuthWorld } from './testing/world.ts';

let world: AuthWorld;
let orgId: string;
let identifier: string;
beforeAll(async () => {
  world = await AuthWorld.create();
  orgId = await world.organization('college');
  const userId = await world.account(orgId);
  identifier = `${userId}@example.org`;
});
afterAll(() => world.db.drop());

describe('an access token', () => {
  it('verifies with the published keys, and carries what every service needs', async () => {
    const { accessToken } = await world.signedIn({ identifier });
    const [key] = await world.publicKeys();
    expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA' });
    expect(key).not.toHaveProperty('d');
    const { payload, protectedHeader } = await jwtVerify(accessToken, await importJWK(key as JWK, 'EdDSA'), {
      currentDate: world.clock.now(),
      audience: 'muster',
    });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: key?.['kid'], typ: 'at+jwt' });
    expect(Object.keys(payload).sort()).toEqual(['aud', 'dev', 'exp', 'iat', 'iss', 'org', 'role', 'sid', 'sub']);
  });

  it('ends after ten minutes, remembered or not', async () => {
    const { accessToken } = await world.signedIn({ identifier });
    expect(await world.accessTokens.verify(accessToken)).not.toBeNull();
    world.clock.advance(10 * 60_000);
    expect(await world.accessTokens.verify(accessToken)).toBeNull();
    expect(await world.otherProcess().verify(accessToken)).toBeNull();
  });

  it('is refused when anything about it was forged', async () => {
    const { accessToken } = await world.signedIn({ identifier });
    const actor = await world.accessTokens.verify(accessToken);
    const [header, payload, signature] = accessToken.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const kid = (await world.publicKeys())[0]?.['kid'] as string;
    const own = (changes: object, typ = 'at+jwt') =>
      new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'EdDSA', typ, kid }).sign(privateKey);
    const forged = [
      '',
      'a.b.c',
      `${header}.${part({ ...claims, role: 'org_admin' })}.${signature}`,
      `${part({ alg: 'none', kid })}.${payload}.`,
      `${part({ alg: 'HS256', kid })}.${payload}.${signature}`,
      await own({}),
      await own({ sid: actor?.sessionId }),
    ];
    for (const token of forged) expect(await world.otherProcess().verify(token)).toBeNull();
  });

  it('is refused with claims that are not ours, although the signature is', async () => {
    const { accessToken } = await world.signedIn({ identifier });
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] as string, 'base64url').toString()) as JWTPayload;
    const { rows } = await world.db.ownerPool.query<{ kid: string; jwk: JWK }>(
      'SELECT kid, private_jwk AS jwk FROM auth.signing_key',
    );
    const { kid, jwk } = rows[0] as { kid: string; jwk: JWK };
    const key = await importJWK(jwk, 'EdDSA');
    const sign = (changes: object, typ = 'at+jwt') =>
      new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'EdDSA', typ, kid }).sign(key);
    expect(await world.otherProcess().verify(await sign({}))).not.toBeNull();
    const changed = [
      { aud: 'other' },
      { iss: 'https://other.example' },
      { exp: undefined },
      { role: 'king' },
      { org: 'x' },
      { sid: uuidv7() },
      { sub: uuidv7() },
      { org: uuidv7() },
    ];
    for (const changes of changed) expect(await world.otherProcess().verify(await sign(changes))).toBeNull();
    expect(await world.otherProcess().verify(await sign({}, 'JWT'))).toBeNull();
  });

  it('costs no query while it is remembered', async () => {
    const { accessToken } = await world.signedIn({ identifier });
    await world.accessTokens.verify(accessToken);
    const before = performance.now();
    for (let index = 0; index < 10_000; index += 1) await world.accessTokens.verify(accessToken);
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe('signing keys', () => {
  it('are made once by processes that start together', async () => {
    const fresh = await AuthWorld.create();
    try {
      const seen = await Promise.all(Array.from({ length: 10 }, () => fresh.publicKeys()));
      expect(new Set(seen.map(([key]) => key?.['kid'])).size).toBe(1);
    } finally {
      await fresh.db.drop();
    }
  });

  it('take turns, and tokens of the one before stay valid', async () => {
    const [before] = await world.publicKeys();
    world.clock.advance(signingPeriodMs - 60_000);
    const old = await world.signedIn({ identifier });
    const elsewhere = world.otherProcess();
    expect(await elsewhere.verify(old.accessToken)).not.toBeNull();
    // Ten minutes at most until a process looks at the keys again.
    world.clock.advance(9 * 60_000);
    await world.publicKeys();
    world.clock.advance(9 * 60_000);
    const [after, ...others] = await world.publicKeys();
    expect(after?.['kid']).not.toBe(before?.['kid']);
    expect(others.map((key) => key['kid'])).toEqual([before?.['kid']]);
    const fresh = await world.signedIn({ identifier });
    expect(await elsewhere.verify(fresh.accessToken)).not.toBeNull();
  });

  it('keep their private half from everybody but auth', async () => {
    for (const service of ['gateway', 'users', 'audit'] as const) {
      const { database } = world.db;
      const read = database.acrossOrganizations(service, (tx) =>
        tx
          .selectFrom('auth.signing_key' as never)
          .selectAll()
          .execute(),
      );
      await expect(read).rejects.toThrow(/permission denied/);
    }
  });
});
