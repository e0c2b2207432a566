import type { ServiceDescriptor } from '../../platform/service.ts';
import { forgetOldImports, handleImports } from './import/import-jobs.ts';
import { usersRoutes } from './routes.ts';

/** Organizations, sites, gates, groups and people, and who may reach whom. */
export const usersService: ServiceDescriptor = {
  name: 'users',
  create: (ports) => ({
    name: 'users',
    routes: usersRoutes(ports),
    jobs: (jobs) => {
      handleImports(jobs, ports);
      jobs.every('users.forget-imports', 24 * 60 * 60_000, forgetOldImports(ports));
    },
  }),
};
