import { Readable, Transform } from 'node:stream';
import { type RouteDefinition, routes } from '@muster/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem, problem } from './problem.ts';

/** Files that are sent as they are (`upload` in the contract): read as a stream, refused before they are read if too large. */

export const uploadMediaType = 'application/octet-stream';

const uploads: readonly RouteDefinition[] = Object.values<RouteDefinition>(routes).filter(
  ({ upload }) => upload !== undefined,
);

/** Lets bodies of this type through to the upload routes only; they stay unread until the handler reads them. */
export const acceptUploads = (server: FastifyInstance): void => {
  const limitOf = ({ method, routeOptions }: FastifyRequest): number | undefined =>
    uploads.find((route) => route.method === method && route.path === routeOptions.url)?.upload?.maxBytes;
  server.addContentTypeParser(uploadMediaType, (request, payload, done) => {
    const maxBytes = limitOf(request);
    if (maxBytes === undefined) return done(refusal(415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE'));
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      return done(refusal(413, 'FST_ERR_CTP_BODY_TOO_LARGE'));
    }
    return done(null, payload);
  });
};

/** In the form in which Fastify refuses bodies, which is translated in one place. */
const refusal = (statusCode: number, code: string): Error => Object.assign(new Error(code), { statusCode, code });

/**
 * The file in a request; it ends with the problem `body-too-large` when there is more of it than its length said.
 * @throws Problem `media-type-unsupported` when the body is something else
 */
export const uploadOf = ({ upload }: RouteDefinition, request: FastifyRequest): Readable => {
  if (!(request.body instanceof Readable) || upload === undefined) {
    throw problem('media-type-unsupported', { detail: `Send the file itself as ${uploadMediaType}.` });
  }
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      if (bytes > upload.maxBytes) done(new Problem('body-too-large'));
      else done(null, chunk);
    },
  });
  request.body.once('error', (error) => counted.destroy(error));
  request.raw.once('close', () => {
    // The client hung up in the middle: whoever reads must not take it for the end.
    if (!request.raw.complete) counted.destroy(problem('body-malformed', { detail: 'The file did not arrive whole.' }));
  });
  return request.body.pipe(counted);
};
