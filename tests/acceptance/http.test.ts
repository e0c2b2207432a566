import { randomUUID } from 'node:crypto';
import { openApiDocument, problemCatalogue, type ProblemCode, type RouteDefinition, routes } from '@muster/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { baseUrl, call, principal, problemOf, refusalOf, send, type Session } from './client.ts';
import { campus, player, printedCode, punchBody } from './scene.ts';

/** What holds for every answer, whoever asks and whatever for. */

let session: Session;
/** May report positions: what is wrong with a body is told to who may send one. */
let member: Session;
beforeAll(async () => {
  session = await principal();
  member = (await player('http')).session;
});

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${baseUrl()}${path}`, { ...init, signal: AbortSignal.timeout(30_000) });
const post = (path: string, body: string, headers: Record<string, string> = {}, sender = member) =>
  ask(path, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${sender.accessToken}`, 'content-type': 'application/json', ...headers },
  });

const codeOf = async (response: Response): Promise<ProblemCode> => (await problemOf(response)).code;

describe('a refusal', () => {
  it('is a problem document where there is nothing', async () => {
    for (const path of [
      '/v1/nothing',
      '/v1/members/not-there/today/x',
      '/clients/fax/secret',
      '/v1/%zz',
      '/problems/x',
    ]) {
      expect(await codeOf(await ask(path)), path).toBe('not-found');
    }
    // Outside the API a page is the answer, or nothing; never a fault.
    for (const path of ['/%00', '/..%2f..%2fetc%2fpasswd', '/assets/%2e%2e/%2e%2e/package.json', '/x.js']) {
      const response = await ask(path);
      expect(response.status, path).toBeLessThan(500);
      expect(await response.text()).not.toMatch(/root:|"workspaces"/);
    }
  });

  it('names what is offered where only the method is wrong', async () => {
    const response = await ask('/v1/me', { method: 'DELETE' });
    expect([404, 405]).toContain(response.status);
    if (response.status === 405) expect(response.headers.get('allow')).toContain('GET');
    await problemOf(response);
  });

  it('is 415 for a content type that is not understood', async () => {
    const response = await post('/v1/positions', '<positions/>', { 'content-type': 'application/xml' });
    expect(await codeOf(response)).toBe('media-type-unsupported');
    expect(response.status).toBe(415);
  });

  it('is 413 for a body that is too large', async () => {
    const response = await post('/v1/positions', `{"positions":["${'x'.repeat(3_000_000)}"]}`);
    expect(await codeOf(response)).toBe('body-too-large');
  });

  it('is 400 for a body that cannot be read', async () => {
    for (const body of ['{', '', 'NaN', '{"a":1}}', '\u0000']) {
      expect(await codeOf(await post('/v1/positions', body)), JSON.stringify(body)).toBe('body-malformed');
    }
  });

  it('names the fields that do not fit', async () => {
    const response = await post('/v1/positions', '{"positions":[{"latitude":91,"longitude":0}],"more":1}');
    const problem = await problemOf(response);
    expect(problem.code).toBe('request-invalid');
    expect(problem.fields?.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['body.positions.0.latitude', 'body.positions.0.fixedAt']),
    );
  });

  it('is 401 with a challenge without a token, with a broken one, and with one that was tampered with', async () => {
    const [head, claims = '', signature] = session.accessToken.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    for (const token of [null, 'x', `${head}.${claims}.`, `${none}.${claims}.`, `${head}.${claims}x.${signature}`]) {
      const response = await ask('/v1/me', token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await codeOf(response)).toBe('not-signed-in');
    }
  });

  it('is 403 for who may not, and looks the same whether the thing is there or not', async () => {
    const member = await player('http', 0);
    const { gateId } = await campus();
    const body = { siteId: randomUUID(), name: 'My gate', position: { latitude: 0, longitude: 0 } };
    expect(await refusalOf(routes.addGate, { body }, member.session)).toBe('not-permitted');
    for (const id of [gateId, randomUUID()]) {
      expect(await refusalOf(routes.readPrintedCode, { params: { gateId: id } }, member.session)).toBe('not-permitted');
    }
    const other = await player('http', 1);
    for (const memberId of [other.memberId, randomUUID()]) {
      const params = { memberId };
      expect(await refusalOf(routes.readToday, { params }, member.session)).toBe('not-found');
      expect(await refusalOf(routes.readPresence, { params }, member.session)).toBe('not-found');
    }
  });

  it('is explained at its address', async () => {
    for (const code of Object.keys(problemCatalogue)) {
      const response = await ask(`/problems/${code}`);
      expect(response.status, code).toBe(200);
    }
  });
});

describe('every answer', () => {
  it('carries a request id, which is in the problem, too; a sensible one that was sent is kept', async () => {
    const response = await ask('/v1/me');
    const id = response.headers.get('x-request-id');
    expect(id).toMatch(/^[\w-]{8,}$/);
    expect((await problemOf(response)).requestId).toBe(id);
    const evil = await ask('/v1/me', { headers: { 'x-request-id': 'a b\tc<script>' } });
    expect(evil.headers.get('x-request-id')).not.toContain('<');
  });

  it('says how many requests are left', async () => {
    const response = await send(routes.whoAmI, {}, session);
    expect(response.headers.get('ratelimit')).toMatch(/^"[^"]+";r=\d+;t=\d+$/);
    expect(response.headers.get('ratelimit-policy')).toMatch(/^"[^"]+";q=\d+;w=60$/);
  });

  it('forbids framing and guessing of types, and never names what it runs on', async () => {
    const { headers } = await ask('/health/live');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });
});

