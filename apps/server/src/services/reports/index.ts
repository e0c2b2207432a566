import { reportRoutes as routes } from '@muster/contracts';
import { reading, signedIn, verb } from '../../platform/http/bound-route.ts';
import type { ServiceDescriptor } from '../../platform/service.ts';
import { generateJob, generateReport } from './generate.ts';
import { downloadReport, listReports, readReport, startReport } from './runs.ts';
import { reportsPersonalData } from './personal-data.ts';

/** Report runs and the files they make. */
export const reportsService: ServiceDescriptor = {
  name: 'reports',
  personalData: reportsPersonalData,
  create: (ports) => ({
    name: 'reports',
    routes: [
      verb(routes.startReport, startReport(ports)),
      reading(routes.listReports, listReports),
      verb(routes.readReport, readReport),
      signedIn(routes.downloadReport, downloadReport(ports)),
    ],
    jobs: (jobs) => jobs.handle(generateJob, generateReport(ports)),
  }),
};
