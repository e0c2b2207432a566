import type { attendanceRoutes } from '@muster/contracts';
import { sql } from 'kysely';
import type { Verb } from '../../platform/http/call.ts';
import { boardOf } from './board-store.ts';
import { type DayRow, emptyDay, type OpenSession, toDay, trackedUntil } from './day-store.ts';
import { type MemberRow, memberColumns, toCard } from './people-store.ts';
import type { DayAt } from './rules/plan-at.ts';
import { localDate } from './rules/wall-clock.ts';

type BoardRow = MemberRow & {
  [Column in keyof Omit<DayRow, 'member_id'>]: DayRow[Column] | null;
} & { session_date: string | null; session_entered_at: Date; planned_exit_at: Date; tracked_until: Date };

export const readBoard =
  (): Verb<typeof attendanceRoutes.readBoard> =>
  async (tx, { query }, call) => {
    const { todays, members } = await boardOf(tx, call, query.groupId ?? null);
    const { rows } = await sql<BoardRow>`
    SELECT ${memberColumns}, day.date, day.code, day.entered_at, day.exited_at, day.late_by_minutes,
      day.left_early_by_minutes, day.worked_minutes, day.no_exit,
      tracking_session.date AS session_date, tracking_session.entered_at AS session_entered_at,
      tracking_session.planned_exit_at, ${trackedUntil} AS tracked_until
    ${members}
    ORDER BY member.group_name, member.display_name, member.member_id`.execute(tx);
    return { items: rows.map((row) => ({ member: toCard(row), day: dayOfRow(row, todays, call.at) })) };
  };

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
