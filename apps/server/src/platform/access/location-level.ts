import type { LocationLevel } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { Call } from '../http/call.ts';

/** What the caller sees of members while nothing is wrong; single members may be open further during an excursion. */
export async function readUsualLevel(tx: Tx, { actor }: Call): Promise<LocationLevel> {
  if (actor.role === 'org_admin' || actor.role === 'member' || actor.homeOrgId !== undefined) return 'full';
  if (actor.role === 'guardian') return (await hasAgreedLink(tx, actor.userId)) ? 'full' : 'attendance';
  const { rows } = await sql<{ supervisor: LocationLevel; office: LocationLevel }>`
    SELECT supervisor_location AS supervisor, office_location AS office FROM published.organization`.execute(tx);
  const levels = rows[0];
  if (actor.role === 'supervisor') return levels?.supervisor ?? 'attendance';
  return actor.role === 'org_office' ? (levels?.office ?? 'attendance') : 'attendance';
}

async function hasAgreedLink(tx: Tx, guardianId: string): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM published.guardianship
    WHERE guardian_id = ${guardianId} AND may_see AND live_agreed_at IS NOT NULL LIMIT 1`.execute(tx);
  return rows.length > 0;
}
