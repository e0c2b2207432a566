import { randomUUID } from 'node:crypto';
import {
  type ProblemBody,
  type ProblemCode,
  problemBody,
  type RouteAnswer,
  type RouteDefinition,
  type RouteRequest,
  routes,
} from '@muster/contracts';
import { inject } from 'vitest';
import { DeviceKey } from './device-key.ts';

/** A client of the contract, no cleverer than anybody else's: it sends what a route asks for and checks what comes. */

export interface Session {
  readonly userId: string;
  readonly orgId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** The parts of a request that the route has. */
type Sent<R extends RouteDefinition> = {
  readonly [Part in keyof RouteRequest<R> as RouteRequest<R>[Part] extends undefined
    ? never
    : Part]: RouteRequest<R>[Part];
};
interface Extra {
  readonly idempotencyKey?: string;
  /** Instead of a session's token, for example `Kiosk …`. */
  readonly authorization?: string;
}

/** An answer that was not the one hoped for. */
export class Refused extends Error {
  readonly problem: ProblemBody;
  constructor(operation: string, problem: ProblemBody) {
    super(
      `${operation}: ${problem.status} ${problem.code} ${problem.detail ?? ''} ${JSON.stringify(problem.fields ?? [])}`,
    );
    this.problem = problem;
  }
}

export const baseUrl = (): string => inject('musterUrl');

/**
 * Calls a route. The answer has the status and the shape that the contract says, or the test fails.
 * @throws Refused for a problem answer.
 */
export const call = async <const R extends RouteDefinition>(
  route: R,
  request: Sent<R>,
  session?: Session | null,
  extra: Extra = {},
  url: string = baseUrl(),
): Promise<RouteAnswer<R>> => {
  const response = await send(route, request, session, extra, url);
  if (!response.ok) throw new Refused(route.operation, await problemOf(response));
  const wanted = route.status ?? 200;
  if (response.status !== wanted)
    throw new Error(`${route.operation} answered ${response.status} instead of ${wanted}.`);
  const text = await response.text();
  if (route.answer === null) {
    if (text !== '') throw new Error(`${route.operation} answered a body: ${text.slice(0, 100)}`);
    return null as RouteAnswer<R>;
  }
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
  return route.answer.parse(isJson ? JSON.parse(text) : text) as RouteAnswer<R>;
};

/** Calls a route that must refuse; resolves with the problem. */
export const refused = async <const R extends RouteDefinition>(
  route: R,
  request: Sent<R>,
  session?: Session | null,
  extra: Extra = {},
): Promise<ProblemBody> => {
  try {
    await call(route, request, session, extra);
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    throw error;
  }
  throw new Error(`${route.operation} was expected to be refused.`);
};

/** The code of the refusal; what most tests want to know. */
export const refusalOf = async <const R extends RouteDefinition>(
  route: R,
  request: Sent<R>,
  session?: Session | null,
  extra: Extra = {},
): Promise<ProblemCode> => (await refused(route, request, session, extra)).code;

/** The raw request of a route. */
export const send = async <const R extends RouteDefinition>(
  route: R,
  request: Sent<R>,
  session: Session | null | undefined,
  extra: Extra = {},
  url: string = baseUrl(),
): Promise<Response> => {
  const { params = {}, query = {}, body } = request as Partial<RouteRequest<RouteDefinition>>;
  const authorization = extra.authorization ?? (session ? `Bearer ${session.accessToken}` : undefined);
  const response = await fetch(`${url}${pathOf(route, params, query)}`, {
    method: route.method,
    headers: {
      ...(writtenAt === undefined ? {} : { 'muster-read-after': writtenAt }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(route.idempotency === 'key' ? { 'idempotency-key': extra.idempotencyKey ?? randomUUID() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  writtenAt = response.headers.get('muster-written-at') ?? writtenAt;
  return response;
};

/** Where the last write of this test file stands: what is read from then on has it in it, from a replica as well. */
let writtenAt: string | undefined;

const pathOf = (route: RouteDefinition, params: object, query: object): string => {
  const given = params as Record<string, string>;
  const path = route.path.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(given[name] ?? ''));
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  ).toString();
  return search === '' ? path : `${path}?${search}`;
};

/** A refusal as it must always look. @throws when it does not. */
export const problemOf = async (response: Response): Promise<ProblemBody> => {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) {
    throw new Error(`${response.status} came as ${type || 'nothing'}: ${text.slice(0, 300)}`);
  }
  const problem = problemBody.parse(JSON.parse(text));
  if (problem.status !== response.status) throw new Error(`${response.status} says of itself ${problem.status}.`);
  return problem;
};

/** Signs in on a device of its own unless one is given; each proves itself with its key. */
export const signIn = async (
  identifier: string,
  password: string,
  device: { readonly deviceId: string; readonly name: string } = { deviceId: randomUUID(), name: 'Acceptance phone' },
  url: string = baseUrl(),
): Promise<Session> => {
  const { deviceId } = device;
  const { challenge } = await call(routes.challengeDevice, { body: { deviceId } }, null, {}, url);
  const proven = { ...device, key: new DeviceKey(deviceId).prove(deviceId, challenge) };
  const tokens = await call(routes.signIn, { body: { identifier, password, device: proven } }, null, {}, url);
  const { accessToken, refreshToken } = tokens;
  const session = { userId: '', orgId: '', deviceId, accessToken, refreshToken };
  const { userId, organization } = await call(routes.whoAmI, {}, session, {}, url);
  return { ...session, userId, orgId: organization.id };
};

const known = new Map<string, Promise<Session>>();

/** The one session of this person in this test file: signing in is slow on purpose. */
export const as = (identifier: string): Promise<Session> => {
  const session = known.get(identifier) ?? signIn(identifier, demoPassword);
  known.set(identifier, session);
  return session;
};

export const demoPassword = 'muster-demo-2026';
export const principal = (): Promise<Session> => as('principal@lindenhof.example');
export const office = (): Promise<Session> => as('office@lindenhof.example');
export const teacher = (): Promise<Session> => as('teacher@lindenhof.example');
export const parent = (): Promise<Session> => as('parent@lindenhof.example');
export const student = (): Promise<Session> => as('student@lindenhof.example');
