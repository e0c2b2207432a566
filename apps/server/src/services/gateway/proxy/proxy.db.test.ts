import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../../platform/ids.ts';
import { open, signedIn } from '../../../platform/http/bound-route.ts';
import { type HttpServer, startHttpServer } from '../../../platform/http/server.ts';
import { startTestServer, type TestServer } from '../../../platform/http/testing/test-server.ts';
import type { Service } from '../../../platform/service.ts';
import { createTelemetry } from '../../../platform/telemetry/telemetry.ts';
import { serveOtherServices } from './index.ts';
import { StandIn } from './testing/stand-in.ts';

const budgetMs = 600;
const halfOpenAfterMs = 400;
const perUserPerMinute = 500;

/** A Muster process with the service `auth` and `users`, as far as these tests ask them. */
const twoRoutes: Service = {
  name: 'users',
  routes: [
    signedIn(
      routes.whoAmI,
      async (_input, call) => ({ ip: call.ipAddress, id: call.requestId, trace: call.traceId }) as never,
    ),
    open(routes.jwks, async (_input, call) => ({ ip: call.ipAddress }) as never),
  ],
};

let gateway: TestServer;
let muster: HttpServer;
const reports = new StandIn();
const geo = new StandIn();

beforeAll(async () => {
  await reports.start();
  await geo.start();
  const serviceUrls = new Map([
    ['reports', reports.url],
    ['geo', geo.url],
  ] as const);
  gateway = await startTestServer(
    (ports) => [
      {
        name: 'gateway',
        routes: [],
        surface: async (server) => {
          // It shares the ports of the gateway, as processes share Redis and PostgreSQL.
          const telemetry = createTelemetry({ level: 'silent' });
          muster = await startHttpServer([twoRoutes], { ...ports, telemetry }, ofAService);
          const other = `http://127.0.0.1:${muster.address.port}`;
          const urls = new Map([...serviceUrls, ['users', other], ['auth', other]] as const);
          await serveOtherServices(
            server,
            { ...ports, settings: { ...ports.settings, serviceUrls: urls } },
            { budgetMs, halfOpenAfterMs },
          );
        },
      },
    ],
    { settings: { rateLimits: { perAddressPerMinute: 100, perUserPerMinute } } },
  );
});
const ofAService = { host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'], checkAnswers: false };

afterAll(async () => {
  await gateway.close();
  await muster.close();
  await reports.kill();
  await geo.kill();
});
beforeEach(() => {
  reports.forget();
  geo.forget();
});

const adminToken = () => gateway.tokens.issue({ orgId: uuidv7(), role: 'org_admin' });
const memberToken = () => gateway.tokens.issue({ orgId: uuidv7(), role: 'member' });

const send = async (path: string, init: RequestInit & { readonly token?: string | null } = {}) => {
  const { token = adminToken(), headers, ...rest } = init;
  const response = await fetch(`${gateway.url}${path}`, {
    ...rest,
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(headers as Record<string, string>),
    },
  });
  return response;
};

const refusalOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const { code } = (await response.json()) as { code: string };
  return [response.status, code, response.headers.get('retry-after')];
};

const metric = async (line: string): Promise<number> => {
  const found = (await gateway.ports.telemetry.metrics.metrics())
    .split('\n')
    .find((each) => each.startsWith(`${line} `));
  return Number(found?.split(' ').at(-1) ?? 0);
};

const runs = '/v1/reports/runs';
const keyed = (body: string | Uint8Array<ArrayBuffer> = '{}') => ({
  method: 'POST',
  body,
  headers: { 'Idempotency-Key': uuidv7() },
});

/** Until the service is asked again, so that one test's outage is not the next one's. */
const recovered = async (): Promise<void> => {
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await send(runs)).status === 200) return reports.forget();
    await sleep(50);
  }
  throw new Error('The service did not come back.');
};

