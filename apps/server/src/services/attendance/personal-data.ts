import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { PersonalData } from '../../platform/personal-data/port.ts';

/**
 * Scans, punches with their evidence, days and tracking sessions. After an erasure days and bare punches stay, under an
 * id that is nobody's: sums over a class, a month or a year remain what they were.
 */
export const attendancePersonalData: PersonalData = {
  tables: {
    'attendance/days': (person) => sql`
      SELECT date, code, entered_at, exited_at, late_by_minutes, left_early_by_minutes, worked_minutes, no_exit, updated_at
      FROM attendance.attendance_day WHERE member_id = ${person} ORDER BY date`,
    'attendance/punches': (person) => sql`
      SELECT punch.id AS punch_id, punch.direction, punch.verdict, punch.problem_code, punch.date, punch.occurred_at,
        punch.gate_id, punch.site_id, punch.device_id, punch.reason, punch.late_by_minutes, punch.left_early_by_minutes,
        punch.findings, punch.evidence, decision.accepted, decision.reason AS decision_reason, decision.decided_at
      FROM attendance.punch LEFT JOIN attendance.punch_decision decision
        ON decision.org_id = punch.org_id AND decision.punch_id = punch.id
      WHERE punch.member_id = ${person} ORDER BY punch.occurred_at`,
    'attendance/decisions': (person) => sql`
      SELECT punch_id, accepted, decided_as, reason, decided_at FROM attendance.punch_decision
      WHERE decided_by = ${person} ORDER BY decided_at`,
    'attendance/scans': (person) => sql`
      SELECT gate_id, site_id, device_id, code, scanned_at, expires_at, used_at FROM attendance.scan
      WHERE member_id = ${person} ORDER BY scanned_at`,
    'attendance/tracking-sessions': (person) => sql`
      SELECT id AS session_id, site_id, date, entered_at, exited_at, planned_exit_at, ends_by, tracking_ended_at
      FROM attendance.tracking_session WHERE member_id = ${person} ORDER BY entered_at`,
  },
  async erase(tx, { userId }) {
    await sql`DELETE FROM attendance.scan WHERE member_id = ${userId}`.execute(tx);
    await emptyPunches(tx, sql`member_id = ${userId}`);
    return [];
  },
  async forget(tx, _orgId, { punchEvidence }) {
    await emptyPunches(tx, sql`occurred_at < ${punchEvidence} AND evidence <> '{}'`);
    return [];
  },
};

/** What was seen around a punch, in figures and in words; the punch itself stays. */
const emptyPunches = async (tx: Tx, which: RawBuilder<unknown>): Promise<void> => {
  await sql`
    WITH emptied AS (
      UPDATE attendance.punch SET evidence = '{}', findings = '[]', reason = NULL, device_id = ${nobodysDevice}
      WHERE ${which} RETURNING org_id, id)
    UPDATE attendance.punch_decision decision SET reason = ''
    FROM emptied WHERE decision.org_id = emptied.org_id AND decision.punch_id = emptied.id`.execute(tx);
};

const nobodysDevice = '00000000-0000-0000-0000-000000000000';
