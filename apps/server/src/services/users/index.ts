import type { ServiceDescriptor } from '../../platform/service.ts';
import { usersRoutes } from './routes.ts';

/** Organizations, sites, gates, groups and people, and who may reach whom. */
export const usersService: ServiceDescriptor = {
  name: 'users',
  create: (ports) => ({ name: 'users', routes: usersRoutes(ports) }),
};
