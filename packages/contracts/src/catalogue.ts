import { attendanceRoutes } from './attendance.ts';
import { auditRoutes } from './audit.ts';
import { authRoutes } from './auth.ts';
import { fraudRoutes } from './fraud.ts';
import { geoRoutes } from './geo.ts';
import { notificationRoutes } from './notifications.ts';
import { organizationRoutes } from './organization.ts';
import { reportRoutes } from './reports.ts';

/** Every route by its operation name. */
export const routes = {
  ...authRoutes,
  ...organizationRoutes,
  ...attendanceRoutes,
  ...geoRoutes,
  ...notificationRoutes,
  ...fraudRoutes,
  ...reportRoutes,
  ...auditRoutes,
};
export type Routes = typeof routes;
