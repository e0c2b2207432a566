import type { organizationRoutes } from '@muster/contracts';
import type { Verb } from '../../platform/http/call.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { auditChange } from './audit-change.ts';
import * as store from './site-store.ts';
import { requireSite } from './sites.ts';

export const listGates: Verb<typeof organizationRoutes.listGates> = async (tx) => ({
  items: await store.listGates(tx),
});

export const addGate: Verb<typeof organizationRoutes.addGate> = async (tx, { body }, call) => {
  await requireSite(tx, body.siteId);
  const gate = { gateId: uuidv7(), ...body };
  await store.insertGate(tx, call.actor.orgId, gate);
  const detail = { name: gate.name, siteId: gate.siteId };
  await auditChange(tx, call, 'gate.added', { kind: 'gate', id: gate.gateId }, detail);
  return gate;
};
