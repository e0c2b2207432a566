import type { GeofenceShape, MemberCard } from '@muster/contracts';
import { sql } from 'kysely';
import { tiesFor } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';

export interface MemberRow {
  member_id: string;
  display_name: string;
  number: string | null;
  group_id: string | null;
  group_name: string | null;
  site_id: string;
  time_zone: string;
  status: 'active' | 'suspended' | 'left';
  joined_on: string | null;
}

/** Of the published view under the name `member`. */
export const memberColumns = sql`member.member_id, member.display_name, member.number, member.group_id,
  member.group_name, member.site_id, member.time_zone, member.status, member.joined_on`;

export const toCard = (row: MemberRow): MemberCard => ({
  memberId: row.member_id,
  displayName: row.display_name,
  number: row.number,
  groupId: row.group_id,
  groupName: row.group_name,
  siteId: row.site_id,
  timeZone: row.time_zone,
});

/**
 * A condition on the published view under the name `member`. Who may decide about attendance is shown those whom they
 * may see besides: names are names, whichever page they are on.
 */
export async function mayBeNamed(tx: Tx, call: Call) {
  const seeing = await tiesFor(tx, call, 'members.see');
  if (call.ties.every((tie) => seeing.includes(tie))) return sql<boolean>`true`;
  return sql<boolean>`member.member_id = ANY(ARRAY(
    SELECT reach.member_id FROM published.reach
    WHERE reach.user_id = ${call.actor.userId} AND reach.via = ANY(${[...seeing]})))`;
}

/** Those who have left too: what they did before is still to be finished. */
export async function findMember(tx: Tx, memberId: string): Promise<MemberRow | undefined> {
  const { rows } = await sql<MemberRow>`
    SELECT ${memberColumns} FROM published.member AS member WHERE member.member_id = ${memberId}`.execute(tx);
  return rows[0];
}

/** @throws Problem `not-found` for someone who is no member (any more). */
export async function requireMember(tx: Tx, memberId: string): Promise<MemberRow> {
  const member = await findMember(tx, memberId);
  if (member === undefined || member.status === 'left') {
    throw problem('not-found', { detail: 'No such member is known here.' });
  }
  return member;
}

/** @throws Problem `not-permitted` for a suspended member, whose access token may outlive the suspension by minutes. */
export async function requireActiveMember(tx: Tx, memberId: string): Promise<MemberRow> {
  const member = await requireMember(tx, memberId);
  if (member.status === 'active') return member;
  throw problem('not-permitted', { detail: 'This account is suspended. Please ask the office.' });
}

export async function geofencesOf(tx: Tx, siteId: string): Promise<GeofenceShape[]> {
  const { rows } = await sql<{ shape: GeofenceShape }>`
    SELECT shape FROM published.geofence WHERE site_id = ${siteId}`.execute(tx);
  return rows.map((row) => row.shape);
}
