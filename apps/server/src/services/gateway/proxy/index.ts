import replyFrom from '@fastify/reply-from';
import type { ServiceName } from '@muster/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerProblem } from '../../../platform/http/problem-filter.ts';
import type { Ports } from '../../../platform/service.ts';
import { observeProxy } from './observe-proxy.ts';
import { ClientLeft } from './one-try.ts';
import { RetryBudget } from './retry-budget.ts';
import { type ProxiedRoute, proxiedRoutesOf } from './route-table.ts';
import { type DoorSettings, ServiceDoor } from './service-door.ts';

/**
 * Forwards the public requests of the services that run in other processes. A request is admitted here and read whole
 * before it is sent, so that a slow client keeps nobody but the gateway waiting; the answer is passed on as it comes.
 */
export const serveOtherServices = async (
  server: FastifyInstance,
  ports: Pick<Ports, 'clock' | 'telemetry' | 'settings'>,
  settings: DoorSettings = {},
): Promise<void> => {
  const { serviceUrls } = ports.settings;
  if (serviceUrls.size === 0) return;
  const observerOf = observeProxy(ports.telemetry);
  for (const [name, url] of serviceUrls) {
    const door = new ServiceDoor(new RetryBudget(ports), observerOf(name), settings);
    // A scope of its own: bodies are not parsed here, and each service has connections of its own.
    await server.register(async (scope) => {
      await connect(scope, url);
      takeBodiesAsTheyAre(scope);
      scope.setErrorHandler((error, request, reply) => {
        // Nobody is there to be answered.
        if (error instanceof ClientLeft) request.slot?.leave();
        else answerProblem(error, request, reply, ports.telemetry.log);
      });
      addRoutes(scope, name, door);
    });
  }
};

const connectTimeoutMs = 2_000;
/** The door gives up earlier; this frees the connection. */
const headersTimeoutMs = 35_000;
/** Between two pieces of an answer. */
const bodyTimeoutMs = 30_000;

const connect = async (scope: FastifyInstance, url: string): Promise<void> => {
  await scope.register(replyFrom, {
    base: new URL(url).origin,
    disableCache: true,
    disableRequestLogging: true,
    destroyAgent: true,
    undici: {
      connections: 128,
      pipelining: 1,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: bodyTimeoutMs,
      // The default of reply-from is to trust every certificate.
      connect: { timeout: connectTimeoutMs, rejectUnauthorized: true },
    },
  });
};

/** A little more than any service takes of a phone, which is to hear of it in its own words. */
const phoneBodyLimitBytes = 4 * 1024 * 1024;

const opaque = 'application/octet-stream';

const takeBodiesAsTheyAre = (scope: FastifyInstance): void => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
};

const addRoutes = (scope: FastifyInstance, service: ServiceName, door: ServiceDoor): void => {
  const contentTypes = new WeakMap<FastifyRequest, string>();
  for (const route of proxiedRoutesOf(service)) {
    scope.route({
      method: route.method ?? scope.supportedMethods,
      url: route.path,
      ...(route.access === 'unguarded' ? { bodyLimit: phoneBodyLimitBytes } : {}),
      ...(route.upload === undefined ? {} : { bodyLimit: route.upload.maxBytes }),
      // Before the body is read: strangers do not get to send two megabytes.
      onRequest: async (request, reply) => {
        if (route.access !== 'unguarded') await scope.admit(route.access, request, reply);
        const { 'content-type': contentType } = request.headers;
        if (contentType === undefined) return;
        // What it says is between client and service; Fastify and reply-from would refuse some and rewrite others.
        contentTypes.set(request, contentType);
        request.raw.headers['content-type'] = opaque;
      },
      handler: async (request, reply) => {
        const answer = await door.ask(reply, contentTypes.get(request), isRepeatable(route, request));
        reply.status(answer.status).headers(answer.headers);
        return reply.send(answer.body);
      },
    });
  }
};

const isRepeatable = ({ idempotency }: ProxiedRoute, request: FastifyRequest): boolean =>
  idempotency === 'natural' || request.headers['idempotency-key'] !== undefined;
