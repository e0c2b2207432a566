import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '@muster/contracts';
import { expect } from 'vitest';
import { open, signedIn } from '../../../../platform/http/bound-route.ts';
import { type HttpServer, startHttpServer } from '../../../../platform/http/server.ts';
import { startTestServer, type TestServer } from '../../../../platform/http/testing/test-server.ts';
import { uuidv7 } from '../../../../platform/ids.ts';
import type { Ports, Service } from '../../../../platform/service.ts';
import { createTelemetry } from '../../../../platform/telemetry/telemetry.ts';
import { serveOtherServices } from '../index.ts';
import { StandIn } from './stand-in.ts';

/** A process with `users` and `auth`, as far as these tests ask them: they tell what they know of the caller. */
const twoRoutes: Service = {
  name: 'users',
  routes: [
    signedIn(
      routes.whoAmI,
      async (_input, call) => ({ ip: call.ipAddress, id: call.requestId, trace: call.traceId }) as never,
    ),
    open(routes.jwks, async (_input, call) => ({ ip: call.ipAddress }) as never),
  ],
};

interface Sent extends RequestInit {
  /** Default: an administrator's. */
  readonly token?: string | null;
}

export const budgetMs = 600;
export const halfOpenAfterMs = 400;
export const perUserPerMinute = 500;

/** A gateway in front of a Muster process (`users`, `auth`) and of two stand-ins (`reports`, `geo`). */
export class ServicesApart {
  readonly gateway: TestServer;
  readonly reports: StandIn;
  readonly geo: StandIn;
  /** Can be replaced: another process on the same port. */
  users: HttpServer;

  private constructor(gateway: TestServer, users: HttpServer, reports: StandIn, geo: StandIn) {
    this.gateway = gateway;
    this.users = users;
    this.reports = reports;
    this.geo = geo;
  }

  static async start(): Promise<ServicesApart> {
    const reports = new StandIn();
    const geo = new StandIn();
    await reports.start();
    await geo.start();
    let users: HttpServer | undefined;
    const surface = async (server: Parameters<typeof serveOtherServices>[0], ports: Ports): Promise<void> => {
      users = await startUsers(ports, 0);
      const url = `http://127.0.0.1:${users.address.port}`;
      const serviceUrls = new Map([
        ['users', url],
        ['auth', url],
        ['reports', reports.url],
        ['geo', geo.url],
      ] as const);
      const settings = { ...ports.settings, serviceUrls };
      await serveOtherServices(server, { ...ports, settings }, { budgetMs, halfOpenAfterMs });
    };
    const gateway = await startTestServer(
      (ports) => [{ name: 'gateway', routes: [], surface: (server) => surface(server, ports) }],
      { settings: { rateLimits: { perAddressPerMinute: 100, perUserPerMinute } } },
    );
    if (users === undefined) throw new Error('The gateway has not called its surface.');
    return new ServicesApart(gateway, users, reports, geo);
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.users.close();
    await this.reports.kill();
    await this.geo.kill();
  }

  /** As a rolling restart does it: the next process listens before the last one stops. */
  async restartUsers(): Promise<void> {
    const next = await startUsers(this.gateway.ports, this.users.address.port);
    await this.users.close();
    this.users = next;
  }

  token(role: 'org_admin' | 'member'): string {
    return this.gateway.tokens.issue({ orgId: uuidv7(), role });
  }

  send(path: string, { token = this.token('org_admin'), headers, ...rest }: Sent = {}): Promise<Response> {
    return fetch(`${this.gateway.url}${path}`, {
      ...rest,
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(headers as Record<string, string>),
      },
    });
  }

  /** Past the gateway. */
  askUsers(headers: Record<string, string>): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.users.address.port}/v1/me`, {
      headers: { Authorization: `Bearer ${this.token('member')}`, ...headers },
    });
  }

  /** The value of a line of `/metrics`. */
  async metric(line: string): Promise<number> {
    const lines = (await this.gateway.ports.telemetry.metrics.metrics()).split('\n');
    return Number(
      lines
        .find((each) => each.startsWith(`${line} `))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  }

  /** Until the circuit to `reports` has forgotten what was, so that one test's outage is not the next one's. */
  async reportsAreWell(): Promise<void> {
    this.reports.forget();
    for (let well = 0, tries = 0; well < 20; tries += 1) {
      if (tries > 100) throw new Error('The service did not come back.');
      if ((await this.send('/v1/reports/runs')).status === 200) well += 1;
      else await sleep(50);
    }
    this.reports.forget();
  }
}

/** It shares the ports of the gateway, as processes share Redis and PostgreSQL. */
const startUsers = (ports: Ports, port: number): Promise<HttpServer> =>
  startHttpServer(
    [twoRoutes],
    { ...ports, telemetry: createTelemetry({ level: 'silent' }) },
    { host: '127.0.0.1', port, reusePort: true, trustedProxies: ['127.0.0.1'], checkAnswers: false },
  );

/** Status, code and Retry-After of an answer that must be a problem. */
export const refusalOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const { code } = (await response.json()) as { code: string };
  return [response.status, code, response.headers.get('retry-after')];
};

/** A write that may reach the service twice. */
export const keyed = (body: string | Uint8Array<ArrayBuffer> = '{}') => ({
  method: 'POST',
  body,
  headers: { 'Idempotency-Key': uuidv7() },
});
