import { type ServiceName, serviceNames } from '@muster/contracts';
import type { Configuration } from '../../config/schema.ts';

/** One process of the fleet. */
export interface PlannedProcess {
  readonly service: ServiceName;
  readonly port: number;
  /** What it is told besides what all are told. */
  readonly environment: Readonly<Record<string, string>>;
}

type FleetConfiguration = Pick<
  Configuration,
  'PORT' | 'HOST' | 'publicUrl' | 'MUSTER_DATABASE_URL' | 'MUSTER_REPLICA_URL' | 'MUSTER_DATABASE_PASSWORDS'
>;

/** How long a process that is replaced goes on answering. */
const drainSeconds = 5;

/**
 * The nine processes on one machine: the gateway on PORT, the others on the eight ports above it, where only this
 * machine reaches them. Each signs in to the database as itself when its login's password is known.
 */
export const planFleet = (configuration: FleetConfiguration): readonly PlannedProcess[] => {
  const portOf = (service: ServiceName): number => configuration.PORT + serviceNames.indexOf(service);
  const services = serviceNames.filter((service) => service !== 'gateway');
  const urls = services.map((service) => `${service}=http://127.0.0.1:${portOf(service)}`).join(',');
  return serviceNames.map((service) => ({
    service,
    port: portOf(service),
    environment: {
      MUSTER_TARGETS: service,
      PORT: String(portOf(service)),
      MUSTER_PUBLIC_URL: configuration.publicUrl,
      MUSTER_LOG_TO: 'stdout',
      MUSTER_DRAIN_SECONDS: String(drainSeconds),
      // Migrating is done before, by the fleet itself.
      MUSTER_DATABASE_OWNER_URL: '',
      MUSTER_DATABASE_PASSWORDS: '',
      ...databaseUrlsOf(service, configuration),
      ...(service === 'gateway'
        ? { HOST: configuration.HOST, MUSTER_SERVICE_URLS: urls }
        : { HOST: '127.0.0.1', MUSTER_TRUSTED_PROXIES: '127.0.0.1' }),
    },
  }));
};

/** The addresses of the databases, with the sign-in of the service. */
const databaseUrlsOf = (service: ServiceName, configuration: FleetConfiguration): Record<string, string> => {
  const password = configuration.MUSTER_DATABASE_PASSWORDS.get(service);
  if (password === undefined) return {};
  const urls = (['MUSTER_DATABASE_URL', 'MUSTER_REPLICA_URL'] as const).flatMap((name): [string, string][] => {
    const url = configuration[name];
    if (url === undefined) return [];
    const own = new URL(url);
    own.username = `muster_${service}_login`;
    own.password = password;
    return [[name, own.href]];
  });
  return Object.fromEntries(urls);
};
