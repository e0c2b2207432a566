import type { ServiceDescriptor } from '../../platform/service.ts';
import { forgetOldImports, handleImports } from './import/import-jobs.ts';
import { usersPersonalData } from './personal-data.ts';
import { assembleExport, assembleExportJob } from './privacy/assemble-export.ts';
import { beginErasure, beginErasureJob } from './privacy/begin-erasure.ts';
import { noteComingOfAge } from './privacy/coming-of-age.ts';
import { dataRequests } from './privacy/consumers.ts';
import { usersRoutes } from './routes.ts';

/** Organizations, sites, gates, groups and people, and who may reach whom. */
export const usersService: ServiceDescriptor = {
  name: 'users',
  personalData: usersPersonalData,
  create: (ports) => ({
    name: 'users',
    routes: usersRoutes(ports),
    consumers: [dataRequests(ports)],
    jobs: (jobs) => {
      jobs.handle(assembleExportJob, assembleExport(ports));
      jobs.handle(beginErasureJob, beginErasure(ports));
      jobs.every('users.coming-of-age', 5 * 60_000, noteComingOfAge(ports));
      handleImports(jobs, ports);
      jobs.every('users.forget-imports', 24 * 60 * 60_000, forgetOldImports(ports));
    },
  }),
};
