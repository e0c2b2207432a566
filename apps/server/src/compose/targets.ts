import type { ServiceName } from '@muster/contracts';
import type { ServiceDescriptor } from '../platform/service.ts';

/**
 * The nine services. `muster serve` runs all of them in one process, `--target=attendance,geo` some; only what runs is
 * loaded. They know nothing of each other: what they share is in the events and in the published views.
 */
export const targets: Readonly<Record<ServiceName, () => Promise<ServiceDescriptor>>> = {
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
