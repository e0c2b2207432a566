import * as contracts from '@muster/contracts';
import { beforeEach, describe, expect, it, vi } from 'vitest';

// Vite serves the contract to browsers as plain data; here the contract itself stands in for it.
vi.mock('virtual:contract', () => ({ ...contracts, problemCodes: Object.keys(contracts.problemCatalogue) }));
const kept = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
  removeItem: (key: string) => kept.delete(key),
});
vi.stubGlobal('sessionStorage', localStorage);
vi.stubGlobal('window', { addEventListener: () => undefined });
vi.stubGlobal('navigator', {});

const { addressOf, call, routes } = await import('./client.ts');
const { forgetTokens, keepTokens } = await import('./session-store.ts');

const start = Date.UTC(2031, 2, 4, 8);
const tokens = (name: string): contracts.Tokens => ({
  accessToken: name,
  accessExpiresAt: new Date(start + 600_000).toISOString(),
  refreshToken: `refresh-${name}`,
  refreshExpiresAt: new Date(start + 6_000_000).toISOString(),
});
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refusal = () => json({ type: 'x', title: 'No', status: 401, code: 'not-signed-in', advice: 'Sign in.' }, 401);
const answers = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
vi.stubGlobal('fetch', answers);
const headerOf = (call: number, name: string) => new Headers(answers.mock.calls[call]?.[1].headers).get(name);

describe('the typed client', () => {
  beforeEach(() => {
    answers.mockReset();
    forgetTokens();
  });

  it('fills addresses in', () => {
    expect(
      addressOf(routes.readTimeline, { params: { memberId: 'a/b' }, query: { date: '2031-03-04', no: undefined } }),
    ).toBe('/v1/members/a%2Fb/timeline?date=2031-03-04');
    expect(() => addressOf(routes.readTimeline, {})).toThrow('memberId');
  });

  it('gives every write a key of its own and keeps the one of a repeated write', async () => {
    keepTokens(tokens('t'), start);
    answers.mockImplementation(async () => json({}, 201));
    const gate = { siteId: 's', name: 'North', position: { latitude: 1, longitude: 2 } };
    await call(routes.addGate, { body: gate });
    await call(routes.addGate, { body: gate });
    await call(routes.addGate, { body: gate }, { idempotencyKey: 'same' });
    const keys = [0, 1, 2].map((at) => headerOf(at, 'idempotency-key'));
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('same');
  });

  it('renews the token once, for all callers together, and repeats with the same key', async () => {
    keepTokens(tokens('old'), start);
    answers.mockImplementation(async (url, init) => {
      if (url === '/v1/auth/refresh') return json(tokens('new'));
      return new Headers(init.headers).get('authorization') === 'Bearer new' ? json({ items: [] }) : refusal();
    });
    await Promise.all([call(routes.listSites, {}), call(routes.listGates, {})]);
    expect(answers.mock.calls.filter(([url]) => url === '/v1/auth/refresh')).toHaveLength(1);
  });

  it('signs out when the refresh token is refused', async () => {
    keepTokens(tokens('old'), start);
    answers.mockImplementation(async (url) =>
      url === '/v1/auth/refresh'
        ? json({ type: 'x', title: 'Ended', status: 401, code: 'session-ended', advice: 'Sign in again.' }, 401)
        : refusal(),
    );
    await expect(call(routes.listSites, {})).rejects.toMatchObject({ code: 'not-signed-in', status: 401 });
    expect(kept.has('muster.refresh')).toBe(false);
  });

  it('names its newest write to every read, whatever the order of the answers', async () => {
    keepTokens(tokens('t'), start);
    const written = ['0/FFFFFFFF', '1/A0', '0/10'];
    for (const at of written) {
      answers.mockResolvedValueOnce(new Response('{}', { status: 201, headers: { 'Muster-Written-At': at } }));
      await call(routes.addGate, { body: { siteId: 's', name: 'North', position: { latitude: 1, longitude: 2 } } });
    }
    answers.mockResolvedValueOnce(json({ items: [] }));
    await call(routes.listGates, {});
    expect(written.map((_, at) => headerOf(at, 'muster-read-after'))).toEqual([null, null, null]);
    expect(headerOf(3, 'muster-read-after')).toBe('1/A0');
  });

  it('turns every failure into a problem with a code', async () => {
    keepTokens(tokens('t'), start);
    answers.mockRejectedValueOnce(new TypeError('network'));
    await expect(call(routes.listSites, {})).rejects.toMatchObject({ code: 'offline' });
    answers.mockResolvedValueOnce(new Response('<html>', { status: 502 }));
    await expect(call(routes.listSites, {})).rejects.toMatchObject({ code: 'unreadable', status: 502 });
    answers.mockResolvedValueOnce(
      json({ type: 'x', title: 'T', status: 422, code: 'window-not-open', advice: 'A', opensAt: '08:00' }, 422),
    );
    await expect(call(routes.listSites, {})).rejects.toMatchObject({
      code: 'window-not-open',
      extra: { opensAt: '08:00' },
    });
  });
});
