import type { DevicePublicKey, Direction, ProblemCode, Punch, Verdict } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { DayPunch } from './rules/day.ts';
import type { Evidence } from './rules/evidence.ts';

/** Punches of one member, and what follows from them, are written one transaction after the other. */
export async function lockMember(tx: Tx, memberId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`attendance.member/${memberId}`}, 0))`.execute(tx);
}

export type ScannedCode = Exclude<Evidence['code'], { kind: 'card' | 'refused' }>;

export interface ScanRow {
  member_id: string;
  device_id: string;
  gate_id: string;
  site_id: string;
  code: ScannedCode;
  scanned_at: Date;
  expires_at: Date;
  used_at: Date | null;
  punch_id: string | null;
}

export async function insertScan(
  tx: Tx,
  orgId: string,
  nonceHash: Buffer,
  scan: Omit<ScanRow, 'used_at' | 'punch_id'>,
): Promise<void> {
  await sql`
    INSERT INTO attendance.scan (org_id, nonce_hash, member_id, device_id, gate_id, site_id, code, scanned_at, expires_at)
    VALUES (${orgId}, ${nonceHash}, ${scan.member_id}, ${scan.device_id}, ${scan.gate_id}, ${scan.site_id},
      ${JSON.stringify(scan.code)}::jsonb, ${scan.scanned_at}, ${scan.expires_at})`.execute(tx);
}

/** What is known of the device that a scan came from. */
export interface ScanningDevice {
  /** Whether it is the member's own; null where nobody ever signed in on it. */
  bound: boolean | null;
  boundToOther: boolean;
  /** The member's there; null: it has shown none. */
  publicKey: DevicePublicKey | null;
  /** Of the last punch that it signed for this member. */
  lastCounter: number | null;
}

/** A scan with its device, in one query: a punch waits for somebody at a gate. */
export async function findScan(tx: Tx, nonceHash: Buffer): Promise<(ScanRow & { device: ScanningDevice }) | undefined> {
  const { rows } = await sql<ScanRow & { device: ScanningDevice }>`
    SELECT scan.member_id, scan.device_id, scan.gate_id, scan.site_id, scan.code, scan.scanned_at, scan.expires_at,
      scan.used_at, scan.punch_id,
      (SELECT jsonb_build_object(
          'bound', bool_or(in_use AND user_id = scan.member_id),
          'boundToOther', coalesce(bool_or(in_use AND user_id <> scan.member_id), false),
          'publicKey', (max(public_key::text) FILTER (WHERE user_id = scan.member_id AND revoked_at IS NULL))::jsonb)
       FROM (SELECT user_id, revoked_at, public_key, bound_at IS NOT NULL AND revoked_at IS NULL AS in_use
             FROM published.device WHERE device.device_id = scan.device_id) AS seen)
      || jsonb_build_object('lastCounter', (SELECT max(punch.device_counter) FROM attendance.punch
           WHERE punch.device_id = scan.device_id AND punch.member_id = scan.member_id
             AND punch.device_counter IS NOT NULL)) AS device
    FROM attendance.scan WHERE nonce_hash = ${nonceHash}`.execute(tx);
  return rows[0];
}

export async function useScan(tx: Tx, nonceHash: Buffer, punchId: string, at: Date): Promise<void> {
  await sql`
    UPDATE attendance.scan SET used_at = ${at}, punch_id = ${punchId} WHERE nonce_hash = ${nonceHash}`.execute(tx);
}

/** Scans are of no use once they have expired; the punches made with them have the evidence. */
export async function forgetScans(tx: Tx, expiredBefore: Date): Promise<void> {
  await sql`DELETE FROM attendance.scan WHERE expires_at < ${expiredBefore}`.execute(tx);
}

/** As it was written, with what a supervisor decided beside it. */
export interface PunchRow {
  id: string;
  member_id: string;
  direction: Direction;
  verdict: Verdict;
  problem_code: ProblemCode | null;
  findings: Punch['findings'];
  date: string;
  occurred_at: Date;
  gate_id: string;
  gate_name: string | null;
  site_id: string;
  reason: string | null;
  late_by_minutes: number;
  left_early_by_minutes: number;
  decision: { accepted: boolean; reason: string; decidedBy: string | null } | null;
}

/** Of a punch under the name `punch`; a gate may be gone, the punch stays. */
export const punchColumns = sql`punch.id, punch.member_id, punch.direction, punch.verdict, punch.problem_code,
  punch.findings, punch.date, punch.occurred_at, punch.gate_id,
  (SELECT gate.name FROM published.gate AS gate WHERE gate.gate_id = punch.gate_id) AS gate_name,
  punch.site_id, punch.reason, punch.late_by_minutes, punch.left_early_by_minutes,
  (SELECT jsonb_build_object('accepted', decision.accepted, 'reason', decision.reason, 'decidedBy',
      (SELECT account.display_name FROM published.account AS account WHERE account.user_id = decision.decided_by))
   FROM attendance.punch_decision AS decision WHERE decision.punch_id = punch.id) AS decision`;

/** Where a punch stands now: a held one is what the supervisor decided. */
export function standingOf(punch: Pick<PunchRow, 'verdict' | 'decision'>): Verdict {
  if (punch.verdict !== 'held' || punch.decision === null) return punch.verdict;
  return punch.decision.accepted ? 'accepted' : 'refused';
}

export const toDayPunch = (punch: PunchRow): DayPunch => ({
  id: punch.id,
  direction: punch.direction,
  atMs: punch.occurred_at.getTime(),
  status: standingOf(punch),
});

export function toPunch(row: PunchRow): Punch {
  const { decision } = row;
  const decided =
    decision === null
      ? []
      : [
          {
            code: 'decided',
            sentence: `${decision.accepted ? 'Accepted' : 'Refused'} by ${decision.decidedBy ?? 'staff'}: ${decision.reason}`,
          },
        ];
  return {
    punchId: row.id,
    memberId: row.member_id,
    direction: row.direction,
    verdict: standingOf(row),
    findings: [...row.findings, ...decided],
    occurredAt: row.occurred_at.toISOString(),
    gateName: row.gate_name,
    reason: row.reason,
    lateByMinutes: row.late_by_minutes,
    leftEarlyByMinutes: row.left_early_by_minutes,
  };
}

export interface NewPunch {
  id: string;
  memberId: string;
  direction: Direction;
  verdict: Verdict;
  problemCode: ProblemCode | null;
  findings: Punch['findings'];
  evidence: unknown;
  date: string;
  scheduleId: string | null;
  occurredAt: Date;
  gateId: string;
  siteId: string;
  deviceId: string;
  /** Null: the device has no key. */
  deviceCounter: number | null;
  reason: string | null;
  lateByMinutes: number;
  leftEarlyByMinutes: number;
}

export async function insertPunch(tx: Tx, orgId: string, punch: NewPunch): Promise<void> {
  await sql`
    INSERT INTO attendance.punch (org_id, id, member_id, direction, verdict, problem_code, findings, evidence, date,
      schedule_id, occurred_at, gate_id, site_id, device_id, device_counter, reason, late_by_minutes, left_early_by_minutes, recorded_at)
    VALUES (${orgId}, ${punch.id}, ${punch.memberId}, ${punch.direction}, ${punch.verdict}, ${punch.problemCode},
      ${JSON.stringify(punch.findings)}::jsonb, ${JSON.stringify(punch.evidence)}::jsonb, ${punch.date},
      ${punch.scheduleId}, ${punch.occurredAt}, ${punch.gateId}, ${punch.siteId}, ${punch.deviceId},
      ${punch.deviceCounter}, ${punch.reason}, ${punch.lateByMinutes}, ${punch.leftEarlyByMinutes}, ${punch.occurredAt})`.execute(
    tx,
  );
}

export async function findPunch(tx: Tx, punchId: string): Promise<PunchRow | undefined> {
  const { rows } = await sql<PunchRow>`
    SELECT ${punchColumns} FROM attendance.punch AS punch WHERE punch.id = ${punchId}`.execute(tx);
  return rows[0];
}

/** All of one member's day, oldest first. */
export async function punchesOfDay(tx: Tx, memberId: string, date: string): Promise<PunchRow[]> {
  const { rows } = await sql<PunchRow>`
    SELECT ${punchColumns} FROM attendance.punch AS punch
    WHERE punch.member_id = ${memberId} AND punch.date = ${date} ORDER BY punch.occurred_at, punch.id`.execute(tx);
  return rows;
}

/** A member's latest punch in one direction since an instant, refused ones left out: whatever day it belongs to. */
export async function latestPunchSince(
  tx: Tx,
  memberId: string,
  direction: Direction,
  since: Date,
): Promise<PunchRow | undefined> {
  const { rows } = await sql<PunchRow>`
    SELECT ${punchColumns} FROM attendance.punch AS punch
    WHERE punch.member_id = ${memberId} AND punch.direction = ${direction} AND punch.occurred_at >= ${since}
      AND punch.verdict <> 'refused'
    ORDER BY punch.occurred_at DESC`.execute(tx);
  return rows.find((row) => standingOf(row) !== 'refused');
}

/** What was punched on a device and still waits for somebody to decide, the oldest first. */
export async function heldOnDevice(tx: Tx, memberId: string, deviceId: string): Promise<PunchRow[]> {
  const { rows } = await sql<PunchRow>`
    SELECT ${punchColumns} FROM attendance.punch AS punch
    WHERE punch.member_id = ${memberId} AND punch.device_id = ${deviceId} AND punch.verdict = 'held'
      AND NOT EXISTS (SELECT FROM attendance.punch_decision AS decision WHERE decision.punch_id = punch.id)
    ORDER BY punch.occurred_at, punch.id`.execute(tx);
  return rows;
}

export interface NewDecision {
  punchId: string;
  accepted: boolean;
  decidedBy: string;
  decidedAs: string;
  reason: string;
  at: Date;
}

export async function insertDecision(tx: Tx, orgId: string, decision: NewDecision): Promise<void> {
  await sql`
    INSERT INTO attendance.punch_decision (org_id, punch_id, accepted, decided_by, decided_as, reason, decided_at)
    VALUES (${orgId}, ${decision.punchId}, ${decision.accepted}, ${decision.decidedBy}, ${decision.decidedAs},
      ${decision.reason}, ${decision.at})`.execute(tx);
}
