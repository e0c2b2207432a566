import { type RawBuilder, sql } from 'kysely';
import { withinReach } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';
import type { Call } from '../../platform/http/call.ts';
import { mayBeNamed } from './people-store.ts';
import { type DayAt, dayAt } from './rules/plan-at.ts';
import { localDate } from './rules/wall-clock.ts';
import { schedulesByGroup, toRule } from './schedule-store.ts';

/** Whoever stands on the board, all of them or those of one group. */
export interface Board {
  /** Each group has its own "today" (time zones, night shifts). */
  readonly todays: ReadonlyMap<string, DayAt>;
  /**
   * `FROM … WHERE …` over `member`, with the `tracking_session` that is open, the `day` that is kept of it or of today,
   * and whether anything is `today.planned` for the group; each is null where there is none.
   */
  readonly members: RawBuilder<unknown>;
}

/** "Today" is worked out once a group, so that what follows is one query for everyone. */
export async function boardOf(tx: Tx, call: Call, groupId: string | null): Promise<Board> {
  const todays = await todayOfGroups(tx, groupId === null ? await groupsWithinReach(tx, call) : [groupId], call.at);
  const groupIds = [...todays.keys()];
  const each = [...todays.values()];
  // No "today" lies further away, in any time zone or night shift; said so that years of days are not read.
  const [earliest, latest] = [utcDate(call.at, -4), utcDate(call.at, 2)];
  const members = sql`
    FROM published.member AS member
    LEFT JOIN unnest(${groupIds}::uuid[], ${each.map(({ date }) => date)}::date[],
        ${each.map(({ plan }) => plan !== null)}::boolean[]) AS today (group_id, date, planned)
      ON today.group_id = member.group_id
    LEFT JOIN attendance.tracking_session
      ON tracking_session.member_id = member.member_id AND tracking_session.exited_at IS NULL
        AND tracking_session.ends_by > ${call.at}
    LEFT JOIN attendance.attendance_day AS day
      ON day.member_id = member.member_id AND day.date = coalesce(tracking_session.date, today.date)
        AND day.date BETWEEN ${earliest} AND ${latest}
    WHERE member.status <> 'left' AND ${withinReach('member.member_id', call)} AND ${await mayBeNamed(tx, call)}
      AND ${whereGiven(groupId, (id) => sql`member.group_id = ${id}`)}`;
  return { todays, members };
}

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
