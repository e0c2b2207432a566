import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '@muster/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../ids.ts';
import type { Service } from '../../service.ts';
import { signedIn } from '../bound-route.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import type { Importance } from './importance.ts';

/** Every kind of request takes as long as the test says. */
let work: () => Promise<unknown> = async () => undefined;
const answerSlowly = async (): Promise<never> => {
  await work();
  return {} as never;
};
const slowService: Service = {
  name: 'users',
  routes: [
    signedIn(routes.readReport, answerSlowly),
    signedIn(routes.readOrganization, answerSlowly),
    signedIn(routes.reportPositions, answerSlowly),
    signedIn(routes.whoAmI, answerSlowly),
  ],
};

const paths: Readonly<Record<Importance, string>> = {
  report: `/v1/reports/runs/${uuidv7()}`,
  view: '/v1/organization',
  position: '/v1/positions',
  essential: '/v1/me',
};
const positions = JSON.stringify({
  positions: [{ fixedAt: '2026-01-07T10:00:00.000Z', latitude: 1, longitude: 1 }],
});

let server: TestServer;
const orgId = uuidv7();
const tokens = new Map<string, string>();
const tokenOf = (org: string, importance: Importance): string => {
  const role = importance === 'position' ? 'member' : 'org_admin';
  const token = tokens.get(org + role) ?? server.tokens.issue({ orgId: org, role });
  tokens.set(org + role, token);
  return token;
};

beforeAll(async () => {
  server = await startTestServer(() => [slowService], {
    settings: {
      load: { least: 10, most: 10 },
      checkAnswers: false,
      rateLimits: { perAddressPerMinute: 1e6, perUserPerMinute: 1e6 },
    },
  });
});
afterEach(async () => {
  await until(async () => (await metric('muster_in_flight')) === 0);
});
afterAll(() => server.close());

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 5_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('It did not come to that.');
    await sleep(10);
  }
};

const metric = async (line: string): Promise<number> => {
  const lines = (await (await fetch(`${server.url}/metrics`)).text()).split('\n');
  return Number(
    lines
      .find((each) => each.startsWith(`${line} `))
      ?.split(' ')
      .at(-1) ?? 0,
  );
};

