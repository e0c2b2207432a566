import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../../platform/ids.ts';
import { budgetMs, keyed, perUserPerMinute, refusalOf, ServicesApart } from './testing/services-apart.ts';

let apart: ServicesApart;
beforeAll(async () => {
  apart = await ServicesApart.start();
});
afterAll(() => apart.close());
beforeEach(() => {
  apart.reports.forget();
  apart.geo.forget();
});

const runs = '/v1/reports/runs';

describe('a forwarded request', () => {
  it('arrives as it was sent: method, address, body, type', async () => {
    const body = randomBytes(70_000);
    await apart.send(`${runs}?a=%20b%2Fc&d=ä&d=|`, {
      ...keyed(body),
      headers: { 'Idempotency-Key': 'the-key', 'Content-Type': 'application/json; charset=utf-8; x="y"' },
    });
    const [received] = apart.reports.received;
    expect(received).toMatchObject({
      method: 'POST',
      url: `${runs}?a=%20b%2Fc&d=%C3%A4&d=|`,
      headers: {
        'content-type': 'application/json; charset=utf-8; x="y"',
        'content-length': '70000',
        'idempotency-key': 'the-key',
      },
    });
    expect(received?.body.equals(body)).toBe(true);
  });

  it('is answered as the service answered: status, headers, body', async () => {
    const body = randomBytes(5_000);
    apart.reports.answering = (_request, response) => {
      response.writeHead(202, {
        'Content-Type': 'application/x-thing',
        'Content-Encoding': 'x-odd',
        ETag: 'W/"7"',
        'Retry-After': '9',
        'Set-Cookie': ['a=1', 'b=2'],
        'X-Request-Id': 'of-the-service',
        'Keep-Alive': 'timeout=3',
        'X-Hop': 'gone',
        Connection: 'keep-alive, X-Hop',
      });
      response.end(body);
    };
    const response = await apart.send(runs, keyed());
    expect([response.status, response.headers.getSetCookie()]).toEqual([202, ['a=1', 'b=2']]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/x-thing',
      'content-encoding': 'x-odd',
      etag: 'W/"7"',
      'retry-after': '9',
      'x-request-id': 'of-the-service',
      ratelimit: expect.stringContaining('r=499'),
    });
    expect([response.headers.get('x-hop'), response.headers.get('keep-alive')]).not.toContain('timeout=3');
    expect(response.headers.get('x-hop')).toBeNull();
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
  });

  it.each([204, 304, 404, 409, 422])('keeps the status %i', async (status) => {
    apart.reports.answering = (_request, response) => response.writeHead(status).end();
    expect((await apart.send(runs)).status).toBe(status);
  });

  it('says who asks, and leaves out what only proxies may say', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await apart.send(runs, {
      headers: {
        'X-Forwarded-For': '203.0.113.9',
        'X-Forwarded-Host': 'evil.example',
        'X-Real-IP': '203.0.113.9',
        Forwarded: 'for=203.0.113.9',
        'X-Muster-Deadline-Ms': '999999',
        'X-Muster-Actor': 'root',
        'X-Request-Id': 'edge-12345678',
        traceparent,
      },
    });
    const headers = apart.reports.received[0]?.headers ?? {};
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': `127.0.0.1:${apart.gateway.port}`,
      'x-request-id': 'edge-12345678',
      traceparent,
      host: new URL(apart.reports.url).host,
      authorization: expect.stringMatching(/^Bearer token-/),
    });
    expect(Number(headers['x-muster-deadline-ms'])).toBeGreaterThan(0);
    expect(Number(headers['x-muster-deadline-ms'])).toBeLessThanOrEqual(budgetMs);
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['forwarded']));
    expect(headers).not.toHaveProperty('x-real-ip');
    expect(headers).not.toHaveProperty('x-muster-actor');
  });

  it('starts a trace where none came, under the id of the answer', async () => {
    const response = await apart.send('/v1/me');
    const { id, trace, ip } = (await response.json()) as Record<string, string>;
    expect(response.headers.get('x-request-id')).toBe(id);
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    expect(ip).toBe('127.0.0.1');
    const line = apart.gateway.logged.find((each) => JSON.stringify(each).includes(String(id)));
    expect(line).toMatchObject({ trace: { id: trace }, url: { path: '/v1/me' }, user: { id: expect.any(String) } });
  });

  it('may be a HEAD, and a GET that carries a body for nothing', async () => {
    expect((await apart.send(runs, { method: 'HEAD' })).status).toBe(200);
    const answer = await raw(
      `GET ${runs} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${apart.token('org_admin')}\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n{}`,
    );
    expect(answer).toMatch(/HTTP\/1\.1 200 /);
    expect(apart.reports.received.map(({ method, body }) => [method, body.length])).toEqual([
      ['HEAD', 0],
      ['GET', 0],
    ]);
  });

  it('of a phone app needs no token and may have any type', async () => {
    for (const [path, type] of [
      ['/clients/owntracks/secret?u=1', 'no type at all'],
      ['/clients/osmand', 'application/json'],
    ]) {
      const response = await apart.send(`${path}`, {
        method: 'POST',
        token: null,
        body: '{"_type":',
        headers: { 'Content-Type': `${type}` },
      });
      expect([response.status, response.headers.get('ratelimit')]).toEqual([200, null]);
      expect(apart.geo.received.at(-1)).toMatchObject({ url: path, headers: { 'content-type': type } });
      expect(apart.geo.received.at(-1)?.body.toString()).toBe('{"_type":');
    }
    expect((await apart.send('/clients/osmand?id=7', { token: null })).status).toBe(200);
  });

  it('is not sent when its path climbs', async () => {
    const answer = await raw('GET /clients/a/%2e%2e%2fv1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/HTTP\/1\.1 404 [^]*"code":"not-found"/);
    expect(apart.geo.received).toEqual([]);
  });

  it('is answered piece by piece, however long the answer', async () => {
    const piece = randomBytes(1024 * 1024);
    let more: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      more = resolve;
    });
    apart.reports.answering = async (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/csv' });
      response.write(piece);
      // The rest follows only when the client has seen this much, and after the time for an answer's head.
      await asked;
      await sleep(budgetMs + 100);
      for (let sent = 1; sent < 24; sent += 1) response.write(piece);
      response.end();
    };
    const { body } = await apart.send(`${runs}/${uuidv7()}/artifact`);
    let bytes = 0;
    for await (const received of body ?? []) {
      bytes += received.length;
      if (bytes >= piece.length) more();
    }
    expect(bytes).toBe(24 * piece.length);
  });

  it('breaks off where the answer broke off', async () => {
    apart.reports.answering = (_request, response, socket) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('half', () => socket.destroy());
    };
    const response = await apart.send(runs);
    await expect(response.text()).rejects.toThrow();
  });
});

