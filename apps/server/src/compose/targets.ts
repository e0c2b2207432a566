import type { ServiceName } from '@muster/contracts';
import type { Target } from '../config/variables.ts';
import { withPersonalData } from '../platform/personal-data/contribute.ts';
import type { Ports, Service, ServiceDescriptor } from '../platform/service.ts';

/**
 * The nine services. `muster serve` runs all of them in one process, `--target=attendance,geo` some; only what runs is
 * loaded. They know nothing of each other: what they share is in the events and in the published views.
 */
const descriptors: Readonly<Record<ServiceName, () => Promise<ServiceDescriptor>>> = {
  gateway: async () => (await import('../services/gateway/index.ts')).gatewayService,
  auth: async () => (await import('../services/auth/index.ts')).authService,
  users: async () => (await import('../services/users/index.ts')).usersService,
  attendance: async () => (await import('../services/attendance/index.ts')).attendanceService,
  geo: async () => (await import('../services/geo/index.ts')).geoService,
  notifications: async () => (await import('../services/notifications/index.ts')).notificationsService,
  reports: async () => (await import('../services/reports/index.ts')).reportsService,
  fraud: async () => (await import('../services/fraud/index.ts')).fraudService,
  audit: async () => (await import('../services/audit/index.ts')).auditService,
};

/** A service, or the half of it that a process runs. */
export const createTarget = async ({ service: name, half }: Target, ports: Ports): Promise<Service> => {
  const { create, personalData } = await descriptors[name]();
  const service = withPersonalData(create(ports), personalData, ports);
  return half === undefined ? service : halves[half](service);
};

const halves = {
  /** Answers requests; what happens in the background happens in another process. */
  serve: ({ consumers: _consumers, jobs: _jobs, ...service }: Service): Service => service,
  /** Consumes events and does jobs; nobody asks it anything. */
  work: ({ surface: _surface, ...service }: Service): Service => ({ ...service, routes: [] }),
};

/** Whether requests to the service are answered in this process. */
export const answersFor = (targets: readonly Target[], name: ServiceName): boolean =>
  targets.some(({ service, half }) => service === name && half !== 'work');

/** As `--target` has it. */
export const nameOfTarget = ({ service, half }: Target): string =>
  half === undefined ? service : `${service}:${half}`;
