import {
  authRoutes,
  importRoutes,
  organizationRoutes as routes,
  peopleRoutes,
  permissionRoutes,
  platformRoutes,
} from '@muster/contracts';
import { type BoundRoute, reading, signedIn, verb } from '../../platform/http/bound-route.ts';
import type { Ports } from '../../platform/service.ts';
import { configureOrganization } from './configure-organization.ts';
import { addGate, listGates } from './gates.ts';
import { addGroup, changeGroup, listGroupDetails, removeGroup } from './group-changes.ts';
import { linkGuardian, unlinkGuardian } from './guardian-links.ts';
import { exportPeopleCsv, exportPeopleXlsx } from './import/export-people.ts';
import * as imports from './import/import-runs.ts';
import { listGroups, listMembers, listPeople, readGuardianAgreement } from './people.ts';
import { addPerson, changePerson, changeStatus, readPerson } from './person-changes.ts';
import { explainPermissions } from './permissions-explain.ts';
import { readPermissions, replacePermissions } from './permissions.ts';
import { createOrganization, listOrganizations, visitOrganization } from './platform/organizations.ts';
import { privacyTable } from './privacy/routes.ts';
import { readOrganization } from './read-organization.ts';
import { replaceGeofences } from './replace-geofences.ts';
import { addSite, changeSite, readSite, suggestTimeZone } from './site-changes.ts';
import { listSites, readSitePlan, replaceSitePlan } from './sites.ts';
import { whoAmI } from './who-am-i.ts';

export const usersRoutes = (ports: Ports): BoundRoute[] => [
  ...organizationOf(ports),
  ...peopleOf(ports),
  ...permissionsOf(ports),
  ...importsOf(ports),
  ...privacyTable(ports),
  ...platformOf(ports),
];

const organizationOf = ({ events }: Ports): BoundRoute[] => [
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

const peopleOf = ({ events }: Ports): BoundRoute[] => [
  verb(peopleRoutes.readPerson, readPerson),
  verb(peopleRoutes.addPerson, addPerson({ events })),
  verb(peopleRoutes.changePerson, changePerson({ events })),
  verb(peopleRoutes.changeStatus, changeStatus({ events })),
  verb(peopleRoutes.linkGuardian, linkGuardian({ events })),
  verb(peopleRoutes.unlinkGuardian, unlinkGuardian({ events })),
  verb(peopleRoutes.listGroupDetails, listGroupDetails),
  verb(peopleRoutes.addGroup, addGroup({ events })),
  verb(peopleRoutes.changeGroup, changeGroup({ events })),
  verb(peopleRoutes.removeGroup, removeGroup({ events })),
  verb(peopleRoutes.suggestTimeZone, suggestTimeZone),
  verb(peopleRoutes.readSite, readSite),
  verb(peopleRoutes.addSite, addSite),
  verb(peopleRoutes.changeSite, changeSite({ events })),
];

const permissionsOf = ({ events }: Ports): BoundRoute[] => [
  verb(permissionRoutes.readPermissions, readPermissions),
  verb(permissionRoutes.replacePermissions, replacePermissions({ events })),
  verb(permissionRoutes.explainPermissions, explainPermissions),
];

const platformOf = (ports: Ports): BoundRoute[] => [
  signedIn(platformRoutes.listOrganizations, listOrganizations(ports)),
  verb(platformRoutes.createOrganization, createOrganization),
  verb(platformRoutes.visitOrganization, visitOrganization),
];

const importsOf = (ports: Ports): BoundRoute[] => [
  signedIn(peopleRoutes.exportPeopleCsv, exportPeopleCsv(ports)),
  signedIn(peopleRoutes.exportPeopleXlsx, exportPeopleXlsx(ports)),
  verb(importRoutes.createImport, imports.createImport),
  signedIn(importRoutes.uploadImportFile, imports.uploadImportFile(ports)),
  verb(importRoutes.listImports, imports.listImports),
  verb(importRoutes.readImport, imports.readImport),
  verb(importRoutes.checkImport, imports.checkImport(ports)),
  verb(importRoutes.listImportProblems, imports.listImportProblems),
  verb(importRoutes.runImport, imports.runImport(ports)),
  verb(importRoutes.discardImport, imports.discardImport(ports)),
];
