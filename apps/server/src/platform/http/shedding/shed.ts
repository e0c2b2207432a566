import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Gauge } from 'prom-client';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { type Problem, problem } from '../problem.ts';
import { defaultLimitSettings, type LimitSettings } from './adaptive-limit.ts';
import { DelayMeter } from './delay.ts';
import { type Importance, importanceOfAddress } from './importance.ts';
import { KnownCallers } from './known-callers.ts';
import { Load, type Refusal, type Slot } from './load.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly shedding: Shedding;
  }
  interface FastifyContextConfig {
    importance?: Importance | 'uncounted';
  }
  interface FastifyReply {
    /** There was too much to do. */
    hasBeenShed: boolean;
  }
  interface FastifyRequest {
    /** Its place in flight; none for those who look how Muster is. */
    slot?: Slot | undefined;
  }
}

/** What the rest of the server tells and asks the one who keeps too much work out of it. */
export interface Shedding {
  /** @param credentials as they stand in the header `Authorization`, if there are any */
  readonly enter: (importance: Importance, credentials?: string) => Slot | Refusal;
  /** Credentials have been verified: next time their organization is known at once. */
  readonly verified: (credentials: string, orgId: string) => void;
  /** A transaction began after so long a wait. */
  readonly waited: (ms: number) => void;
  /** Counts it, too. */
  readonly refusal: (importance: Importance, why: Refusal) => Problem;
  /**
   * How long to hold a refusal back. Clients that ask again at once over the same connection are answered less often the
   * busier it is: else there would be the more to refuse the more is refused.
   */
  readonly pauseMs: () => number;
}

/** Seconds until who was refused should come back, at least; at most twice as many. */
const retryAfterSeconds: Readonly<Record<Importance, number>> = { report: 8, view: 4, position: 2, essential: 1 };

const longestPauseMs = 1_000;
/** A full second where requests wait for a quarter of one. */
const pausePerDelay = 4;

/**
 * Refuses what is more than this process can do, at once and before its body is read, the least important first.
 *
 * A request holds its slot while something is done for it. When its body is long in coming it holds none, nor after its
 * answer was handed over, or else slow clients could keep everybody out.
 */
export const shedLoad = (
  server: FastifyInstance,
  telemetry: Telemetry,
  settings: Partial<LimitSettings> = {},
): Shedding => {
  const load = new Load({ ...defaultLimitSettings, ...settings });
  const countShed = observeLoad(load, telemetry);
  const meter = new DelayMeter();
  const seconds = setInterval(() => load.secondPassed(meter.take()), 1_000).unref();

  const refusal = (importance: Importance, why: Refusal): Problem => {
    countShed(importance, why);
    const least = retryAfterSeconds[importance];
    const details = { retryAfterSeconds: least + Math.floor(Math.random() * (least + 1)) };
    return why === 'overload' ? problem('overloaded', details) : problem('too-many-requests', details);
  };
  const callers = new KnownCallers();
  const shedding: Shedding = {
    enter: (importance, credentials) => load.enter(importance, callers.organizationOf(credentials)),
    pauseMs: () => Math.min(longestPauseMs, pausePerDelay * meter.lastMs) * (0.5 + Math.random() / 2),
    verified: (credentials, orgId) => callers.remember(credentials, orgId),
    waited: (ms) => meter.waited(ms),
    refusal,
  };

  server.decorate('shedding', shedding);
  server.decorateRequest('slot');
  server.decorateReply('hasBeenShed', false);
  server.addHook('onRoute', (route) => {
    const [method = 'GET'] = [route.method].flat();
    route.config = { ...route.config, importance: importanceOfAddress(method, route.url) };
  });
  holdSlots(server, shedding);
  server.addHook('onClose', (_server, done) => {
    clearInterval(seconds);
    meter.stop();
    done();
  });
  return shedding;
};

/** How long a body may be in coming until its request gives up its slot. */
const patienceMs = 100;

const holdSlots = (server: FastifyInstance, { enter, refusal, pauseMs }: Shedding): void => {
  const uploads = new WeakMap<FastifyRequest, NodeJS.Timeout>();
  server.addHook('onRequest', (request, reply, done) => {
    const { importance = 'view' } = request.routeOptions.config;
    if (importance === 'uncounted') return done();
    const slot = enter(importance, request.headers.authorization);
    if (typeof slot !== 'string') {
      request.slot = slot;
      return done();
    }
    const refuse = hasOwnWords(request)
      ? () => done(refusal(importance, slot))
      : () => write(refusal(importance, slot), request, reply);
    const ms = pauseMs();
    if (ms < 1) refuse();
    else setTimeout(refuse, ms);
  });
  server.addHook('preParsing', (request, _reply, _payload, done) => {
    const { slot } = request;
    if (slot !== undefined && hasBody(request))
      uploads.set(
        request,
        setTimeout(() => slot.pause(), patienceMs),
      );
    done();
  });
  server.addHook('preValidation', (request, _reply, done) => {
    clearTimeout(uploads.get(request));
    const why = request.slot?.resume() ?? null;
    done(why === null ? undefined : refusal(request.slot?.importance ?? 'view', why));
  });
  server.addHook('onSend', (request, _reply, _payload, done) => {
    request.slot?.leave();
    done();
  });
};

/** Phone apps are told in a form of their own. */
const hasOwnWords = (request: FastifyRequest): boolean => request.routeOptions.url?.startsWith('/clients/') === true;

/**
 * Past everything that is done for other answers: what is refused thousands of times a second must cost next to nothing,
 * or refusing takes all the time there is.
 */
const write = (refusal: Problem, { ids }: FastifyRequest, reply: FastifyReply): void => {
  const body = JSON.stringify(refusal.toBody(ids.requestId));
  reply.hasBeenShed = true;
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  const headers = {
    'Retry-After': String(refusal.details.retryAfterSeconds),
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
  };
  raw.writeHead(refusal.status, headers).end(body);
};

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/**
 * It has turned out whose request this is.
 * @throws the problem `too-many-requests` when the organization holds more than its share while others wait
 */
export const takeShare = (request: FastifyRequest, orgId: string): void => {
  const { slot } = request;
  if (slot === undefined) return;
  const { authorization } = request.headers;
  if (authorization !== undefined) request.server.shedding.verified(authorization, orgId);
  if (slot.belongsTo(orgId)) return;
  throw request.server.shedding.refusal(slot.importance, 'share');
};

/** Measures how long a transaction is waited for. @returns to be called when it has begun */
export const beginWaiting = (reply: FastifyReply): (() => void) => {
  const askedMs = reply.elapsedTime;
  return () => reply.server.shedding.waited(reply.elapsedTime - askedMs);
};

const observeLoad = (load: Load, { metrics }: Telemetry): ((importance: Importance, why: Refusal) => void) => {
  const registers = [metrics];
  const shed = new Counter({
    name: 'muster_shed_total',
    help: 'Requests that were refused because there was too much to do, or because their organization did too much',
    labelNames: ['class', 'reason'],
    registers,
  });
  new Gauge({
    name: 'muster_concurrency_limit',
    help: 'Requests that may be in flight in this process',
    registers,
    collect() {
      this.set(load.limit);
    },
  });
  new Gauge({
    name: 'muster_in_flight',
    help: 'Requests that are in flight in this process',
    registers,
    collect() {
      this.set(load.inFlight);
    },
  });
  return (importance, reason) => shed.inc({ class: importance, reason });
};
