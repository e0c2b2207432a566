import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import type { Call } from '../../../platform/http/call.ts';

/**
 * Runs a part of an account of the platform's transaction inside an organization: what it writes there, and its entries
 * in that organization's log, belong to it, or nothing of all this happened. Only after it was decided that the caller
 * may; what it is for holds a permission for all organizations.
 */
export const insideOrganization = async <T>(
  tx: Tx,
  { actor }: Call,
  orgId: string,
  work: () => Promise<T>,
): Promise<T> => {
  if (!actor.role.startsWith('platform_')) throw new Error('Only the platform acts in other organizations.');
  const { orgId: here, homeOrgId } = actor;
  await enter(tx, orgId, homeOrgId ?? here);
  const answer = await work();
  // After an error there is nothing to go back to: the transaction is over.
  await enter(tx, here, homeOrgId ?? '');
  return answer;
};

const enter = async (tx: Tx, orgId: string, homeOrgId: string): Promise<void> => {
  await sql`SELECT set_config('muster.org_id', ${orgId}, true),
    set_config('muster.home_org_id', ${orgId === homeOrgId ? '' : homeOrgId}, true)`.execute(tx);
};
