import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../platform/http/testing/test-server.ts';
import { geoService } from './index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer((ports) => [geoService.create(ports)], {
    settings: { load: { least: 1, most: 1 } },
  });
});
afterAll(() => server.close());

it.each([
  ['owntracks', '[]'],
  ['overland', '"result":"error"'],
])('%s hears in its own form that there is too much to do, and keeps its message', async (client, body) => {
  const response = await fetch(`${server.url}/clients/${client}/a-secret`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(2);
  expect(await response.text()).toContain(body);
});
