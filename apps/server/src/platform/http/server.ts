import 'reflect-metadata';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import helmet from '@fastify/helmet';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ports, Service } from '../service.ts';
import { type Admit, admission, type RateLimits } from './admission.ts';
import { AccessGuard } from './guard.ts';
import { healthRoutes } from './health.ts';
import { noteOfferedMethods, type OfferedMethods } from './offered-methods.ts';
import { observeRequests } from './observe-requests.ts';
import { answerProblem, ProblemFilter } from './problem-filter.ts';
import { contextOf, type RequestContext, withRequestContext } from '../telemetry/request-context.ts';
import { routeRunner } from './run-route.ts';
import type { LimitSettings } from './shedding/adaptive-limit.ts';
import { shedLoad } from './shedding/shed.ts';
import { serviceModule } from './controller.ts';
import { acceptUploads } from './uploads.ts';

declare module 'fastify' {
  interface FastifyRequest {
    ids: RequestContext;
  }
}

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Absent when a gateway stands in front: it has counted the request, and twice would be wrong. */
  readonly rateLimits?: RateLimits | undefined;
  readonly checkAnswers: boolean;
  /** A new process may listen on the port while the old one finishes. Default: no. */
  readonly reusePort?: boolean;
  /** How long connections that were made in the last moment are waited for when it closes. Default: not at all. */
  readonly settleMs?: number;
  /** How long a client may take over the headers of a request. Default 10 s. */
  readonly headersTimeoutMs?: number;
  /** How many requests may be in flight; the defaults suit any machine. */
  readonly load?: Partial<LimitSettings>;
}

export interface HttpServer {
  readonly address: { readonly host: string; readonly port: number };
  /** Answers `/health/ready` with 503 from now on, so that nobody sends new work here. */
  stopBeingReady(): void;
  close(): Promise<void>;
}

/** A body larger than this is refused before it is read; phone clients and uploads have their own limits. */
const bodyLimitBytes = 2 * 1024 * 1024;

const fastifyAdapter = (settings: HttpSettings): FastifyAdapter =>
  new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    // Against slow clients; Node looks for them every 30 s unless told otherwise.
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    http: {
      headersTimeout: settings.headersTimeoutMs ?? 10_000,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16 * 1024,
    },
    routerOptions: { maxParamLength: 200 },
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    forceCloseConnections: 'idle',
    // What is on its way when Muster stops is still answered; the answer says that the connection ends.
    return503OnClosing: false,
    // Before routing (a broken URL): nobody to log about, but the answer has the same form.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      answerProblem(error, request, reply),
    skipMiddie: true,
  });

/** Connections that may wait to be accepted: who finds no room is silently kept waiting for seconds. */
const backlog = 4_096;

/** A request that takes longer than this is cut off when Muster stops. */
const drainDeadlineMs = 5_000;

/** Serves the routes and surfaces of the given services on one port, through Nest on Fastify. */
export const startHttpServer = async (
  services: readonly Service[],
  ports: Ports,
  settings: HttpSettings,
): Promise<HttpServer> => {
  const readiness = { ready: true };
  const run = routeRunner({ database: ports.database, clock: ports.clock, checkAnswers: settings.checkAnswers });
  const application = await NestFactory.create<NestFastifyApplication>(
    rootModule(services.map((service) => serviceModule(service, run))),
    fastifyAdapter(settings),
    { bodyParser: false, logger: false, abortOnError: false },
  );
  const server = application.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const admit = admission({ ...ports, rateLimits: settings.rateLimits });
  const offeredMethods = await prepare(server, ports, readiness, { admit, load: settings.load });
  for (const service of services) await service.surface?.(server);
  application.useGlobalGuards(new AccessGuard(admit, ports.accessTokens));
  application.useGlobalFilters(new ProblemFilter(ports.telemetry.log, offeredMethods));
  const cutConnections = rememberConnections(server);
  await application.init();
  // Fastify hands its options on to Node, which knows more of them.
  const listening = { port: settings.port, host: settings.host, reusePort: settings.reusePort ?? false, backlog };
  await server.listen(listening);
  const bound = server.server.address() as AddressInfo;
  return {
    address: { host: settings.host, port: bound.port },
    stopBeingReady: () => {
      readiness.ready = false;
    },
    close: async () => {
      if (!readiness.ready && settings.settleMs !== undefined) {
        // Who has just connected is about to ask; Node's own close would end that connection.
        NetServer.prototype.close.call(server.server);
        await sleep(settings.settleMs);
      }
      const cut = setTimeout(cutConnections, drainDeadlineMs);
      await application.close().finally(() => clearTimeout(cut));
    },
  };
};

/** @returns ends whatever is connected then, live sockets included */
const rememberConnections = (server: FastifyInstance): (() => void) => {
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
};

const rootModule = (imports: DynamicModule[]): DynamicModule => {
  class MusterModule {}
  Module({})(MusterModule);
  return { module: MusterModule, imports };
};

const prepare = async (
  server: FastifyInstance,
  ports: Ports,
  readiness: { ready: boolean },
  { admit, load }: { admit: Admit; load: Partial<LimitSettings> | undefined },
): Promise<OfferedMethods> => {
  const offeredMethods = noteOfferedMethods(server);
  acceptUploads(server);
  server.decorate('admit', admit);
  server.decorateRequest('ids');
  server.addHook('onRequest', (request, reply, done) => {
    request.ids = contextOf(request.headers);
    // Whoever keeps a connection open would come back to a process that is about to end.
    if (!readiness.ready) reply.header('Connection', 'close');
    reply.header('X-Request-Id', request.ids.requestId);
    withRequestContext(request.ids, done);
  });
  shedLoad(server, ports.telemetry, load);
  await server.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy } });
  observeRequests(server, ports.telemetry);
  healthRoutes(server, ports, readiness);
  return offeredMethods;
};

/** Nothing from outside: scripts, styles, workers and the map's tiles come from here, unless a tile address is set. */
const contentSecurityPolicy = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  workerSrc: ["'self'", 'blob:'],
  // Mantine sets styles on elements.
  styleSrc: ["'self'", "'unsafe-inline'"],
  // An organization may configure a tile server.
  imgSrc: ["'self'", 'data:', 'blob:', 'https:'],
  connectSrc: ["'self'", 'https:', 'ws:', 'wss:'],
  mediaSrc: ["'self'", 'blob:'],
  objectSrc: ["'none'"],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};
