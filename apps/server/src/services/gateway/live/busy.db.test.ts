import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../platform/http/testing/test-server.ts';
import { gatewayService } from '../index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer((ports) => [gatewayService.create(ports)], {
    settings: { load: { least: 1, most: 1 } },
  });
});
afterAll(() => server.close());

it('tells whoever wants a socket when to come back, where there is too much to do', async () => {
  const asked = request(`${server.url}/v1/live`, {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'bXVzdGVyLW11c3Rlci0wMQ==',
    },
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(503);
  expect(Number(response.headers['retry-after'])).toBeGreaterThanOrEqual(4);
  response.resume();
});
