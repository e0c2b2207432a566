import { auditRoutes } from '@muster/contracts';
import { reading } from '../../platform/http/bound-route.ts';
import type { ServiceDescriptor } from '../../platform/service.ts';
import { listAuditEntries } from './list-entries.ts';
import { auditPersonalData } from './personal-data.ts';

/** The append-only log: every service writes into it, in the transaction of the fact; this one reads. */
export const auditService: ServiceDescriptor = {
  name: 'audit',
  personalData: auditPersonalData,
  create: () => ({ name: 'audit', routes: [reading(auditRoutes.listAuditEntries, listAuditEntries)] }),
};
