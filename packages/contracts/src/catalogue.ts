import { attendanceRoutes } from './attendance.ts';
import { auditRoutes } from './audit.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { registrationRoutes } from './auth-registration.ts';
import { authSecurityRoutes } from './auth-security.ts';
import { singleSignOnRoutes } from './auth-single-sign-on.ts';
import { authRoutes } from './auth.ts';
import { deviceRoutes } from './devices.ts';
import { fraudRoutes } from './fraud.ts';
import { geoRoutes } from './geo.ts';
import { importRoutes } from './import.ts';
import { notificationRoutes } from './notifications.ts';
import { operationsRoutes } from './operations.ts';
import { organizationRoutes } from './organization.ts';
import { peopleRoutes } from './people.ts';
import { permissionRoutes } from './permissions.ts';
import { platformRoutes } from './platform.ts';
import { dataRequestRoutes } from './data-requests.ts';
import { privacyRoutes } from './privacy.ts';
import { reportRoutes } from './reports.ts';

/** Every route by its operation name. */
export const routes = {
  ...authRoutes,
  ...authSecurityRoutes,
  ...registrationRoutes,
  ...singleSignOnRoutes,
  ...deviceRoutes,
  ...apiKeyRoutes,
  ...organizationRoutes,
  ...peopleRoutes,
  ...importRoutes,
  ...privacyRoutes,
  ...dataRequestRoutes,
  ...permissionRoutes,
  ...platformRoutes,
  ...attendanceRoutes,
  ...geoRoutes,
  ...notificationRoutes,
  ...fraudRoutes,
  ...reportRoutes,
  ...auditRoutes,
  ...operationsRoutes,
};
export type Routes = typeof routes;
