import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../platform/http/testing/test-server.ts';
import { gatewayService } from './index.ts';

let server: TestServer;
let webRoot: string;
beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'muster-web-'));
  await writeFile(join(webRoot, 'index.html'), '<title>Muster</title>');
  server = await startTestServer((ports) => [
    gatewayService.create({ ...ports, settings: { ...ports.settings, webRoot } }),
  ]);
});
afterAll(async () => {
  await server.close();
  await rm(webRoot, { recursive: true });
});

const get = async (path: string, method = 'GET') => {
  const response = await fetch(`${server.url}${path}`, { method });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

describe('the public door', () => {
  it('answers every page of the web app with the app', async () => {
    for (const path of ['/', '/members/7?tab=days', '/sign-in']) {
      const page = await get(path);
      expect([page.status, page.text]).toEqual([200, '<title>Muster</title>']);
    }
  });

  it.each(['/v1/nothing', '/v1', '/clients/unknown/x', '/health/else', '/assets/missing.js', '/problems/none'])(
    'never answers %s with a page',
    async (path) => {
      const { status, type } = await get(path);
      expect([status, type]).toEqual([404, expect.stringContaining('application/problem+json')]);
    },
  );

  it('names the methods of an address, and of the catch-all none', async () => {
    expect(await get('/health/live', 'POST')).toMatchObject({ status: 405 });
    expect(await get('/members/7', 'POST')).toMatchObject({ status: 404 });
  });

  it('describes itself, for programs and for people', async () => {
    expect(JSON.parse((await get('/openapi.json')).text)).toMatchObject({ openapi: '3.1.0' });
    expect(JSON.parse((await get('/asyncapi.json')).text)).toHaveProperty('asyncapi');
    expect(JSON.parse((await get('/problems/conflict')).text)).toMatchObject({ code: 'conflict', status: 409 });
  });

  it('does not take what every object has for a problem', async () => {
    for (const name of ['toString', 'constructor', '__proto__']) {
      expect((await get(`/problems/${name}`)).status).toBe(404);
    }
  });
});
