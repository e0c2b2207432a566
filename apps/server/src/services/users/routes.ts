import { authRoutes, organizationRoutes as routes } from '@muster/contracts';
import { type BoundRoute, reading, verb } from '../../platform/http/bound-route.ts';
import type { Ports } from '../../platform/service.ts';
import { configureOrganization } from './configure-organization.ts';
import { addGate, listGates } from './gates.ts';
import { listGroups, listMembers, listPeople, readGuardianAgreement } from './people.ts';
import { readOrganization } from './read-organization.ts';
import { replaceGeofences } from './replace-geofences.ts';
import { listSites, readSitePlan, replaceSitePlan } from './sites.ts';
import { whoAmI } from './who-am-i.ts';

export const usersRoutes = ({ events }: Pick<Ports, 'events'>): BoundRoute[] => [
  verb(authRoutes.whoAmI, whoAmI),
  verb(routes.readOrganization, readOrganization),
  verb(routes.configureOrganization, configureOrganization({ events })),
  verb(routes.listSites, listSites),
  verb(routes.readSitePlan, readSitePlan),
  verb(routes.replaceSitePlan, replaceSitePlan),
  verb(routes.replaceGeofences, replaceGeofences({ events })),
  verb(routes.listGates, listGates),
  verb(routes.addGate, addGate),
  verb(routes.listGroups, listGroups),
  reading(routes.listPeople, listPeople),
  verb(routes.listMembers, listMembers),
  verb(routes.readGuardianAgreement, readGuardianAgreement),
];
