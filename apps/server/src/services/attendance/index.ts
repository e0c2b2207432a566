import type { ServiceDescriptor } from '../../platform/service.ts';
import { closeDays } from './close-days.ts';
import { boundRoutes } from './routes.ts';

const everyMs = 60_000;

/** Schedules, gate codes, punches and the attendance days that follow from them. */
export const attendanceService: ServiceDescriptor = {
  name: 'attendance',
  create: (ports) => ({
    name: 'attendance',
    routes: boundRoutes(ports),
    jobs: (jobs) => jobs.every('attendance.close-days', everyMs, closeDays({ ...ports, log: ports.telemetry.log })),
  }),
};
