import type { attendanceRoutes } from '@muster/contracts';
import { sql } from 'kysely';
import { withinReach } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { type DayRow, emptyDay, type OpenSession, toDay, trackedUntil } from './day-store.ts';
import { type MemberRow, memberColumns, mayBeNamed, toCard } from './people-store.ts';
import { type DayAt, dayAt } from './rules/plan-at.ts';
import { localDate } from './rules/wall-clock.ts';
import { schedulesByGroup, toRule } from './schedule-store.ts';

type BoardRow = MemberRow & {
  [Column in keyof Omit<DayRow, 'member_id'>]: DayRow[Column] | null;
} & { session_date: string | null; session_entered_at: Date; planned_exit_at: Date; tracked_until: Date };

/** Each group has its own "today" (time zones, night shifts): worked out once a group, then one query for everyone. */
export const readBoard =
  (): Verb<typeof attendanceRoutes.readBoard> =>
  async (tx, { query }, call) => {
    const asked = query.groupId === undefined ? await groupsWithinReach(tx, call) : [query.groupId];
    const todays = await todayOfGroups(tx, asked, call.at);
    const groupIds = [...todays.keys()];
    // No "today" lies further away, in any time zone or night shift; said so that years of days are not read.
    const [earliest, latest] = [utcDate(call.at, -4), utcDate(call.at, 2)];
    const { rows } = await sql<BoardRow>`
    SELECT ${memberColumns}, day.date, day.code, day.entered_at, day.exited_at, day.late_by_minutes,
      day.left_early_by_minutes, day.worked_minutes, day.no_exit,
      tracking_session.date AS session_date, tracking_session.entered_at AS session_entered_at,
      tracking_session.planned_exit_at, ${trackedUntil}
    FROM published.member AS member
    LEFT JOIN unnest(${groupIds}::uuid[], ${groupIds.map((id) => todays.get(id)?.date ?? null)}::date[])
      AS today (group_id, date) ON today.group_id = member.group_id
    LEFT JOIN attendance.tracking_session
      ON tracking_session.member_id = member.member_id AND tracking_session.exited_at IS NULL
        AND tracking_session.ends_by > ${call.at}
    LEFT JOIN attendance.attendance_day AS day
      ON day.member_id = member.member_id AND day.date = coalesce(tracking_session.date, today.date)
        AND day.date BETWEEN ${earliest} AND ${latest}
    WHERE member.status <> 'left' AND ${withinReach('member.member_id', call)} AND ${await mayBeNamed(tx, call)}
      AND (${query.groupId ?? null}::uuid IS NULL OR member.group_id = ${query.groupId ?? null}::uuid)
    ORDER BY member.group_name, member.display_name, member.member_id`.execute(tx);
    return { items: rows.map((row) => ({ member: toCard(row), day: dayOfRow(row, todays, call.at) })) };
  };

/** Working out what "today" is costs more than reading the group: not for groups of which nobody is shown. */
async function groupsWithinReach(tx: Tx, call: Call): Promise<string[] | null> {
  if (call.ties.includes('organization')) return null;
  const { rows } = await sql<{ group_id: string }>`
    SELECT DISTINCT member.group_id FROM published.member AS member
    WHERE member.group_id IS NOT NULL AND ${withinReach('member.member_id', call)}`.execute(tx);
  return rows.map((row) => row.group_id);
}

async function todayOfGroups(tx: Tx, groupIds: readonly string[] | null, at: Date): Promise<Map<string, DayAt>> {
  const todays = new Map<string, DayAt>();
  for (const [groupId, schedules] of await schedulesByGroup(tx, groupIds)) {
    const timeZone = schedules.at(-1)?.time_zone ?? 'UTC';
    todays.set(groupId, dayAt(schedules.map(toRule), at.getTime(), timeZone));
  }
  return todays;
}

const utcDate = (at: Date, plusDays: number): string =>
  localDate(at.getTime(), 'UTC').add({ days: plusDays }).toString();

function dayOfRow(row: BoardRow, todays: ReadonlyMap<string, DayAt>, at: Date) {
  const session: Pick<OpenSession, 'entered_at' | 'planned_exit_at' | 'tracked_until'> | undefined =
    row.session_date === null
      ? undefined
      : { entered_at: row.session_entered_at, planned_exit_at: row.planned_exit_at, tracked_until: row.tracked_until };
  if (isMarked(row)) return toDay(row, session, at);
  const today = row.group_id === null ? undefined : todays.get(row.group_id);
  const date = today?.date ?? localDate(at.getTime(), row.time_zone).toString();
  return toDay(emptyDay(row.member_id, date, today?.plan == null ? 'OFF' : 'NM'), session, at);
}

const isMarked = (row: BoardRow): row is BoardRow & DayRow => row.code !== null;
