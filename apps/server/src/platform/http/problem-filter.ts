import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { toProblem } from './to-problem.ts';

/** Whatever went wrong, wherever: one answer in the form of RFC 9457, and a log line where it is our fault. */
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.#log);
  }
}
Catch()(ProblemFilter);

export const answerProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply, log?: Logger): void => {
  const problem = toProblem(error);
  if (problem.code === 'internal-error') log?.error({ err: error }, 'a request failed unexpectedly');
  if (reply.sent) return;
  const { retryAfterSeconds } = problem.details;
  if (retryAfterSeconds !== undefined) reply.header('Retry-After', String(retryAfterSeconds));
  if (problem.status === 401) reply.header('WWW-Authenticate', 'Bearer realm="muster"');
  // Requests that fail before routing have no context yet.
  const requestId = (request as Partial<FastifyRequest>).ids?.requestId;
  reply.status(problem.status).type('application/problem+json').send(problem.toBody(requestId));
};
