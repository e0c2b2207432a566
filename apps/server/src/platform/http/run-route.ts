import { type RouteDefinition, type RouteInput, tiesOf } from '@muster/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Database, TransactionOptions, Tx } from '../database/port.ts';
import type { BoundRoute } from './bound-route.ts';
import type { Call, OpenCall, OpenHandler, Reading, SignedInHandler, Verb } from './call.ts';
import type { RunRoute } from './controller.ts';
import { assertInTime } from './deadline.ts';
import { fingerprintOf, idempotencyKeyOf, type RememberedAnswer, recallAnswer, rememberAnswer } from './idempotency.ts';
import { Problem } from './problem.ts';
import { beginWaiting } from './shedding/shed.ts';
import { invalidInput } from './to-problem.ts';
import { namedVersion, tagAnswer } from './versions.ts';

interface RouteRunnerPorts {
  readonly database: Database;
  readonly clock: Clock;
  /** In tests: an answer that does not fit its contract is an error. */
  readonly checkAnswers: boolean;
}

type Any = RouteDefinition;

/** From a request that the guard let through to its answer: validate, run in the route's mode, check, answer. */
export const routeRunner =
  (ports: RouteRunnerPorts): RunRoute =>
  async (bound, request, reply) => {
    const input = parseInput(bound.route, request);
    assertInTime(reply);
    const answer = await runInMode(ports, bound, input, request, reply);
    if (answer instanceof Problem) throw answer;
    tagAnswer(bound.route, answer, reply);
    if (ports.checkAnswers && bound.route.answer !== null) bound.route.answer.parse(answer);
    const contentType = bound.route.answer?.meta()?.['contentType'];
    if (typeof contentType === 'string') reply.type(contentType);
    return bound.route.answer === null ? undefined : answer;
  };

const runInMode = (
  ports: RouteRunnerPorts,
  bound: BoundRoute,
  input: RouteInput<Any>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> => {
  const openCall = openCallOf(bound.route, request, ports.clock);
  switch (bound.mode) {
    case 'open':
      return (bound.handler as unknown as OpenHandler<Any>)(input, { ...openCall, request, reply });
    case 'signed-in': {
      const call = { ...signedInCallOf(bound.route, openCall, request), request, reply };
      return (bound.handler as unknown as SignedInHandler<Any>)(input, call);
    }
    case 'reading':
      return runReading(ports, bound, input, signedInCallOf(bound.route, openCall, request), reply);
    case 'verb':
      return runVerb(ports, bound, input, signedInCallOf(bound.route, openCall, request), reply);
  }
};

/** One transaction: the key is looked up, the verb runs, the answer is remembered. Then it commits, then we answer. */
const runVerb = (
  ports: RouteRunnerPorts,
  bound: BoundRoute,
  input: RouteInput<Any>,
  call: Call,
  reply: FastifyReply,
): Promise<unknown> => {
  const { route } = bound;
  const { request } = reply;
  const run = bound.handler as unknown as Verb<Any>;
  const options: TransactionOptions =
    route.method === 'GET' ? {} : { onCommitted: (at) => void reply.header('Muster-Written-At', at) };
  const inTransaction = <T>(work: (tx: Tx) => Promise<T>) => {
    const hasBegun = beginWaiting(reply);
    return ports.database.inOrganization(
      route.service,
      call.actor.orgId,
      (tx) => {
        hasBegun();
        // Where a process is busy, the time goes into waiting for a connection.
        assertInTime(reply);
        return work(tx);
      },
      options,
    );
  };
  if (route.idempotency === 'natural') return inTransaction((tx) => run(tx, input, call));

  const key = idempotencyKeyOf(request.headers['idempotency-key']);
  const fingerprint = fingerprintOf(route.operation, request.url, request.body);
  return inTransaction(async (tx) => {
    const before = await recallAnswer(tx, call, key, fingerprint);
    if (before !== null) return recalled(route, before);
    const answer = await run(tx, input, call);
    await rememberAnswer(tx, call, key, fingerprint, toRemember(route, answer));
    return answer;
  });
};

/** A client names the newest of its own writes that it knows of; an answer from a replica says how old it may be. */
const runReading = (
  { database }: RouteRunnerPorts,
  { route, handler }: BoundRoute,
  input: RouteInput<Any>,
  call: Call,
  reply: FastifyReply,
): Promise<unknown> => {
  const run = handler as unknown as Reading<Any>;
  const work = (tx: Tx) => {
    assertInTime(reply);
    return run(tx, input, call);
  };
  return database.reading(route.service, call.actor.orgId, work, {
    writtenAt: reply.request.headers['muster-read-after']?.toString(),
    onReplica: (behindSeconds) => void reply.header('Muster-Lag-Seconds', behindSeconds.toFixed(1)),
  });
};

/** A secret is kept nowhere, not for a repeat either: that it was answered is all that stays. */
const toRemember = (route: RouteDefinition, answer: unknown): RememberedAnswer => {
  if (answer instanceof Problem) return { status: answer.status, body: { code: answer.code, details: answer.details } };
  return { status: route.status ?? 200, body: route.secretAnswer === true ? null : answer };
};

const recalled = (route: RouteDefinition, answer: RememberedAnswer): unknown => {
  if (answer.status >= 400) {
    const { code, details } = answer.body as Pick<Problem, 'code' | 'details'>;
    return new Problem(code, details);
  }
  if (route.secretAnswer !== true) return answer.body;
  const detail = 'This was done already; what it showed is shown once. Start again to make a new one.';
  return new Problem('conflict', { detail });
};

const openCallOf = (route: RouteDefinition, request: FastifyRequest, clock: Clock): OpenCall => ({
  requestId: request.ids.requestId,
  traceId: request.ids.traceId,
  ipAddress: request.ip,
  userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
  at: clock.now(),
  ifMatch: namedVersion(route, request),
});

const signedInCallOf = (route: RouteDefinition, openCall: OpenCall, request: FastifyRequest): Call => {
  const { actor } = request;
  if (actor === undefined) throw new Error(`${route.operation} has no actor: its access must not be public.`);
  const ties = typeof route.access === 'object' ? tiesOf(actor.role, route.access.permission) : [];
  return { ...openCall, actor, ties };
};

const parseInput = (route: RouteDefinition, request: FastifyRequest): RouteInput<Any> => ({
  params: parse('path', route.params, request.params),
  query: parse('query', route.query, request.query),
  body: parse('body', route.body, request.body),
});

const parse = (place: 'body' | 'query' | 'path', schema: z.ZodType | undefined, value: unknown): never => {
  if (schema === undefined) return undefined as never;
  const result = schema.safeParse(value);
  if (!result.success) throw invalidInput(place, result.error);
  return result.data as never;
};
