import type { ServiceName, Setting } from '@muster/contracts';
import type { FastifyInstance } from 'fastify';
import type { Cache } from './cache/port.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database/port.ts';
import type { Consumer, EventBus } from './events/port.ts';
import type { BoundRoute } from './http/bound-route.ts';
import type { AccessTokens } from './http/access-token.ts';
import type { Jobs } from './jobs/port.ts';
import type { Mail } from './mail/port.ts';
import type { ObjectStore } from './objects/port.ts';
import type { PersonalData } from './personal-data/port.ts';
import type { Realtime } from './realtime/port.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** Everything a service may use. It takes what it needs and knows no adapter. */
export interface Ports {
  readonly database: Database;
  readonly events: EventBus;
  readonly jobs: Jobs;
  readonly cache: Cache;
  readonly realtime: Realtime;
  readonly objects: ObjectStore;
  /** Absent where no mail server is configured. */
  readonly mail?: Mail;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly accessTokens: AccessTokens;
  readonly settings: ServiceSettings;
}

/** The few configuration values that rules and verbs need. */
export interface ServiceSettings {
  /** Where users reach Muster, without a slash at the end; stands in links and tokens. */
  readonly publicUrl: string;
  /** Folder of the built web app; the gateway serves it. */
  readonly webRoot: string;
  /** 32 bytes each: the first one encrypts what has to be read again, the others still decrypt. None: see secret-box.ts. */
  readonly secretKeys?: readonly Uint8Array[];
  /** Hosts in networks of our own that users' addresses may name. */
  readonly privateHosts?: ReadonlySet<string>;
  /** Where the services are that other processes answer for. */
  readonly serviceUrls: ReadonlyMap<ServiceName, string>;
  /** What this process was told, as those who run Muster may see it. */
  readonly configuration: readonly Setting[];
}

/** A service as the composition root sees it: what it answers, what it listens to, what it does on its own. */
export interface Service {
  readonly name: ServiceName;
  readonly routes: readonly BoundRoute[];
  readonly consumers?: readonly Consumer[];
  /** Registers its job handlers and schedules. */
  readonly jobs?: (jobs: Jobs) => void;
  /** For what is no JSON route: phone clients, the socket, the web app's files. */
  readonly surface?: (server: FastifyInstance) => void | Promise<void>;
  /** Called after the ports have started, and before they stop. */
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void>;
  /** The process was told to stop; sends away, over this time, whoever would stay. Requests are still answered. */
  readonly drain?: (withinMs: number) => Promise<void>;
}

/** What `services/<name>/index.ts` exports. */
export interface ServiceDescriptor {
  readonly name: ServiceName;
  readonly create: (ports: Ports) => Service;
  /** What it keeps about people; `platform/personal-data` collects and erases it. */
  readonly personalData?: PersonalData;
}
