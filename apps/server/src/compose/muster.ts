import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Configuration } from '../config/schema.ts';
import type { RateLimits } from '../platform/http/admission.ts';
import type { HttpServer } from '../platform/http/server.ts';
import type { Ports, Service } from '../platform/service.ts';
import { logFile } from '../platform/telemetry/log-file.ts';
import { createTelemetry, type Telemetry } from '../platform/telemetry/telemetry.ts';
import type { Migrated } from '../platform/database/migrate.ts';
import { type DatabaseAddress, migrateDatabase, openDatabase, openPorts } from './adapters.ts';
import { claimGateway } from './claim-gateway.ts';
import { housekeeping } from './housekeeping.ts';
import { Lifecycle } from './lifecycle.ts';
import { observePlatform } from './observe-platform.ts';
import { answersFor, createTarget, nameOfTarget } from './targets.ts';

/**
 * One running Muster, from the first file to the open port. The steps are separate, so that a terminal can show them
 * one by one; each needs those before it.
 */
export class Muster {
  readonly configuration: Configuration;
  readonly telemetry: Telemetry;
  readonly #lifecycle = new Lifecycle();
  #address: DatabaseAddress | undefined;
  #ports: Ports | undefined;
  #http: HttpServer | undefined;
  #services: readonly Service[] = [];
  #stopping = false;
  /** The step that is being taken; it never rejects. */
  #current: Promise<unknown> = Promise.resolve();

  constructor(configuration: Configuration) {
    this.configuration = configuration;
    this.telemetry = createTelemetry({ level: configuration.MUSTER_LOG_LEVEL, ...logDestination(configuration) });
  }

  startDatabase(): Promise<void> {
    return this.#step(async () => {
      this.#address = await openDatabase(this.configuration, this.telemetry, this.#lifecycle);
    });
  }

  /** Brings the schema up to date; with `contract` it also loses what only older versions used. */
  migrate({ contract = false } = {}): Promise<Migrated> {
    return this.#step(() => migrateDatabase(required(this.#address, 'startDatabase'), contract));
  }

  openPorts(): Promise<Ports> {
    return this.#step(() => this.#openPorts());
  }

  /** Runs the targets' services; resolves with the address they are reached at. */
  serve(): Promise<HttpServer['address']> {
    return this.#step(() => this.#serve());
  }

  /** Takes no more work, finishes what runs, and stops everything; errors are logged, not thrown. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#http?.stopBeingReady();
    // What is being started is known, and can be stopped, only when it has started.
    await this.#current;
    await this.#drain();
    for (const failure of await this.#lifecycle.stop()) this.telemetry.log.error({ err: failure }, failure.message);
    this.telemetry.log.flush();
  }

  /** Others notice that this process is no longer ready, and go elsewhere; meanwhile it answers. */
  async #drain(): Promise<void> {
    const drainMs = this.configuration.MUSTER_DRAIN_SECONDS * 1000;
    if (this.#http === undefined || drainMs === 0) return;
    const leaving = this.#services.map((service) => service.drain?.(drainMs));
    await Promise.allSettled([sleep(drainMs), ...leaving]);
  }

  #step<T>(take: () => Promise<T>): Promise<T> {
    if (this.#stopping) return Promise.reject(new Error('Muster is stopping.'));
    const step = take();
    this.#current = step.catch(() => {});
    return step;
  }

  async #openPorts(): Promise<Ports> {
    const address = required(this.#address, 'startDatabase');
    this.#ports ??= await openPorts(this.configuration, address, this.telemetry, this.#lifecycle);
    return this.#ports;
  }

  async #serve(): Promise<HttpServer['address']> {
    const { configuration } = this;
    const ports = await this.#openPorts();
    // Most of the program: a migration need not wait until it is loaded.
    const { startHttpServer } = await import('../platform/http/server.ts');
    const services = await Promise.all(configuration.targets.map((target) => createTarget(target, ports)));
    this.#services = services;
    await this.#claimGateway();
    for (const service of services) {
      for (const consumer of service.consumers ?? []) ports.events.subscribe(consumer);
      service.jobs?.(ports.jobs);
    }
    housekeeping(ports);
    await ports.jobs.start();
    this.#lifecycle.started('jobs', () => ports.jobs.stop());
    await ports.events.start();
    this.#lifecycle.started('events', () => ports.events.stop());
    for (const service of services) await this.#start(service);
    observePlatform(ports);
    const http = await startHttpServer(services, ports, {
      host: configuration.HOST,
      port: configuration.PORT,
      reusePort: configuration.MUSTER_REUSE_PORT,
      ...(configuration.MUSTER_DRAIN_SECONDS > 0 && { settleMs }),
      trustedProxies: configuration.MUSTER_TRUSTED_PROXIES,
      rateLimits: rateLimits(configuration),
      checkAnswers: configuration.MUSTER_CHECK_ANSWERS,
    });
    this.#http = http;
    this.#lifecycle.started('http', () => http.close());
    this.telemetry.log.info(
      { targets: configuration.targets.map(nameOfTarget), address: http.address },
      'muster is serving',
    );
    return http.address;
  }

  /** The embedded database has one user in any case: the lock on its folder sees to that. */
  async #claimGateway(): Promise<void> {
    const { targets, MUSTER_DATABASE_URL: databaseUrl, MUSTER_REDIS_URL: redis } = this.configuration;
    if (databaseUrl === undefined || !answersFor(targets, 'gateway')) return;
    const claim = await claimGateway(databaseUrl, redis.length === 0 ? 'memory' : 'redis', this.telemetry);
    this.#lifecycle.started('the claim to be a gateway', () => claim.release());
  }

  async #start(service: Service): Promise<void> {
    await service.start?.();
    if (service.stop !== undefined) this.#lifecycle.started(service.name, service.stop);
  }
}

/** They are taken at the public door; a process without it has a gateway in front that takes them. */
const rateLimits = (configuration: Configuration): RateLimits | undefined =>
  answersFor(configuration.targets, 'gateway')
    ? {
        perAddressPerMinute: configuration.MUSTER_RATE_LIMIT_PER_ADDRESS,
        perUserPerMinute: configuration.MUSTER_RATE_LIMIT_PER_USER,
      }
    : undefined;

/** Behind a drain: nobody else comes, and who came last gets a moment. */
const settleMs = 1_000;

const required = <T>(value: T | undefined, step: string): T => {
  if (value === undefined) throw new Error(`${step} comes first.`);
  return value;
};

const logDestination = (configuration: Configuration) => {
  if (configuration.MUSTER_LOG_TO === 'stdout') return {};
  return { destination: logFile(join(configuration.dataFolder, 'logs', 'muster.log')) };
};
