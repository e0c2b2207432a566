import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { problem } from '../../platform/http/problem.ts';
import { type GateKeys, gateRefOf } from './rules/gate-code.ts';

export interface GatePlace {
  gate_id: string;
  gate_name: string;
  site_id: string;
  site_name: string;
  time_zone: string;
}

const places = sql`
  SELECT gate.gate_id, gate.name AS gate_name, gate.site_id, site.name AS site_name, site.time_zone
  FROM published.gate AS gate JOIN published.site AS site USING (org_id, site_id)`;

export async function findGate(tx: Tx, gateId: string): Promise<GatePlace | undefined> {
  const { rows } = await sql<GatePlace>`${places} WHERE gate.gate_id = ${gateId}`.execute(tx);
  return rows[0];
}

/** @throws Problem `not-found`, also for a gate of another organization. */
export async function requireGate(tx: Tx, gateId: string): Promise<GatePlace> {
  const gate = await findGate(tx, gateId);
  if (gate === undefined) throw problem('not-found', { detail: 'No such gate is known here.' });
  return gate;
}

interface CodeRow {
  gate_id: string;
  secret: Buffer;
  printed_version: number;
}

const toKeys = (row: CodeRow): GateKeys => ({
  gateId: row.gate_id,
  gateRef: gateRefOf(row.gate_id),
  secret: row.secret,
  printedVersion: row.printed_version,
});

/** What a gate makes its codes of; made on first use. */
export async function gateKeys(tx: Tx, orgId: string, gateId: string, at: Date): Promise<GateKeys> {
  await sql`
    INSERT INTO attendance.gate_code (org_id, gate_id, secret, created_at)
    VALUES (${orgId}, ${gateId}, ${randomBytes(32)}, ${at}) ON CONFLICT DO NOTHING`.execute(tx);
  const { rows } = await sql<CodeRow>`
    SELECT gate_id, secret, printed_version FROM attendance.gate_code WHERE gate_id = ${gateId}`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error(`Gate ${gateId} has no secret although one was just made.`);
  return toKeys(row);
}

/** A gate that codes were ever made for, with what verifies them. */
export type KnownGate = GatePlace & { keys: GateKeys };

/** All gates of the organization that still exist and have a secret: a code of any other gate cannot be genuine. */
export async function knownGates(tx: Tx): Promise<KnownGate[]> {
  const { rows } = await sql<GatePlace & CodeRow>`
    SELECT place.*, code.secret, code.printed_version
    FROM (${places}) AS place JOIN attendance.gate_code AS code ON code.gate_id = place.gate_id`.execute(tx);
  return rows.map(({ secret, printed_version, ...place }) => ({
    ...place,
    keys: toKeys({ gate_id: place.gate_id, secret, printed_version }),
  }));
}

/** Revokes the printed code by raising its version. */
export async function raisePrintedVersion(tx: Tx, gateId: string): Promise<void> {
  await sql`
    UPDATE attendance.gate_code SET printed_version = printed_version + 1 WHERE gate_id = ${gateId}`.execute(tx);
}

/** A gate has one screen link; the one before stops working. */
export async function linkKiosk(tx: Tx, gateId: string, secretHash: Buffer, at: Date): Promise<void> {
  await sql`
    UPDATE attendance.gate_code SET kiosk_secret_hash = ${secretHash}, kiosk_opened_at = ${at}
    WHERE gate_id = ${gateId}`.execute(tx);
}

/** Outside any organization: whose screen brings this secret. */
export async function findKiosk(tx: Tx, secretHash: Buffer): Promise<{ org_id: string; gate_id: string } | undefined> {
  const { rows } = await sql<{ org_id: string; gate_id: string }>`
    SELECT org_id, gate_id FROM attendance.gate_code WHERE kiosk_secret_hash = ${secretHash}`.execute(tx);
  return rows[0];
}
