import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { noteService, plantNotes, reader, writer } from './testing/note-service.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
let slowClient: Promise<string>;
const orgId = uuidv7();

beforeAll(async () => {
  server = await startTestServer(() => [noteService()], {
    prepare: plantNotes,
    settings: { rateLimits: { perAddressPerMinute: 30, perUserPerMinute: 200 }, headersTimeoutMs: 1_000 },
  });
  // Its time passes while the other tests run.
  slowClient = rawRequest('GET /v1/greeting HTTP/1.1\r\nHost: muster\r\nX-Slow: ');
});
afterAll(() => server.close());

interface Sent {
  readonly method?: string;
  readonly token?: string | null;
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Signed in as an administrator, with a fresh key, unless told otherwise; a string is sent as it is. */
const send = async (path: string, { method = 'POST', token, key, body, headers }: Sent = {}) => {
  const bearer = token === undefined ? server.tokens.issue({ orgId, role: writer }) : token;
  const idempotencyKey = key === undefined ? uuidv7() : key;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(bearer === null ? {} : { Authorization: `Bearer ${bearer}` }),
      ...(idempotencyKey === null ? {} : { 'Idempotency-Key': idempotencyKey }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null;
  return { status: response.status, headers: response.headers, answer, code: answer?.['code'] };
};

/** Writes bytes and resolves with everything that comes back until the server hangs up. */
const rawRequest = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (data) => (received += String(data)));
    socket.on('close', () => resolve(received));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(received) : reject(error),
    );
  });

const titles = async (org = orgId): Promise<string[]> => {
  const text = 'SELECT title FROM geo.note WHERE org_id = $1 ORDER BY title';
  return (await server.db.ownerPool.query<{ title: string }>(text, [org])).rows.map(({ title }) => title);
};

describe('a verb', () => {
  it('commits what it wrote, then answers with the status of its contract', async () => {
    const org = uuidv7();
    const token = server.tokens.issue({ orgId: org, role: writer });
    const { status, answer } = await send('/v1/notes', { token, body: { title: 'kept' } });
    expect([status, answer?.['title']]).toEqual([201, 'kept']);
    expect(await titles(org)).toEqual(['kept']);
  });

  it.each([
    ['throws a problem', 'thrown', 409, 'conflict'],
    ['breaks', 'broken', 500, 'internal-error'],
  ])('leaves nothing behind when it %s', async (_how, title, status, code) => {
    const org = uuidv7();
    const token = server.tokens.issue({ orgId: org, role: writer });
    const refused = await send('/v1/notes', { token, body: { title } });
    expect([refused.status, refused.code]).toEqual([status, code]);
    expect(JSON.stringify(refused.answer)).not.toContain('hunter2');
    expect(await titles(org)).toEqual([]);
  });

  it('keeps what it wrote when it returns a problem', async () => {
    const org = uuidv7();
    const token = server.tokens.issue({ orgId: org, role: writer });
    const refused = await send('/v1/notes', { token, body: { title: 'returned' } });
    expect(refused).toMatchObject({ status: 422, code: 'code-stale', answer: { detail: 'returned', ageSeconds: 7 } });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await titles(org)).toEqual(['returned']);
  });

  it('is found out when its answer is not what the contract promised', async () => {
    expect(await send('/v1/lie', { method: 'GET' })).toMatchObject({ status: 500, code: 'internal-error' });
  });

  it('answers 204 without a body where the contract says so', async () => {
    const { status, answer } = await send(`/v1/notes/${uuidv7()}`, { method: 'PUT', body: { title: 'fine' } });
    expect([status, answer]).toEqual([204, null]);
  });
});

