import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Addresses that the API owns: a page must never be the answer there. */
const isApi = (path: string): boolean =>
  /^\/(v1|clients|health|metrics|problems|openapi\.json|asyncapi\.json|docs)(\/|$)/.test(path);

/**
 * The built web app. Files with a hash in their name are kept for a year; the page itself is asked for each time. Every
 * address that is no file and no API is a page of the app, which has its own router.
 */
export const serveWebFiles = async (server: FastifyInstance, webRoot: string): Promise<void> => {
  if (!existsSync(join(webRoot, 'index.html'))) return;
  await server.register(fastifyStatic, {
    root: webRoot,
    // One route for all files: a build that is replaced while the server runs is served as it is.
    serve: false,
    // `.br` and `.gz` stand beside the files that shrink.
    preCompressed: true,
    setHeaders: (reply, path) => {
      reply.header('Cache-Control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  server.get('/', (_request, reply) => reply.sendFile('index.html'));
  server.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (isApi(path)) return reply.callNotFound();
    return reply.sendFile(isFile(path) ? path : 'index.html');
  });
};

/** Files have an ending, pages have none. */
const isFile = (path: string): boolean => /\.\w+$/.test(path);