describe('a forwarded request', () => {
  it('arrives as it was sent: method, address, body, type', async () => {
    const body = randomBytes(70_000);
    await send(`${runs}?a=%20b%2Fc&d=ä&d=|`, {
      ...keyed(body),
      headers: { 'Idempotency-Key': 'the-key', 'Content-Type': 'application/json; charset=utf-8; x="y"' },
    });
    const [received] = reports.received;
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
    reports.answering = (_request, response) => {
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
    const response = await send(runs, keyed());
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
    reports.answering = (_request, response) => response.writeHead(status).end();
    expect((await send(runs)).status).toBe(status);
  });

  it('says who asks, and leaves out what only proxies may say', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await send(runs, {
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
    const headers = reports.received[0]?.headers ?? {};
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': `127.0.0.1:${gateway.port}`,
      'x-request-id': 'edge-12345678',
      traceparent,
      host: new URL(reports.url).host,
      authorization: expect.stringMatching(/^Bearer token-/),
    });
    expect(Number(headers['x-muster-deadline-ms'])).toBeGreaterThan(0);
    expect(Number(headers['x-muster-deadline-ms'])).toBeLessThanOrEqual(budgetMs);
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['forwarded']));
    expect(headers).not.toHaveProperty('x-real-ip');
    expect(headers).not.toHaveProperty('x-muster-actor');
  });

  it('starts a trace where none came, under the id of the answer', async () => {
    const response = await send('/v1/me');
    const { id, trace, ip } = (await response.json()) as Record<string, string>;
    expect(response.headers.get('x-request-id')).toBe(id);
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    expect(ip).toBe('127.0.0.1');
    const line = gateway.logged.find((each) => JSON.stringify(each).includes(String(id)));
    expect(line).toMatchObject({ trace: { id: trace }, url: { path: '/v1/me' }, user: { id: expect.any(String) } });
  });

  it('may be a HEAD, and a GET that carries a body for nothing', async () => {
    expect((await send(runs, { method: 'HEAD' })).status).toBe(200);
    const answer = await raw(
      `GET ${runs} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${adminToken()}\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n{}`,
    );
    expect(answer).toMatch(/HTTP\/1\.1 200 /);
    expect(reports.received.map(({ method, body }) => [method, body.length])).toEqual([
      ['HEAD', 0],
      ['GET', 0],
    ]);
  });

  it('of a phone app needs no token and may have any type', async () => {
    for (const [path, type] of [
      ['/clients/owntracks/secret?u=1', 'no type at all'],
      ['/clients/osmand', 'application/json'],
    ]) {
      const response = await send(`${path}`, {
        method: 'POST',
        token: null,
        body: '{"_type":',
        headers: { 'Content-Type': `${type}` },
      });
      expect([response.status, response.headers.get('ratelimit')]).toEqual([200, null]);
      expect(geo.received.at(-1)).toMatchObject({ url: path, headers: { 'content-type': type } });
      expect(geo.received.at(-1)?.body.toString()).toBe('{"_type":');
    }
    expect((await send('/clients/osmand?id=7', { token: null })).status).toBe(200);
  });

  it('is not sent when its path climbs', async () => {
    const answer = await raw('GET /clients/a/%2e%2e%2fv1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/HTTP\/1\.1 404 [^]*"code":"not-found"/);
    expect(geo.received).toEqual([]);
  });

  it('is answered piece by piece, however long the answer', async () => {
    const piece = randomBytes(1024 * 1024);
    let more: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      more = resolve;
    });
    reports.answering = async (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/csv' });
      response.write(piece);
      // The rest follows only when the client has seen this much, and after the time for an answer's head.
      await asked;
      await sleep(budgetMs + 100);
      for (let sent = 1; sent < 24; sent += 1) response.write(piece);
      response.end();
    };
    const { body } = await send(`${runs}/${uuidv7()}/artifact`);
    let bytes = 0;
    for await (const received of body ?? []) {
      bytes += received.length;
      if (bytes >= piece.length) more();
    }
    expect(bytes).toBe(24 * piece.length);
  });

  it('breaks off where the answer broke off', async () => {
    reports.answering = (_request, response, socket) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('half', () => socket.destroy());
    };
    const response = await send(runs);
    await expect(response.text()).rejects.toThrow();
  });
});

