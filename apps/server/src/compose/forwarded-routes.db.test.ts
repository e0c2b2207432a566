import { serviceNames } from '@muster/contracts';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../platform/http/testing/test-server.ts';
import { proxiedRoutesOf } from '../services/gateway/proxy/route-table.ts';
import { createTarget } from './targets.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(() => []);
});
afterAll(() => server.close());

it.each(serviceNames.filter((name) => name !== 'gateway'))(
  'the gateway forwards everything that %s answers',
  async (name) => {
    const { routes, surface } = await createTarget({ service: name }, server.ports);
    const answered = routes.map(({ route }) => `${route.method} ${route.path}`);
    const beyond: string[] = [];
    const router = Fastify();
    router.addHook('onRoute', ({ url }) => void beyond.push(url));
    await surface?.(router);
    await router.ready();

    const forwarded = proxiedRoutesOf(name);
    const byMethod = forwarded.filter(({ method }) => method !== undefined);
    expect(byMethod.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(answered.sort());
    const folders = forwarded.filter(({ method }) => method === undefined).map(({ path }) => path.replace('*', ''));
    expect(beyond.filter((url) => !folders.some((folder) => url.startsWith(folder)))).toEqual([]);
    // And no folder is forwarded in which nothing is.
    expect(folders.filter((folder) => !beyond.some((url) => url.startsWith(folder)))).toEqual([]);
    await router.close();
  },
);
