import type { FastifyInstance } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Routes so frequent that a log line each would bury the others; they are counted all the same. */
const quietRoutes = new Set(['/health/live', '/health/ready', '/metrics', '/v1/positions']);

/** Counts, times and logs every request by its route pattern: secrets stand in real paths, never in patterns. */
export const observeRequests = (server: FastifyInstance, { log, metrics }: Telemetry): void => {
  const labelNames = ['method', 'route', 'status'] as const;
  const durationSeconds = new Histogram({
    name: 'muster_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [metrics],
  });
  const problems = new Counter({
    name: 'muster_http_server_errors_total',
    help: 'Answers with a status of 500 and above',
    labelNames: ['route'] as const,
    registers: [metrics],
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    const status = reply.statusCode;
    durationSeconds.observe({ method: request.method, route, status: String(status) }, reply.elapsedTime / 1000);
    if (status >= 500) problems.inc({ route });
    // Counted by `muster_shed_total`: a line for each would be the most of the work.
    if (reply.hasBeenShed) return done();
    const level = quietRoutes.has(route) || route.startsWith('/clients/') ? 'debug' : 'info';
    log[level](
      {
        http: { request: { method: request.method, id: request.ids?.requestId }, response: { status_code: status } },
        url: { path: route },
        event: { duration: Math.round(reply.elapsedTime * 1e6) },
        ...(request.actor === undefined ? {} : { user: { id: request.actor.userId } }),
      },
      'request',
    );
    done();
  });
};
