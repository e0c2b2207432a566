import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { OfferedMethods } from './offered-methods.ts';
import { problem } from './problem.ts';
import { toProblem } from './to-problem.ts';

/** Whatever went wrong, wherever: one answer in the form of RFC 9457, and a log line where it is our fault. */
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;
  readonly #offeredMethods: OfferedMethods;

  constructor(log: Logger, offeredMethods: OfferedMethods) {
    this.#log = log;
    this.#offeredMethods = offeredMethods;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const offered = request.is404 ? this.#offeredMethods(request.url.split('?', 1)[0] ?? '') : [];
    const isOnlyTheMethod = offered.length > 0 && !offered.includes(request.method);
    if (isOnlyTheMethod) reply.header('Allow', offered.join(', '));
    answerProblem(isOnlyTheMethod ? problem('method-not-allowed') : error, request, reply, this.#log);
  }
}
Catch()(ProblemFilter);

export const answerProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply, log?: Logger): void => {
  const refusal = toProblem(error);
  if (refusal.code === 'internal-error') log?.error({ err: error }, 'a request failed unexpectedly');
  if (reply.sent) return;
  const { retryAfterSeconds } = refusal.details;
  if (retryAfterSeconds !== undefined) reply.header('Retry-After', String(retryAfterSeconds));
  if (refusal.status === 401) reply.header('WWW-Authenticate', 'Bearer realm="muster"');
  // Requests that fail before routing have no context yet.
  const requestId = (request as Partial<FastifyRequest>).ids?.requestId;
  reply.status(refusal.status).type('application/problem+json').send(refusal.toBody(requestId));
};