describe('the gateway', () => {
  it.each([
    ['without a token', null],
    ['with a token that nobody issued', 'made-up'],
  ])('refuses a request %s by itself', async (_what, token) => {
    expect(await refusalOf(await send(runs, { token }))).toEqual([401, 'not-signed-in', null]);
    expect(reports.received).toEqual([]);
  });

  it('refuses a role without the permission', async () => {
    expect(await refusalOf(await send('/v1/phone-clients'))).toEqual([403, 'not-permitted', null]);
    expect(geo.received).toEqual([]);
  });

  it('refuses a body that is too large, and a method that is not offered', async () => {
    const large = await send(runs, keyed(Buffer.alloc(2 * 1024 * 1024 + 1)));
    expect(await refusalOf(large)).toEqual([413, 'body-too-large', null]);
    const response = await send(runs, { method: 'PUT', body: '{}' });
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(await refusalOf(response)).toEqual([405, 'method-not-allowed', null]);
    expect(reports.received).toEqual([]);
  });

  it('counts a request once, for the service does not count', async () => {
    const token = adminToken();
    const left = async () => /r=(\d+)/.exec((await send('/v1/me', { token })).headers.get('ratelimit') ?? '')?.[1];
    expect([await left(), await left()]).toEqual([String(perUserPerMinute - 1), String(perUserPerMinute - 2)]);
    const direct = await fetch(`http://127.0.0.1:${muster.address.port}/v1/me`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect([direct.status, direct.headers.get('ratelimit')]).toEqual([200, null]);
    const first = await send('/.well-known/jwks.json', { token: null });
    const second = await send('/.well-known/jwks.json', { token: null });
    expect([first.headers.get('ratelimit'), second.headers.get('ratelimit')]).toEqual([
      expect.stringContaining('r=99'),
      expect.stringContaining('r=98'),
    ]);
  });
});

describe('a service that is slow', () => {
  it('is waited for as long as the budget lasts', async () => {
    reports.answering = () => undefined;
    const before = await metric('muster_proxy_requests_total{service="reports",outcome="took-too-long"}');
    const startedMs = performance.now();
    expect(await refusalOf(await send(runs))).toEqual([504, 'took-too-long', null]);
    expect(performance.now() - startedMs).toBeLessThan(budgetMs + 400);
    expect(reports.received).toHaveLength(1);
    expect(await metric('muster_proxy_requests_total{service="reports",outcome="took-too-long"}')).toBe(before + 1);
  });

  it('begins nothing for which the time is over', async () => {
    const direct = (deadlineMs: string) =>
      fetch(`http://127.0.0.1:${muster.address.port}/v1/me`, {
        headers: { Authorization: `Bearer ${adminToken()}`, 'X-Muster-Deadline-Ms': deadlineMs },
      });
    expect(await refusalOf(await direct('0'))).toEqual([504, 'took-too-long', null]);
    for (const fine of ['5000', '-1', 'soon', '']) expect((await direct(fine)).status).toBe(200);
  });

  it('is no matter of a client that left', async () => {
    reports.answering = () => undefined;
    await expect(send(runs, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
    const outcome = 'muster_proxy_requests_total{service="reports",outcome="client-left"}';
    await expect.poll(() => metric(outcome)).toBe(1);
  });
});

describe('a connection that is reset before the answer', () => {
  const resetOnce = () => {
    reports.answering = (_request, response, socket) => {
      if (reports.received.length === 1) socket.resetAndDestroy();
      else response.writeHead(200).end('second');
    };
  };

  it.each([
    ['a GET', () => ({})],
    ['a write with its key', () => keyed('{"kind":"days"}')],
  ])('costs %s nothing: it is sent once more', async (_what, init) => {
    resetOnce();
    const response = await send(runs, init());
    expect([response.status, await response.text()]).toEqual([200, 'second']);
    expect(reports.received).toHaveLength(2);
    expect(reports.received[1]?.body).toEqual(reports.received[0]?.body);
  });

  it('ends a write without a key: it is not known whether it was done', async () => {
    resetOnce();
    expect(await refusalOf(await send(runs, { method: 'POST', body: '{}' }))).toEqual([503, 'service-away', '1']);
    expect(reports.received).toHaveLength(1);
  });

  it('is tried twice and no more', async () => {
    reports.answering = (_request, _response, socket) => void socket.resetAndDestroy();
    expect(await refusalOf(await send(runs))).toEqual([503, 'service-away', '1']);
    expect(reports.received).toHaveLength(2);
  });
});

describe('a service that is away', () => {
  it('is asked a few times, then left alone, then found again', async () => {
    await recovered();
    await reports.kill();
    for (let sent = 0; sent < 20; sent += 1) {
      expect(await refusalOf(await send(runs))).toEqual([503, 'service-away', '1']);
    }
    expect(await metric('muster_proxy_circuit{service="reports",position="open"}')).toBe(1);
    await reports.start();
    expect((await send(runs)).status).toBe(503);
    expect(reports.received).toEqual([]);
    await sleep(halfOpenAfterMs + 50);
    expect((await send(runs)).status).toBe(200);
    expect(await metric('muster_proxy_circuit{service="reports",position="closed"}')).toBe(1);
    // Others were not concerned.
    expect((await send('/v1/presence')).status).toBe(200);
  });

  it('is asked by one request alone, while the others are told to come back', async () => {
    await reports.kill();
    while ((await metric('muster_proxy_circuit{service="reports",position="open"}')) !== 1) await send(runs);
    await reports.start();
    reports.answering = (_request, response) => void setTimeout(() => response.writeHead(200).end(), 200);
    await sleep(halfOpenAfterMs + 50);
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(runs)));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    expect(reports.received).toHaveLength(1);
  });

  it('is told from one that refuses on purpose, and from one with a fault', async () => {
    await recovered();
    const answers = [
      [503, { 'Retry-After': '2' }],
      [500, { 'X-Request-Id': 'of-the-service' }],
    ] as const;
    for (let sent = 0; sent < 60; sent += 1) {
      const [status, headers] = answers[sent % 2] ?? answers[0];
      reports.answering = (_request, response) => response.writeHead(status, headers).end('as it is');
      const response = await send(runs);
      expect([response.status, await response.text()]).toEqual([status, 'as it is']);
    }
    expect(reports.received).toHaveLength(60);
  });

  it('may have something in front of it that answers in its place', async () => {
    reports.answering = (_request, response) => response.writeHead(502, { 'X-Odd': '1' }).end('<h1>Bad gateway</h1>');
    const response = await send(runs);
    expect(response.headers.get('x-odd')).toBeNull();
    expect(await refusalOf(response)).toEqual([503, 'service-away', '1']);
  });

  it('is what a member with the right to ask hears of, too', async () => {
    await geo.kill();
    const response = await send('/v1/phone-clients', { token: memberToken() });
    expect(response.headers.get('ratelimit')).toContain('r=499');
    expect(await refusalOf(response)).toEqual([503, 'service-away', '1']);
    await geo.start();
  });
});

/** Writes bytes and resolves with everything that comes back until the server hangs up. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (data) => (received += String(data)));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