/** Status and code; a refusal has to be a problem that says when to come back. */
const ask = async (importance: Importance, org = orgId, signal?: AbortSignal): Promise<string> => {
  const response = await fetch(`${server.url}${paths[importance]}`, {
    headers: { Authorization: `Bearer ${tokenOf(org, importance)}`, 'Content-Type': 'application/json' },
    ...(importance === 'position' ? { method: 'POST', body: positions } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  const { code } = (await response.json()) as { code?: string };
  if (response.status < 400) return String(response.status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  return `${response.status} ${code}`;
};

const count = (answers: readonly string[], one: string): number => answers.filter((answer) => answer === one).length;

/** Asks again and again, as `clients` clients do that do not wait as long as they are told. */
const flood = async (importance: Importance, org: string, clients: number, signal: AbortSignal): Promise<string[]> => {
  const answers: string[] = [];
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      answers.push(await ask(importance, org));
      await sleep(5);
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  return answers;
};

describe('a process that is full', () => {
  it('refuses the less important first, each kind at its ceiling', async () => {
    const gate = Promise.withResolvers<void>();
    work = () => gate.promise;
    const pending: Promise<string>[] = [];
    for (const [importance, fits] of [
      ['report', 4],
      ['view', 3],
      ['position', 2],
      ['essential', 1],
    ] as const) {
      const before = await metric('muster_in_flight');
      for (let one = 0; one < fits; one += 1) pending.push(ask(importance));
      await until(async () => (await metric('muster_in_flight')) === before + fits);
      expect(await ask(importance)).toBe('503 overloaded');
      expect(await metric(`muster_shed_total{class="${importance}",reason="overload"}`)).toBe(1);
    }
    expect(await metric('muster_concurrency_limit')).toBe(10);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    gate.resolve();
    expect(new Set(await Promise.all(pending))).toEqual(new Set(['200']));
  });

  it('answers everything essential while all the rest floods it', async () => {
    work = () => sleep(20);
    const stop = new AbortController();
    const floods = (['report', 'view', 'position'] as const).map((importance) =>
      flood(importance, orgId, 12, stop.signal),
    );
    const essential: string[] = [];
    for (let turn = 0; turn < 40; turn += 1) essential.push(await ask('essential'));
    stop.abort();
    const served = (await Promise.all(floods)).map((answers) => 1 - count(answers, '503 overloaded') / answers.length);
    expect(count(essential, '200')).toBe(40);
    const [report = 1, view = 1, position = 0] = served;
    expect(report).toBeLessThan(0.5);
    expect(report).toBeLessThanOrEqual(view);
    expect(view).toBeLessThan(position);
  });

  it('refuses before the body has arrived', async () => {
    const gate = Promise.withResolvers<void>();
    work = () => gate.promise;
    const pending = Array.from({ length: 9 }, () => ask('position'));
    await until(async () => (await metric('muster_in_flight')) === 9);
    const { received, socket } = await slowUpload();
    await until(async () => received().includes('overloaded'));
    expect(received()).toMatch(/^HTTP\/1.1 503/);
    socket.destroy();
    gate.resolve();
    await Promise.all(pending);
  });
});

/** A client that says it brings a body, and does not bring it. */
const slowUpload = async (): Promise<{ readonly received: () => string; readonly socket: Socket }> => {
  let text = '';
  const socket = connect(server.port, '127.0.0.1');
  socket.setEncoding('utf8');
  socket.on('data', (data) => (text += String(data)));
  socket.on('error', () => undefined);
  socket.write(
    `POST /v1/positions HTTP/1.1\r\nHost: muster\r\nAuthorization: Bearer ${tokenOf(orgId, 'position')}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{',
  );
  return { received: () => text, socket };
};

describe('clients that take their time', () => {
  it('keep nobody out', async () => {
    work = async () => undefined;
    const uploads: Awaited<ReturnType<typeof slowUpload>>[] = [];
    for (let round = 0; round < 3; round += 1) {
      uploads.push(...(await Promise.all(Array.from({ length: 8 }, slowUpload))));
      await sleep(50);
      await until(async () => (await metric('muster_in_flight')) === 0);
    }
    expect(await ask('report')).toBe('200');
    for (const { socket, received } of uploads) {
      expect(received()).toBe('');
      socket.destroy();
    }
  });

  it('and leave before the answer, count until the work for them is done, and no longer', async () => {
    const gate = Promise.withResolvers<void>();
    work = () => gate.promise;
    const leaving = new AbortController();
    const asked = ask('view', orgId, leaving.signal).catch(() => 'left');
    await until(async () => (await metric('muster_in_flight')) === 1);
    leaving.abort();
    expect(await asked).toBe('left');
    expect(await metric('muster_in_flight')).toBe(1);
    gate.resolve();
    await until(async () => (await metric('muster_in_flight')) === 0);
  });
});

describe('organizations', () => {
  it('that want too much each get their share, and are told apart from overload', async () => {
    work = () => sleep(20);
    const stop = new AbortController();
    const loud = flood('essential', uuidv7(), 30, stop.signal);
    await sleep(200);
    const quiet = flood('essential', uuidv7(), 12, stop.signal);
    await sleep(2_000);
    stop.abort();
    const [ofLoud, ofQuiet] = await Promise.all([loud, quiet]);
    expect(count(ofLoud, '429 too-many-requests')).toBeGreaterThan(0);
    const served = (answers: readonly string[]): number => count(answers, '200') / answers.length;
    // Without shares the two would be refused alike.
    expect(served(ofQuiet)).toBeGreaterThan(1.2 * served(ofLoud));
  });
});
