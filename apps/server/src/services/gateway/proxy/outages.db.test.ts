import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { budgetMs, halfOpenAfterMs, keyed, refusalOf, ServicesApart } from './testing/services-apart.ts';

let apart: ServicesApart;
beforeAll(async () => {
  apart = await ServicesApart.start();
});
afterAll(() => apart.close());
beforeEach(() => apart.reportsAreWell());

const runs = '/v1/reports/runs';

describe('a service that is slow', () => {
  it('is waited for as long as the budget lasts', async () => {
    apart.reports.answering = () => undefined;
    const before = await apart.metric('muster_proxy_requests_total{service="reports",outcome="took-too-long"}');
    const startedMs = performance.now();
    expect(await refusalOf(await apart.send(runs))).toEqual([504, 'took-too-long', null]);
    expect(performance.now() - startedMs).toBeLessThan(budgetMs + 400);
    expect(apart.reports.received).toHaveLength(1);
    expect(await apart.metric('muster_proxy_requests_total{service="reports",outcome="took-too-long"}')).toBe(
      before + 1,
    );
  });

  it('may answer when nobody waits any more: that goes nowhere', async () => {
    apart.reports.answering = async (_request, response) => {
      await sleep(budgetMs + 100);
      response.writeHead(200, { 'X-Late': '1' }).end('x'.repeat(100_000));
    };
    const response = await apart.send(runs);
    expect([response.status, response.headers.get('x-late')]).toEqual([504, null]);
    await sleep(200);
    apart.reports.forget();
    expect((await apart.send(runs)).status).toBe(200);
  });

  it('begins nothing for which the time is over', async () => {
    const direct = (deadlineMs: string) => apart.askUsers({ 'X-Muster-Deadline-Ms': deadlineMs });
    expect(await refusalOf(await direct('0'))).toEqual([504, 'took-too-long', null]);
    for (const fine of ['5000', '-1', 'soon', '']) expect((await direct(fine)).status).toBe(200);
  });

  it('is no matter of a client that left', async () => {
    apart.reports.answering = () => undefined;
    await expect(apart.send(runs, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
    const outcome = 'muster_proxy_requests_total{service="reports",outcome="client-left"}';
    await expect.poll(() => apart.metric(outcome)).toBe(1);
  });
});

describe('a connection that is reset before the answer', () => {
  const resetOnce = () => {
    apart.reports.answering = (_request, response, socket) => {
      if (apart.reports.received.length === 1) socket.resetAndDestroy();
      else response.writeHead(200).end('second');
    };
  };

  it.each([
    ['a GET', () => ({})],
    ['a write with its key', () => keyed('{"kind":"days"}')],
  ])('costs %s nothing: it is sent once more', async (_what, init) => {
    resetOnce();
    const response = await apart.send(runs, init());
    expect([response.status, await response.text()]).toEqual([200, 'second']);
    expect(apart.reports.received).toHaveLength(2);
    expect(apart.reports.received[1]?.body).toEqual(apart.reports.received[0]?.body);
  });

  it('ends a write without a key: it is not known whether it was done', async () => {
    resetOnce();
    expect(await refusalOf(await apart.send(runs, { method: 'POST', body: '{}' }))).toEqual([503, 'service-away', '1']);
    expect(apart.reports.received).toHaveLength(1);
  });

  it('is tried twice and no more', async () => {
    apart.reports.answering = (_request, _response, socket) => void socket.resetAndDestroy();
    expect(await refusalOf(await apart.send(runs))).toEqual([503, 'service-away', '1']);
    expect(apart.reports.received).toHaveLength(2);
  });
});

describe('a service that is away', () => {
  it('is asked a few times, then left alone, then found again', async () => {
    await apart.reports.kill();
    for (let sent = 0; sent < 20; sent += 1) {
      expect(await refusalOf(await apart.send(runs))).toEqual([503, 'service-away', '1']);
    }
    expect(await apart.metric('muster_proxy_circuit{service="reports",position="open"}')).toBe(1);
    await apart.reports.start();
    expect((await apart.send(runs)).status).toBe(503);
    expect(apart.reports.received).toEqual([]);
    await sleep(halfOpenAfterMs + 50);
    expect((await apart.send(runs)).status).toBe(200);
    expect(await apart.metric('muster_proxy_circuit{service="reports",position="closed"}')).toBe(1);
    // Others were not concerned.
    expect((await apart.send('/v1/presence')).status).toBe(200);
  });

  it('is asked by one request alone, while the others are told to come back', async () => {
    await apart.reports.kill();
    while ((await apart.metric('muster_proxy_circuit{service="reports",position="open"}')) !== 1)
      await apart.send(runs);
    await apart.reports.start();
    apart.reports.answering = (_request, response) => void setTimeout(() => response.writeHead(200).end(), 200);
    await sleep(halfOpenAfterMs + 50);
    const answers = await Promise.all(Array.from({ length: 8 }, () => apart.send(runs)));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    expect(apart.reports.received).toHaveLength(1);
  });

  it('is told from one that refuses on purpose, and from one with a fault', async () => {
    const answers = [
      [503, { 'Retry-After': '2' }],
      [500, { 'X-Request-Id': 'of-the-service' }],
    ] as const;
    for (let sent = 0; sent < 60; sent += 1) {
      const [status, headers] = answers[sent % 2] ?? answers[0];
      apart.reports.answering = (_request, response) => response.writeHead(status, headers).end('as it is');
      const response = await apart.send(runs);
      expect([response.status, await response.text()]).toEqual([status, 'as it is']);
    }
    expect(apart.reports.received).toHaveLength(60);
  });

  it('may have something in front of it that answers in its place', async () => {
    apart.reports.answering = (_request, response) =>
      response.writeHead(502, { 'X-Odd': '1' }).end('<h1>Bad gateway</h1>');
    const response = await apart.send(runs);
    expect(response.headers.get('x-odd')).toBeNull();
    expect(await refusalOf(response)).toEqual([503, 'service-away', '1']);
  });

  it('is what a member with the right to ask hears of, too', async () => {
    await apart.geo.kill();
    const response = await apart.send('/v1/phone-clients', { token: apart.token('member') });
    expect(response.headers.get('ratelimit')).toContain('r=499');
    expect(await refusalOf(response)).toEqual([503, 'service-away', '1']);
    await apart.geo.start();
  });
});

describe('a service that is restarted', () => {
  it('loses no request', async () => {
    const statuses: number[] = [];
    let restarting = true;
    const client = async () => {
      while (restarting) statuses.push((await apart.send('/v1/me')).status);
    };
    const clients = Array.from({ length: 4 }, client);
    const retries = () => apart.metric('muster_proxy_retries_total{service="users",decision="made"}');
    // Whether a restart meets a request that is on its way is chance: until one has, it is restarted again.
    for (let restarts = 0; restarts < 3 || ((await retries()) === 0 && restarts < 40); restarts += 1) {
      await sleep(300);
      await apart.restartUsers();
    }
    restarting = false;
    await Promise.all(clients);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(statuses.length).toBeGreaterThan(20);
    // Connections did break: what was on them was sent again.
    expect(await retries()).toBeGreaterThan(0);
  });
});
