import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { problem } from '../../../platform/http/problem.ts';
import { headersToService, withoutConnection } from './headers.ts';

/** What a service answered; the body has yet to arrive. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** The connection failed before a byte of the answer: the service is away, or went away. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The time is over, and no answer has begun. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** The client hung up: nobody is waiting any more, and nothing is known of the service. */
export class ClientLeft extends Error {
  override readonly name = 'ClientLeft';
}

/**
 * Forwards the request once. The answer's head is kept from the reply, so that the request can still be sent again, or
 * be answered by the gateway.
 * @throws NoAnswer, TookTooLong, ClientLeft
 */
export const tryOnce = (
  reply: FastifyReply,
  contentType: string | undefined,
  remainingMs: number,
): Promise<ServiceAnswer> =>
  new Promise((resolve, reject) => {
    const give = (error: Error): void => {
      stopWaiting();
      reject(error);
    };
    const onClose = (): void => give(new ClientLeft('the client hung up'));
    const timer = setTimeout(() => give(new TookTooLong(`no answer within ${remainingMs} ms`)), remainingMs);
    let waiting = true;
    const stopWaiting = (): void => {
      waiting = false;
      clearTimeout(timer);
      reply.raw.off('close', onClose);
    };
    if (reply.raw.destroyed) return onClose();
    reply.raw.once('close', onClose);
    let headers: IncomingHttpHeaders = {};
    try {
      reply.from(undefined, {
        // By itself it would repeat a GET that is answered 503, ten times.
        retryDelay: () => null,
        rewriteRequestHeaders: (_request, given) => headersToService(reply.request, given, contentType, remainingMs),
        rewriteHeaders: (given) => {
          headers = withoutConnection(given);
          return {};
        },
        onResponse: (_request, _reply, { statusCode: status, stream: body }) => {
          if (!waiting) return discard(body);
          stopWaiting();
          return resolve({ status, headers, body });
        },
        onError: (_reply, { error }) => give(failureOf(error)),
      });
    } catch (error) {
      // It refuses paths that climb (`/..`) before it sends anything.
      give(
        isRefusedPath(error) ? problem('not-found') : new Error('a request could not be forwarded', { cause: error }),
      );
    }
  });

/** Nobody reads it: the connection is given up. */
export const discard = (body: Readable): void => {
  body.on('error', () => undefined);
  body.destroy();
};

const timeouts: readonly unknown[] = ['UND_ERR_HEADERS_TIMEOUT', 'FST_REPLY_FROM_TIMEOUT'];

/** Errors by which undici says that we, not the service, did something wrong. */
const ours: readonly unknown[] = [
  'UND_ERR_INVALID_ARG',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_NOT_SUPPORTED',
];

const failureOf = (error: Error): Error => {
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in cause ? cause.code : undefined;
  if (timeouts.includes(code)) return new TookTooLong(cause.message, { cause });
  if (ours.includes(code)) return cause;
  return new NoAnswer(cause.message, { cause });
};

const isRefusedPath = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 400;
