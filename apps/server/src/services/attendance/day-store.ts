import type { AttendanceCode, AttendanceDay } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { minuteMs } from './rules/wall-clock.ts';

export interface SessionRow {
  id: string;
  member_id: string;
  site_id: string;
  date: string;
  enter_punch_id: string;
  entered_at: Date;
  exited_at: Date | null;
  planned_exit_at: Date;
  ends_by: Date;
}

/** As it is told to others: tracking may have ended before attendance did. */
export interface OpenSession extends SessionRow {
  tracked_until: Date;
}

/** An expression over `tracking_session`. */
export const trackedUntil = sql<Date | null>`(SELECT told.ends_by FROM published.tracking_session told
  WHERE told.org_id = tracking_session.org_id AND told.session_id = tracking_session.id)`;
const sessionColumns = sql`id, member_id, site_id, date, enter_punch_id, entered_at, exited_at, planned_exit_at, ends_by`;

export async function insertSession(tx: Tx, orgId: string, session: SessionRow): Promise<void> {
  await sql`
    INSERT INTO attendance.tracking_session (org_id, ${sessionColumns}, tracking_ended_at)
    VALUES (${orgId}, ${session.id}, ${session.member_id}, ${session.site_id}, ${session.date},
      ${session.enter_punch_id}, ${session.entered_at}, ${session.exited_at}, ${session.planned_exit_at},
      ${session.ends_by}, (SELECT ${session.entered_at}::timestamptz FROM published.refused_purpose
        WHERE member_id = ${session.member_id} AND purpose = 'attendance'))`.execute(tx);
}

export async function endSession(tx: Tx, sessionId: string, exitedAt: Date): Promise<void> {
  await sql`UPDATE attendance.tracking_session SET exited_at = ${exitedAt} WHERE id = ${sessionId}`.execute(tx);
}

/** Where consent to it was withdrawn: tracking ends, attendance goes on. @returns the sessions in which it was on */
export async function endTracking(tx: Tx, memberId: string, at: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    UPDATE attendance.tracking_session SET tracking_ended_at = greatest(entered_at, ${at}::timestamptz)
    WHERE member_id = ${memberId} AND exited_at IS NULL AND ends_by > ${at} AND tracking_ended_at IS NULL
    RETURNING id`.execute(tx);
  return rows.map(({ id }) => id);
}

/** The session that no EXIT and no closing has ended yet. */
export async function openSessionOf(tx: Tx, memberId: string): Promise<OpenSession | undefined> {
  const { rows } = await sql<OpenSession>`
    SELECT ${sessionColumns}, ${trackedUntil} AS tracked_until FROM attendance.tracking_session
    WHERE member_id = ${memberId} AND exited_at IS NULL`.execute(tx);
  return rows[0];
}

/** The latest session of a day, open or ended. */
export async function sessionOfDay(tx: Tx, memberId: string, date: string): Promise<SessionRow | undefined> {
  const { rows } = await sql<SessionRow>`
    SELECT ${sessionColumns} FROM attendance.tracking_session
    WHERE member_id = ${memberId} AND date = ${date} ORDER BY entered_at DESC LIMIT 1`.execute(tx);
  return rows[0];
}

/** Members whose site has closed without an EXIT. */
export async function membersStillInside(tx: Tx, at: Date): Promise<string[]> {
  const { rows } = await sql<{ member_id: string }>`
    SELECT member_id FROM attendance.tracking_session WHERE exited_at IS NULL AND ends_by < ${at}
    ORDER BY member_id`.execute(tx);
  return rows.map((row) => row.member_id);
}

export interface DayRow {
  member_id: string;
  date: string;
  code: AttendanceCode;
  entered_at: Date | null;
  exited_at: Date | null;
  late_by_minutes: number;
  left_early_by_minutes: number;
  worked_minutes: number;
  no_exit: boolean;
}

const dayColumns = sql`member_id, date, code, entered_at, exited_at, late_by_minutes, left_early_by_minutes,
  worked_minutes, no_exit`;

export async function saveDay(tx: Tx, orgId: string, day: DayRow, scheduleId: string | null, at: Date): Promise<void> {
  await sql`
    INSERT INTO attendance.attendance_day (org_id, ${dayColumns}, schedule_id, updated_at)
    VALUES (${orgId}, ${day.member_id}, ${day.date}, ${day.code}, ${day.entered_at}, ${day.exited_at},
      ${day.late_by_minutes}, ${day.left_early_by_minutes}, ${day.worked_minutes}, ${day.no_exit}, ${scheduleId}, ${at})
    ON CONFLICT (org_id, member_id, date) DO UPDATE SET code = excluded.code, entered_at = excluded.entered_at,
      exited_at = excluded.exited_at, late_by_minutes = excluded.late_by_minutes,
      left_early_by_minutes = excluded.left_early_by_minutes, worked_minutes = excluded.worked_minutes,
      no_exit = excluded.no_exit, schedule_id = excluded.schedule_id, updated_at = excluded.updated_at`.execute(tx);
}

/** Everyone of a group who was enrolled on `date` and has no day yet is "not marked"; resolves with how many. */
export async function markMissingDays(
  tx: Tx,
  orgId: string,
  closing: { groupId: string; date: string; scheduleId: string },
  at: Date,
): Promise<number> {
  const { rows } = await sql`
    INSERT INTO attendance.attendance_day (org_id, member_id, date, schedule_id, code, updated_at)
    SELECT ${orgId}, member.member_id, ${closing.date}::date, ${closing.scheduleId}, 'NM', ${at}
    FROM published.member AS member
    WHERE member.group_id = ${closing.groupId} AND member.status <> 'left'
      AND (member.joined_on IS NULL OR member.joined_on <= ${closing.date}::date)
    ON CONFLICT DO NOTHING RETURNING 1`.execute(tx);
  return rows.length;
}

export async function daysBetween(tx: Tx, memberId: string, from: string, to: string): Promise<DayRow[]> {
  const { rows } = await sql<DayRow>`
    SELECT ${dayColumns} FROM attendance.attendance_day
    WHERE member_id = ${memberId} AND date BETWEEN ${from} AND ${to} ORDER BY date`.execute(tx);
  return rows;
}

/** A day that nobody has marked, or on which nothing is held. */
export const emptyDay = (memberId: string, date: string, code: 'NM' | 'OFF'): DayRow => ({
  member_id: memberId,
  date,
  code,
  entered_at: null,
  exited_at: null,
  late_by_minutes: 0,
  left_early_by_minutes: 0,
  worked_minutes: 0,
  no_exit: false,
});

type OpenTime = Pick<OpenSession, 'entered_at' | 'planned_exit_at' | 'tracked_until'>;

/** While somebody is inside, the minutes run on, up to the planned end; the row has them only when the day is over. */
export function toDay(row: DayRow, openSession: OpenTime | undefined, at: Date): AttendanceDay {
  const untilMs = Math.min(at.getTime(), openSession?.planned_exit_at.getTime() ?? 0);
  const runningMinutes =
    openSession === undefined ? 0 : Math.max(0, Math.floor((untilMs - openSession.entered_at.getTime()) / minuteMs));
  return {
    memberId: row.member_id,
    date: row.date,
    code: row.code,
    enteredAt: row.entered_at?.toISOString() ?? null,
    exitedAt: row.exited_at?.toISOString() ?? null,
    lateByMinutes: row.late_by_minutes,
    leftEarlyByMinutes: row.left_early_by_minutes,
    workedMinutes: openSession === undefined ? row.worked_minutes : runningMinutes,
    noExit: row.no_exit,
    tracking: openSession !== undefined && openSession.tracked_until > at,
  };
}