describe('what is there for programs', () => {
  it('is the description of the contract, word for word', async () => {
    const response = await ask('/openapi.json');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    expect((await ask('/asyncapi.json')).status).toBe(200);
  });

  it('is a page for people', async () => {
    const response = await ask('/docs');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  });

  it('answers every operation that it describes', async () => {
    for (const route of Object.values<RouteDefinition>(routes)) {
      const path = route.path.replace(/:\w+/g, randomUUID());
      const response = await ask(path, { method: route.method });
      const unknown = response.status === 404 && !route.path.includes(':');
      expect(unknown || response.status === 405, `${route.operation} is missing`).toBe(false);
      if (route.access !== 'public') expect(response.status, route.operation).toBe(401);
    }
  });

  it('says how it is', async () => {
    expect(await (await ask('/health/live')).json()).toEqual({ status: 'live' });
    const ready = (await (await ask('/health/ready')).json()) as { status: string; dependencies: { ok: boolean }[] };
    expect(ready.status).toBe('ready');
    expect(ready.dependencies.length).toBeGreaterThan(0);
    expect(ready.dependencies.every(({ ok }) => ok)).toBe(true);
    const metrics = await (await ask('/metrics')).text();
    for (const what of [/_seconds_bucket\{/, /outbox/, /eventloop/]) expect(metrics).toMatch(what);
    // Neither people nor places belong into figures.
    expect(metrics).not.toMatch(/lindenhof|[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('publishes the keys that verify its tokens', async () => {
    const { keys } = await call(routes.jwks, {});
    const head = JSON.parse(Buffer.from(session.accessToken.split('.')[0] ?? '', 'base64url').toString()) as {
      kid: string;
    };
    expect(keys.map(({ kid }) => kid)).toContain(head.kid);
    for (const key of keys) expect(key).not.toHaveProperty('d');
  });
});

describe('an idempotency key', () => {
  let siteId = '';
  beforeAll(async () => {
    siteId = (await campus()).site.siteId;
  });
  const gateBody = (name: string) => ({ siteId, name, position: { latitude: 46.92, longitude: 15.87 } });
  const gatesNamed = async (name: string) =>
    (await call(routes.listGates, {}, session)).items.filter((gate) => gate.name === name);

  it('is needed for a new write', async () => {
    const response = await post('/v1/gates', JSON.stringify(gateBody('No key')), {}, session);
    expect(await codeOf(response)).toBe('idempotency-key-missing');
    for (const key of ['short', 'x'.repeat(101), 'with spaces in it']) {
      const refused = await post('/v1/gates', JSON.stringify(gateBody('No key')), { 'idempotency-key': key }, session);
      expect(await codeOf(refused)).toBe('idempotency-key-missing');
    }
    expect(await gatesNamed('No key')).toEqual([]);
  });

  it('gives the same answer once more, and no second effect', async () => {
    const idempotencyKey = randomUUID();
    const body = gateBody('Once');
    const first = await call(routes.addGate, { body }, session, { idempotencyKey });
    const second = await call(routes.addGate, { body }, session, { idempotencyKey });
    expect(second).toEqual(first);
    expect(await gatesNamed('Once')).toHaveLength(1);
  });

  it('belongs to one request, and to one user', async () => {
    const idempotencyKey = randomUUID();
    await call(routes.addGate, { body: gateBody('Mine') }, session, { idempotencyKey });
    const other = await refusalOf(routes.addGate, { body: gateBody('Other') }, session, { idempotencyKey });
    expect(other).toBe('idempotency-key-reused');
    expect(await gatesNamed('Other')).toEqual([]);
    const member = await player('http', 0);
    const body = { client: 'owntracks' as const, name: 'Mine' };
    await call(routes.addPhoneClient, { body }, member.session, { idempotencyKey });
  });

  it('makes one effect of fifty requests at once', async () => {
    const idempotencyKey = randomUUID();
    const body = gateBody('Fifty');
    const codes = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const response = await send(routes.addGate, { body }, session, { idempotencyKey });
        if (response.status === 201) return ((await response.json()) as { gateId: string }).gateId;
        expect(await codeOf(response)).toBe('still-running');
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
        return null;
      }),
    );
    expect(new Set(codes.filter((id) => id !== null)).size).toBe(1);
    expect(await gatesNamed('Fifty')).toHaveLength(1);
  });

  it('remembers a refusal as well', async () => {
    const member = await player('http', 1);
    const { gateId } = await campus();
    const { nonce } = await call(routes.scan, { body: { code: await printedCode(gateId) } }, member.session);
    const idempotencyKey = randomUUID();
    const body = punchBody(member.session, 'EXIT', nonce, { latitude: 0, longitude: 0 }, 'Trying from far away');
    const first = await send(routes.exit, { body }, member.session, { idempotencyKey });
    const second = await send(routes.exit, { body }, member.session, { idempotencyKey });
    expect([first.status, await codeOf(first)]).toEqual([second.status, await codeOf(second)]);
  });
});