describe('the gateway', () => {
  it.each([
    ['without a token', null],
    ['with a token that nobody issued', 'made-up'],
  ])('refuses a request %s by itself', async (_what, token) => {
    expect(await refusalOf(await apart.send(runs, { token }))).toEqual([401, 'not-signed-in', null]);
    expect(apart.reports.received).toEqual([]);
  });

  it('refuses a body that is too large, and a method that is not offered', async () => {
    const large = await apart.send(runs, keyed(Buffer.alloc(2 * 1024 * 1024 + 1)));
    expect(await refusalOf(large)).toEqual([413, 'body-too-large', null]);
    const response = await apart.send(runs, { method: 'PUT', body: '{}' });
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(await refusalOf(response)).toEqual([405, 'method-not-allowed', null]);
    expect(apart.reports.received).toEqual([]);
  });

  it('counts a request once, for the service does not count', async () => {
    const token = apart.token('org_admin');
    const left = async () =>
      /r=(\d+)/.exec((await apart.send('/v1/me', { token })).headers.get('ratelimit') ?? '')?.[1];
    expect([await left(), await left()]).toEqual([String(perUserPerMinute - 1), String(perUserPerMinute - 2)]);
    const direct = await apart.askUsers({});
    expect([direct.status, direct.headers.get('ratelimit')]).toEqual([200, null]);
    const first = await apart.send('/.well-known/jwks.json', { token: null });
    const second = await apart.send('/.well-known/jwks.json', { token: null });
    expect([first.headers.get('ratelimit'), second.headers.get('ratelimit')]).toEqual([
      expect.stringContaining('r=99'),
      expect.stringContaining('r=98'),
    ]);
  });
});

/** Writes bytes and resolves with everything that comes back until the server hangs up. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(apart.gateway.port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (data) => (received += String(data)));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
