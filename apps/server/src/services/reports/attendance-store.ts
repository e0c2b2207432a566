import type { Tie } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

/** Whose report it is: the members whom a user reaches through these ties now. */
export interface Readership {
  readonly userId: string;
  readonly ties: readonly Tie[];
}

/** One line of the attendance report, as text; times of day are the site's. */
export interface AttendanceLine {
  readonly groupName: string | null;
  readonly number: string | null;
  readonly displayName: string;
  readonly date: string;
  readonly code: string;
  readonly entered: string | null;
  readonly exited: string | null;
  readonly lateByMinutes: number;
  readonly leftEarlyByMinutes: number;
  readonly workedMinutes: number;
  readonly noExit: boolean;
}

/** The members of the report, by group and name. Ids only, so that many thousands are no burden. */
export const readMemberIds = async (tx: Tx, { userId, ties }: Readership): Promise<string[]> => {
  const { rows } = await sql<{ member_id: string }>`
    SELECT member_id FROM published.member
    WHERE member_id IN (
      SELECT reach.member_id FROM published.reach WHERE reach.user_id = ${userId} AND reach.via = ANY(${[...ties]}))
    ORDER BY group_name NULLS LAST, display_name, member_id`.execute(tx);
  return rows.map(({ member_id: memberId }) => memberId);
};

/** The days of one month (`YYYY-MM`) of these members, in their order. */
export const readAttendance = async (
  tx: Tx,
  memberIds: readonly string[],
  month: string,
): Promise<AttendanceLine[]> => {
  const firstDay = `${month}-01`;
  const { rows } = await sql<AttendanceLine>`
    SELECT member.group_name AS "groupName", member.number, member.display_name AS "displayName",
      to_char(day.date, 'YYYY-MM-DD') AS date, day.code,
      to_char(day.entered_at AT TIME ZONE member.time_zone, 'HH24:MI') AS entered,
      to_char(day.exited_at AT TIME ZONE member.time_zone, 'HH24:MI') AS exited,
      day.late_by_minutes AS "lateByMinutes", day.left_early_by_minutes AS "leftEarlyByMinutes",
      day.worked_minutes AS "workedMinutes", day.no_exit AS "noExit"
    FROM unnest(${[...memberIds]}::uuid[]) WITH ORDINALITY AS wanted (member_id, position)
    JOIN published.member USING (member_id)
    JOIN published.attendance_day AS day USING (member_id)
    WHERE day.date >= ${firstDay}::date AND day.date < ${firstDay}::date + interval '1 month'
    ORDER BY wanted.position, day.date`.execute(tx);
  return rows;
};
