import type { Schedule as ScheduleAnswer } from '@muster/contracts';
import { sql } from 'kysely';
import { withinReach } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call } from '../../platform/http/call.ts';
import type { Schedule } from './rules/schedule.ts';

export interface ScheduleRow {
  id: string;
  group_id: string;
  name: string;
  time_zone: string;
  weekdays: number[];
  entry_time: string;
  exit_time: string;
  opens_before_minutes: number;
  free_until_minutes: number;
  late_after_minutes: number;
  closes_after_minutes: number;
  valid_from: string;
  valid_to: string | null;
  closed_through: string | null;
}

const columns = sql`id, group_id, name, time_zone, weekdays, entry_time, exit_time, opens_before_minutes,
  free_until_minutes, late_after_minutes, closes_after_minutes, valid_from, valid_to, closed_through`;

/** As the rules read it. */
export const toRule = (row: ScheduleRow): Schedule => ({
  id: row.id,
  timeZone: row.time_zone,
  weekdays: row.weekdays,
  entryTime: row.entry_time,
  exitTime: row.exit_time,
  opensBeforeMinutes: row.opens_before_minutes,
  freeUntilMinutes: row.free_until_minutes,
  lateAfterMinutes: row.late_after_minutes,
  closesAt: row.closes_after_minutes,
  validFrom: row.valid_from,
  validTo: row.valid_to,
});

/** As the contract shows it. */
export const toAnswer = (row: ScheduleRow): ScheduleAnswer => ({
  scheduleId: row.id,
  groupId: row.group_id,
  name: row.name,
  timeZone: row.time_zone,
  weekdays: row.weekdays,
  entryTime: row.entry_time,
  exitTime: row.exit_time,
  opensBeforeMinutes: row.opens_before_minutes,
  freeUntilMinutes: row.free_until_minutes,
  lateAfterMinutes: row.late_after_minutes,
  closesAfterMinutes: row.closes_after_minutes,
  validFrom: row.valid_from,
  validTo: row.valid_to,
});

/** All schedules a group has had and will have; none for a member without a group. */
export async function schedulesOfGroup(tx: Tx, groupId: string | null): Promise<Schedule[]> {
  if (groupId === null) return [];
  const { rows } = await sql<ScheduleRow>`
    SELECT ${columns} FROM attendance.schedule WHERE group_id = ${groupId} ORDER BY valid_from`.execute(tx);
  return rows.map(toRule);
}

/** The schedules of these groups, by group; of every group where it is null. */
export async function schedulesByGroup(
  tx: Tx,
  groupIds: readonly string[] | null,
): Promise<Map<string, ScheduleRow[]>> {
  const { rows } = await sql<ScheduleRow>`
    SELECT ${columns} FROM attendance.schedule
    WHERE ${groupIds === null ? sql`true` : sql`group_id = ANY(${[...groupIds]}::uuid[])`}
    ORDER BY group_id, valid_from`.execute(tx);
  return Map.groupBy(rows, (row) => row.group_id);
}

/** Schedules that are valid on `date` or later, of groups the caller is tied to. */
export async function visibleSchedules(tx: Tx, call: Call, date: string): Promise<ScheduleRow[]> {
  const { rows } = await sql<ScheduleRow>`
    SELECT ${columns} FROM attendance.schedule
    WHERE (valid_to IS NULL OR valid_to >= ${date}) AND (
      ${call.ties.includes('organization')}
      OR group_id IN (SELECT group_id FROM published.supervision WHERE supervisor_id = ${call.actor.userId})
        AND ${call.ties.includes('assigned')}
      OR group_id IN (SELECT member.group_id FROM published.member AS member WHERE ${withinReach('member.member_id', call)}))
    ORDER BY name, valid_from`.execute(tx);
  return rows;
}

export async function insertSchedule(
  tx: Tx,
  orgId: string,
  row: Omit<ScheduleRow, 'closed_through'> & { closed_through?: string | null },
  at: Date,
): Promise<void> {
  await sql`
    INSERT INTO attendance.schedule (org_id, id, group_id, name, time_zone, weekdays, entry_time, exit_time,
      opens_before_minutes, free_until_minutes, late_after_minutes, closes_after_minutes, valid_from, valid_to,
      closed_through, created_at)
    VALUES (${orgId}, ${row.id}, ${row.group_id}, ${row.name}, ${row.time_zone}, ${row.weekdays}, ${row.entry_time},
      ${row.exit_time}, ${row.opens_before_minutes}, ${row.free_until_minutes}, ${row.late_after_minutes},
      ${row.closes_after_minutes}, ${row.valid_from}, ${row.valid_to}, ${row.closed_through ?? null}, ${at})`.execute(
    tx,
  );
}

/** Makes room for a schedule from `date` on: what is valid then ends the day before, what begins later goes. */
export async function endSchedules(tx: Tx, groupId: string, date: string): Promise<void> {
  await sql`DELETE FROM attendance.schedule WHERE group_id = ${groupId} AND valid_from >= ${date}`.execute(tx);
  await sql`
    UPDATE attendance.schedule SET valid_to = ${date}::date - 1
    WHERE group_id = ${groupId} AND (valid_to IS NULL OR valid_to >= ${date})`.execute(tx);
}

export async function markClosedThrough(tx: Tx, scheduleId: string, date: string): Promise<void> {
  await sql`UPDATE attendance.schedule SET closed_through = ${date} WHERE id = ${scheduleId}`.execute(tx);
}

/** Two people who set the times of one group at once take turns. */
export async function lockGroup(tx: Tx, groupId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`attendance.group/${groupId}`}, 0))`.execute(tx);
}

export interface GroupPlace {
  group_id: string;
  site_id: string;
  time_zone: string;
}

/** A group with the time zone of its site. */
export async function findGroup(tx: Tx, groupId: string): Promise<GroupPlace | undefined> {
  const { rows } = await sql<GroupPlace>`
    SELECT member_group.group_id, member_group.site_id, site.time_zone
    FROM published.member_group AS member_group JOIN published.site AS site USING (org_id, site_id)
    WHERE member_group.group_id = ${groupId}`.execute(tx);
  return rows[0];
}
