import type { FastifyReply } from 'fastify';
import { problem } from './problem.ts';

/** How many milliseconds the gateway goes on waiting for the answer, counted from when the request is sent. */
export const deadlineHeader = 'x-muster-deadline-ms';

/**
 * Nobody waits for an answer after the deadline, so nothing should be begun for it: what takes too long, takes others'
 * time as well.
 * @throws the problem `took-too-long` when the request names a deadline that has passed
 */
export const assertInTime = (reply: FastifyReply): void => {
  const given = reply.request.headers[deadlineHeader];
  if (typeof given !== 'string' || !/^\d{1,9}$/.test(given)) return;
  if (reply.elapsedTime >= Number(given)) throw problem('took-too-long');
};
