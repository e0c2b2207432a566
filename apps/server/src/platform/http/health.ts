import type { FastifyInstance } from 'fastify';
import type { Ports } from '../service.ts';

interface Dependency {
  readonly name: string;
  readonly check: () => Promise<void>;
  /** Without it nothing can be done. Without the others Muster is slower, or late, and takes requests all the same. */
  readonly vital?: boolean;
}

const checkTimeoutMs = 2_000;

interface Finding {
  readonly name: string;
  readonly vital: boolean;
  readonly ok: boolean;
  readonly reason?: string;
}

const checkWithin = async ({ name, check, vital = false }: Dependency): Promise<Finding> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkTimeoutMs} ms`)), checkTimeoutMs);
  });
  try {
    await Promise.race([check(), timeout]);
    return { name, vital, ok: true };
  } catch (error) {
    return { name, vital, ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
};

const replicaOf = ({ database }: Ports): readonly Dependency[] => {
  if (database.checkReplica === undefined) return [];
  return [{ name: 'replica', check: () => database.checkReplica?.() ?? Promise.resolve() }];
};

/** What Muster stands on, in the order in which `doctor` and `/health/ready` name it. */
export const dependenciesOf = (ports: Ports): readonly Dependency[] => [
  { name: 'database', check: () => ports.database.check(), vital: true },
  ...replicaOf(ports),
  { name: 'jobs', check: () => ports.jobs.check() },
  { name: 'cache', check: () => ports.cache.check() },
  { name: 'realtime', check: () => ports.realtime.check() },
  { name: 'objects', check: () => ports.objects.check() },
];
export const checkDependencies = (ports: Ports) => Promise.all(dependenciesOf(ports).map(checkWithin));

/** `/health/live`: the process answers. `/health/ready`: it can do its work. `/metrics`: in Prometheus' text format. */
export const healthRoutes = (server: FastifyInstance, ports: Ports, readiness: { readonly ready: boolean }): void => {
  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    const dependencies = await checkDependencies(ports);
    const ready = readiness.ready && dependencies.every(({ ok, vital }) => ok || !vital);
    return reply.status(ready ? 200 : 503).send({
      status: ready ? 'ready' : readiness.ready ? 'dependency-away' : 'stopping',
      dependencies: dependencies.map(({ name, ok }) => ({ name, ok })),
    });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(ports.telemetry.metrics.contentType).send(await ports.telemetry.metrics.metrics()),
  );
};
