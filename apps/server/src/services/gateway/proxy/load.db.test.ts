import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { refusalOf, ServicesApart } from './testing/services-apart.ts';

let apart: ServicesApart;
beforeAll(async () => {
  apart = await ServicesApart.start();
});
afterAll(() => apart.close());

const inFlight = (): Promise<number> => apart.metric('muster_in_flight');

it('counts what it forwards until the answer, or until the client has left', async () => {
  const gate = Promise.withResolvers<void>();
  apart.reports.answering = async (_request, response) => {
    await gate.promise;
    response.end('{}');
  };
  const leaving = new AbortController();
  const left = apart.send('/v1/reports/runs', { signal: leaving.signal }).catch(() => 'left');
  const stayed = apart.send('/v1/reports/runs');
  await vi.waitFor(async () => expect(await inFlight()).toBe(2));
  leaving.abort();
  expect(await left).toBe('left');
  await vi.waitFor(async () => expect(await inFlight()).toBe(1));
  gate.resolve();
  expect((await stayed).status).toBe(200);
  await vi.waitFor(async () => expect(await inFlight()).toBe(0));
});

it('passes on the refusal of a service that has too much to do, and goes on asking it', async () => {
  apart.reports.answering = (_request, response) => {
    response.writeHead(503, { 'Content-Type': 'application/problem+json', 'Retry-After': '9' });
    response.end('{"code":"overloaded"}');
  };
  for (let turn = 0; turn < 30; turn += 1) {
    expect(await refusalOf(await apart.send('/v1/reports/runs'))).toEqual([503, 'overloaded', '9']);
  }
  apart.reports.forget();
  await sleep(10);
  expect((await apart.send('/v1/reports/runs')).status).toBe(200);
});
