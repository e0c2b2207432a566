import type { RouteDefinition, RouteInput } from '@muster/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Standings } from '../access/standings.ts';
import type { Clock } from '../clock.ts';
import type { Database, Standing, TransactionOptions, Tx } from '../database/port.ts';
import { actingOf, actorOf, callOf, requireStanding } from './acting.ts';
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

interface Runner extends RouteRunnerPorts {
  readonly standings: Standings;
}

type Any = RouteDefinition;

/** A request, as far as it can be understood without asking anybody. */
interface Understood {
  readonly bound: BoundRoute;
  readonly input: RouteInput<Any>;
  readonly openCall: OpenCall;
  /** Undefined where repeating changes nothing. */
  readonly key: string | undefined;
  readonly reply: FastifyReply;
}

/** From a request that the guard let through to its answer: validate, run in the route's mode, check, answer. */
export const routeRunner = (ports: RouteRunnerPorts): RunRoute => {
  const runner: Runner = { ...ports, standings: new Standings(ports.database) };
  return async (bound, request, reply) => {
    const understood = await understand(runner, bound, request, reply);
    assertInTime(reply);
    const answer = await runInMode(runner, understood);
    if (answer instanceof Problem) throw answer;
    tagAnswer(bound.route, answer, reply);
    if (ports.checkAnswers && bound.route.answer !== null) bound.route.answer.parse(answer);
    const contentType = bound.route.answer?.meta()?.['contentType'];
    if (typeof contentType === 'string') reply.type(contentType);
    return bound.route.answer === null ? undefined : answer;
  };
};

const understand = async (
  runner: Runner,
  bound: BoundRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Understood> => {
  const { route, mode } = bound;
  try {
    const input = parseInput(route, request);
    const openCall = openCallOf(route, request, runner.clock);
    const isRemembered = mode === 'verb' && route.idempotency === 'key';
    const key = isRemembered ? idempotencyKeyOf(request.headers['idempotency-key']) : undefined;
    return { bound, input, openCall, key, reply };
  } catch (error) {
    // Whoever may not ask is told that first, and nothing about how to ask.
    if (mode !== 'open') await standingOf(runner, route, request);
    throw error;
  }
};

const runInMode = async (runner: Runner, understood: Understood): Promise<unknown> => {
  const { bound, input, openCall, reply } = understood;
  const { request } = reply;
  switch (bound.mode) {
    case 'open':
      return (bound.handler as unknown as OpenHandler<Any>)(input, { ...openCall, request, reply });
    case 'signed-in': {
      const call = { ...(await permitted(runner, bound.route, openCall, request)), request, reply };
      return (bound.handler as unknown as SignedInHandler<Any>)(input, call);
    }
    case 'reading':
      return runReading(runner, understood, await permitted(runner, bound.route, openCall, request));
    case 'verb':
      return runVerb(runner, understood);
  }
};

/** Where no transaction tells. @throws a problem when the caller does not hold the route's permission */
const standingOf = async ({ standings }: Runner, route: Any, request: FastifyRequest): Promise<Standing> => {
  const acting = actingOf(route, actorOf(route, request));
  return requireStanding(acting, await standings.of(acting));
};

const permitted = async (runner: Runner, route: Any, openCall: OpenCall, request: FastifyRequest): Promise<Call> =>
  callOf(openCall, actorOf(route, request), await standingOf(runner, route, request));

/**
 * One transaction: what the caller holds comes with its beginning, the key is looked up, the verb runs, the answer is
 * remembered. Then it commits, then we answer.
 */
const runVerb = ({ database }: Runner, { bound, input, openCall, key, reply }: Understood): Promise<unknown> => {
  const { route } = bound;
  const { request } = reply;
  const run = bound.handler as unknown as Verb<Any>;
  const actor = actorOf(route, request);
  const acting = actingOf(route, actor);
  const options: TransactionOptions =
    route.method === 'GET' ? {} : { onCommitted: (at) => void reply.header('Muster-Written-At', at) };
  const hasBegun = beginWaiting(reply);
  const work = async (tx: Tx, standing: Standing | null): Promise<unknown> => {
    hasBegun();
    // Where a process is busy, the time goes into waiting for a connection.
    assertInTime(reply);
    const call = callOf(openCall, actor, requireStanding(acting, standing));
    if (key === undefined) return run(tx, input, call);
    const fingerprint = fingerprintOf(route.operation, request.url, request.body);
    const before = await recallAnswer(tx, call, key, fingerprint);
    if (before !== null) return recalled(route, before);
    const answer = await run(tx, input, call);
    await rememberAnswer(tx, call, key, fingerprint, toRemember(route, answer));
    return answer;
  };
  return database.asUser(route.service, acting, work, options);
};

/** A client names the newest of its own writes that it knows of; an answer from a replica says how old it may be. */
const runReading = ({ database }: Runner, { bound, input, reply }: Understood, call: Call): Promise<unknown> => {
  const { route, handler } = bound;
  const run = handler as unknown as Reading<Any>;
  const work = (tx: Tx) => {
    assertInTime(reply);
    return run(tx, input, call);
  };
  return database.reading(route.service, call.actor.orgId, work, {
    writtenAt: reply.request.headers['muster-read-after']?.toString(),
    onReplica: (behindSeconds) => void reply.header('Muster-Lag-Seconds', behindSeconds.toFixed(1)),
    onBehalfOf: { ...actingOf(route, call.actor), ties: call.ties },
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
