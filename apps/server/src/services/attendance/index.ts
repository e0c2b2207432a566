import type { Consumer } from '../../platform/events/port.ts';
import type { ServiceDescriptor } from '../../platform/service.ts';
import { approvedDevices } from './accept-approved.ts';
import { closeDays } from './close-days.ts';
import { consentWithdrawals } from './consumers.ts';
import { attendancePersonalData } from './personal-data.ts';
import { boundRoutes } from './routes.ts';

const everyMs = 60_000;

/** Schedules, gate codes, punches and the attendance days that follow from them. */
export const attendanceService: ServiceDescriptor = {
  name: 'attendance',
  personalData: attendancePersonalData,
  create: (ports) => ({
    name: 'attendance',
    routes: boundRoutes(ports),
    consumers: [consentWithdrawals(ports) as Consumer, approvedDevices(ports) as Consumer],
    jobs: (jobs) => jobs.every('attendance.close-days', everyMs, closeDays({ ...ports, log: ports.telemetry.log })),
  }),
};