describe('the guard', () => {
  it.each([
    ['no token', null, {}],
    ['a token that nobody issued', 'made-up', {}],
    ['another scheme', null, { Authorization: 'Basic dXNlcjpwYXNz' }],
    ['an empty token', null, { Authorization: 'Bearer ' }],
  ])('refuses %s, and says how to sign in', async (_what, token, headers) => {
    const { status, code, headers: answered } = await send('/v1/caller', { method: 'GET', token, headers });
    expect([status, code]).toEqual([401, 'not-signed-in']);
    expect(answered.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('refuses a role without the permission, before it looks at the body', async () => {
    const token = server.tokens.issue({ orgId, role: reader });
    expect(await send('/v1/notes', { token, body: { title: 7 } })).toMatchObject({
      status: 403,
      code: 'not-permitted',
    });
  });

  it('lets everybody through where the route is public', async () => {
    const { status, answer } = await send('/v1/greeting', { method: 'GET', token: null });
    expect([status, answer]).toEqual([200, { hello: 'world', address: '127.0.0.1' }]);
  });

  it('believes no forwarded address from a stranger', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    const { answer } = await send('/v1/greeting', { method: 'GET', token: null, headers });
    expect(answer).toMatchObject({ address: '127.0.0.1' });
  });

  it('counts down, then refuses with the time to wait; another user goes on', async () => {
    const token = server.tokens.issue({ orgId, role: writer });
    const first = await send('/v1/caller', { method: 'GET', token });
    expect(first.headers.get('ratelimit-policy')).toBe('"minute";q=200;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"minute";r=199;t=\d+$/);
    await Promise.all(Array.from({ length: 199 }, () => send('/v1/caller', { method: 'GET', token })));
    const refused = await send('/v1/caller', { method: 'GET', token });
    expect([refused.status, refused.code]).toEqual([429, 'too-many-requests']);
    const waitSeconds = Number(refused.headers.get('retry-after'));
    expect(waitSeconds).toBeGreaterThan(0);
    expect(waitSeconds).toBeLessThanOrEqual(60);
    expect(refused.headers.get('ratelimit')).toMatch(/r=0/);
    expect((await send('/v1/caller', { method: 'GET' })).status).toBe(200);
  });
});

describe('input that does not fit', () => {
  const paths = (answer: Record<string, unknown> | null): string[] =>
    ((answer?.['fields'] ?? []) as { path: string }[]).map(({ path }) => path);

  it('is refused with the name of each field', async () => {
    const { status, code, answer } = await send('/v1/notes', { body: { title: 'x', more: { count: 1.5 } } });
    expect([status, code]).toEqual([400, 'request-invalid']);
    expect(paths(answer)).toEqual(['body.title', 'body.more.count']);
  });

  it('is found in the path and in the query', async () => {
    const inPath = await send('/v1/notes/not-a-uuid', { method: 'PUT', body: { title: 'fine' } });
    expect([inPath.status, paths(inPath.answer)]).toEqual([400, ['path.noteId']]);
    const inQuery = await send(`/v1/notes/${uuidv7()}?page=two`, { method: 'PUT', body: { title: 'fine' } });
    expect([inQuery.status, paths(inQuery.answer)]).toEqual([400, ['query.page']]);
  });

  it('may hold nothing that the contract does not know', async () => {
    expect(await send('/v1/notes', { body: { title: 'fine', role: 'org_admin' } })).toMatchObject({ status: 400 });
  });

  it('writes nothing, and its key stays free', async () => {
    const org = uuidv7();
    const token = server.tokens.issue({ orgId: org, role: writer });
    const key = uuidv7();
    await send('/v1/notes', { token, key, body: {} });
    expect(await send('/v1/notes', { token, key, body: { title: 'now' } })).toMatchObject({ status: 201 });
    expect(await titles(org)).toEqual(['now']);
  });
});

describe('what the framework refuses has the form of every problem', () => {
  it.each([
    ['__proto__ in the body', '{"title":"fine","__proto__":{"polluted":true}}'],
    ['constructor.prototype in the body', '{"title":"fine","constructor":{"prototype":{"polluted":true}}}'],
    ['an empty JSON body', ''],
    ['half a JSON body', '{"title":'],
  ])('%s', async (_what, body) => {
    const { status, code, headers } = await send('/v1/notes', { body });
    expect([status, code]).toEqual([400, 'body-malformed']);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('an unknown address', async () => {
    const { status, code, answer, headers } = await send('/v1/nowhere', { method: 'GET' });
    expect([status, code]).toEqual([404, 'not-found']);
    expect(answer?.['requestId']).toBe(headers.get('x-request-id'));
  });

  it('a broken address', async () => {
    expect(await rawRequest('GET /v1/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 404 [^]*"code":"not-found"/,
    );
  });

  it('a method that the address does not offer, with those it does', async () => {
    const onNotes = await send('/v1/notes', { method: 'PATCH', body: {} });
    expect([onNotes.status, onNotes.code, onNotes.headers.get('allow')]).toEqual([405, 'method-not-allowed', 'POST']);
    const onOne = await send(`/v1/notes/${uuidv7()}`, { method: 'DELETE' });
    expect([onOne.status, onOne.headers.get('allow')]).toEqual([405, 'PUT']);
    expect(await send('/v1/nowhere', { method: 'DELETE' })).toMatchObject({ status: 404 });
  });

  it('a body that is too large', async () => {
    const body = JSON.stringify({ title: 'x'.repeat(2 * 1024 * 1024 + 1) });
    expect(await send('/v1/notes', { body })).toMatchObject({ status: 413, code: 'body-too-large' });
  });

  it('a content type that nobody reads', async () => {
    const refused = await send('/v1/notes', { body: 'title=x', headers: { 'Content-Type': 'text/xml' } });
    expect(refused).toMatchObject({ status: 415, code: 'media-type-unsupported' });
  });

  it('headers that are too large', async () => {
    const answer = await rawRequest(`GET /v1/greeting HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('the request id', () => {
  it('is made here, and is in the answer and in the problem', async () => {
    const { headers, answer } = await send('/v1/notes', { body: {} });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer?.['requestId']).toBe(headers.get('x-request-id'));
  });

  it('is taken over when it is well formed, and replaced when it is not', async () => {
    const given = await send('/v1/caller', { method: 'GET', headers: { 'X-Request-Id': 'edge-12345678' } });
    expect(given.headers.get('x-request-id')).toBe('edge-12345678');
    const odd = await send('/v1/caller', { method: 'GET', headers: { 'X-Request-Id': 'no spaces "please"' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the log line of a request', () => {
  it('names request, trace and user, and neither the address asked for nor any secret', async () => {
    const token = server.tokens.issue({ orgId, role: writer, userId: uuidv7() });
    const userId = (await server.tokens.verify(token))?.userId;
    const traceId = 'a'.repeat(32);
    await send(`/v1/notes/${uuidv7()}?page=48`, {
      method: 'PUT',
      token,
      body: { title: 'hunter2' },
      headers: { 'X-Request-Id': 'request-of-the-log', traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
    });
    const lines = server.logged.filter((line) => JSON.stringify(line).includes('request-of-the-log'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      message: 'request',
      http: { request: { id: 'request-of-the-log', method: 'PUT' }, response: { status_code: 204 } },
      url: { path: '/v1/notes/:noteId' },
      trace: { id: traceId },
      user: { id: userId },
    });
    const text = JSON.stringify(lines[0]);
    for (const secret of ['hunter2', token, 'page=48']) expect(text).not.toContain(secret);
  });

  it('of an error names the request, so that its answer leads to it', async () => {
    const { answer } = await send('/v1/notes', { body: { title: 'broken' } });
    const line = server.logged.find(
      (each) =>
        each['message'] === 'a request failed unexpectedly' &&
        JSON.stringify(each).includes(String(answer?.['requestId'])),
    );
    expect(line).toMatchObject({ trace: { id: expect.stringMatching(/^[0-9a-f]{32}$/) } });
  });
});

describe('operation', () => {
  it('exposes process and request metrics under one prefix', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const names = [...text.matchAll(/^# TYPE (\w+)/gm)].map((match) => match[1]);
    expect(names).toEqual(
      expect.arrayContaining([
        'muster_nodejs_eventloop_lag_p99_seconds',
        'muster_process_resident_memory_bytes',
        'muster_http_request_duration_seconds',
      ]),
    );
    expect(names.filter((name) => !name?.startsWith('muster_'))).toEqual([]);
    expect(text).toContain('route="/v1/notes/:noteId"');
  });

  it('is ready, and no longer after it was told to stop', async () => {
    const other = await startTestServer(() => []);
    const ready = async () => (await fetch(`${other.url}/health/ready`)).status;
    expect(await ready()).toBe(200);
    other.http.stopBeingReady();
    expect(await ready()).toBe(503);
    expect((await fetch(`${other.url}/health/live`)).status).toBe(200);
    await other.close();
  });

  it('cuts a client that takes its time over the headers', async () => {
    expect(await slowClient).toMatch(/^HTTP\/1\.1 408 /);
  });
});
