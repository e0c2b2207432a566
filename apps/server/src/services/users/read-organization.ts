import type { organizationRoutes } from '@muster/contracts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { readSettings } from './organization-store.ts';

export const readOrganization: Verb<typeof organizationRoutes.readOrganization> = async (tx) =>
  (await readSettings(tx)) ?? problem('not-found');
