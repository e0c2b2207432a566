import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { uuidv7 } from '../ids.ts';

/** What log lines and events of one request have in common. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C trace id, 32 hexadecimal digits. */
  readonly traceId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The context of the request that is being worked on, if any. */
export const currentRequest = (): RequestContext | undefined => storage.getStore();

/** Runs `next`, and everything it leads to, inside the context. */
export const withRequestContext = (context: RequestContext, next: () => void): void => storage.run(context, next);

const requestIdPattern = /^[\w.-]{8,64}$/;
// https://www.w3.org/TR/trace-context/#traceparent-header
const traceparentPattern = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** For whoever is asked on behalf of this request: the header as it came, or one that starts the trace here. */
export const traceparentOf = (given: unknown, { traceId }: RequestContext): string =>
  typeof given === 'string' && traceparentPattern.exec(given)?.[1] === traceId
    ? given
    : `00-${traceId}-${randomBytes(8).toString('hex')}-01`;

/** Takes over the ids that a proxy or client sent, when they are well formed; makes new ones otherwise. */
export const contextOf = (headers: FastifyRequest['headers']): RequestContext => {
  const givenId = headers['x-request-id'];
  const trace = typeof headers.traceparent === 'string' ? traceparentPattern.exec(headers.traceparent) : null;
  return {
    requestId: typeof givenId === 'string' && requestIdPattern.test(givenId) ? givenId : uuidv7(),
    traceId: trace?.[1] ?? randomBytes(16).toString('hex'),
  };
};
