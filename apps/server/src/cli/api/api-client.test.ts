import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { authRoutes, attendanceRoutes, geoRoutes } from '@muster/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient, ApiSession, deviceIdOf } from './api-client.ts';

type Answer = [status: number, body: unknown, headers?: Record<string, string>];
let close = () => {};
afterEach(() => close());

/** A server that gives these answers, one after the other, and the requests it got. */
const serverWith = async (...answers: Answer[]) => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    const [status, body, headers = {}] = answers[requests.length - 1] ?? [500, {}];
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  close = () => void server.close();
  const { port } = server.address() as AddressInfo;
  const patience = { tries: 4, firstPauseMs: 1, longestPauseMs: 5 };
  return { client: new ApiClient(`http://127.0.0.1:${port}/`, patience), requests };
};
const tokens = (accessToken: string) => ({
  accessToken,
  accessExpiresAt: '2026-03-02T08:10:00.000Z',
  refreshToken: 'r'.repeat(40),
  refreshExpiresAt: '2026-03-03T08:00:00.000Z',
});
const refusal = (code: string) => ({ type: 'x', title: 'No', status: 401, code, advice: 'Sign in.' });
const words = { identifier: 'S-1', password: 'x', device: { deviceId: deviceIdOf('a'), name: 'Phone' } };

describe('a client of the public API', () => {
  it('comes again where Muster is busy, with the same key', async () => {
    const busy = refusal('overloaded');
    const { client, requests } = await serverWith([503, busy], [429, busy], [200, { kioskSecret: 's', path: '/k' }]);
    const params = { gateId: deviceIdOf('gate') };
    expect(await client.call(attendanceRoutes.openKiosk, { params }, 'token')).toEqual({
      kioskSecret: 's',
      path: '/k',
    });
    expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(requests[0]?.url).toBe(`/v1/gates/${params.gateId}/kiosk`);
  });

  it('gives up in the end, and says where Muster was not reached', async () => {
    const client = new ApiClient('http://127.0.0.1:9', { tries: 2, firstPauseMs: 1, longestPauseMs: 1 });
    await expect(client.call(authRoutes.jwks, {})).rejects.toThrow('Muster is not reached at http://127.0.0.1:9.');
  });

  it('renews a token that ran out, and signs in again where that is refused', async () => {
    const stored = { stored: 0, dropped: 0, quarantined: 0, tracking: true };
    const { client, requests } = await serverWith(
      [200, tokens('one')],
      [401, refusal('not-signed-in')],
      [401, refusal('session-ended')],
      [200, tokens('two')],
      [200, stored],
    );
    const phone = await ApiSession.signIn(client, words);
    expect(await phone.call(geoRoutes.reportPositions, { body: { positions: [] } })).toEqual(stored);
    expect(requests.map(({ url }) => url)).toEqual([
      '/v1/auth/sign-in',
      '/v1/positions',
      '/v1/auth/refresh',
      '/v1/auth/sign-in',
      '/v1/positions',
    ]);
    expect(requests[4]?.headers['authorization']).toBe('Bearer two');
  });

  it('says a refusal in the words of Muster', async () => {
    const { client } = await serverWith([422, { ...refusal('code-stale'), detail: 'The code is old' }]);
    await expect(client.call(attendanceRoutes.scan, { body: { code: 'x' } })).rejects.toMatchObject({
      code: 'code-stale',
      message: 'The code is old. Sign in.',
    });
  });
});
