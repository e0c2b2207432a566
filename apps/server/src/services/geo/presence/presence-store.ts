import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import { arrayLiteral, instantLiteral } from '../ingest/array-literal.ts';
import type { Excursion, PresenceFix, PresenceProgress, PresenceValue, TrackingSession } from '../rules/excursions.ts';

/** A tracking session, and what was made of its fixes so far (null: nothing yet). */
export interface SessionRecord {
  readonly sessionId: string;
  readonly memberId: string;
  readonly siteId: string;
  readonly date: string;
  readonly session: TrackingSession;
  readonly known: {
    readonly progress: PresenceProgress;
    readonly presence: PresenceValue;
    readonly hasEnded: boolean;
  } | null;
}

export interface KnownExcursion extends Excursion {
  readonly excursionId: string;
  readonly sessionId: string;
}

/** One writer of presence in an organization at a time: the consumer, or the watch over silent phones. */
export async function lockPresence(tx: Tx, orgId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`geo.presence ${orgId}`}, 0))`.execute(tx);
}

export async function loadSessions(tx: Tx, sessionIds: readonly string[]): Promise<SessionRecord[]> {
  const { rows } = await sql<{
    session_id: string;
    member_id: string;
    site_id: string;
    date: string;
    entered_at: Date;
    exited_at: Date | null;
    fold: PresenceProgress | null;
    presence: PresenceValue;
    has_ended: boolean;
  }>`
    SELECT session.session_id, session.member_id, session.site_id, session.date, session.entered_at, session.exited_at,
      state.fold, state.presence, state.ended_at IS NOT NULL AS has_ended
    FROM published.tracking_session session LEFT JOIN geo.presence_state state USING (org_id, session_id)
    WHERE session_id = ANY (${[...sessionIds]}::uuid[])`.execute(tx);
  return rows.map((row) => ({
    sessionId: row.session_id,
    memberId: row.member_id,
    siteId: row.site_id,
    date: row.date,
    session: { enteredAtMs: row.entered_at.getTime(), exitedAtMs: row.exited_at?.getTime() ?? null },
    known: row.fold === null ? null : { progress: row.fold, presence: row.presence, hasEnded: row.has_ended },
  }));
}

/** All fixes of some sessions, for a replay. */
export async function loadFixes(
  tx: Tx,
  sessions: readonly SessionRecord[],
): Promise<ReadonlyMap<string, readonly PresenceFix[]>> {
  const fixes = new Map<string, PresenceFix[]>(sessions.map(({ sessionId }) => [sessionId, []]));
  if (sessions.length === 0) return fixes;
  const since = instantLiteral(Math.min(...sessions.map(({ session }) => session.enteredAtMs)));
  const { rows } = await sql<{
    session_id: string;
    fixed_at: Date;
    device_id: string;
    latitude: number;
    longitude: number;
    accuracy_meters: number | null;
    is_ping: boolean;
  }>`
    SELECT session_id, fixed_at, device_id, latitude, longitude, accuracy_meters, is_ping FROM geo.position
    WHERE session_id = ANY (${[...fixes.keys()]}::uuid[]) AND fixed_at >= ${since}::timestamptz`.execute(tx);
  for (const row of rows) {
    fixes.get(row.session_id)?.push({
      fixedAtMs: row.fixed_at.getTime(),
      deviceId: row.device_id,
      latitude: row.latitude,
      longitude: row.longitude,
      accuracyMeters: row.accuracy_meters,
      isPing: row.is_ping,
    });
  }
  return fixes;
}

export async function loadExcursions(tx: Tx, sessionIds: readonly string[]): Promise<KnownExcursion[]> {
  if (sessionIds.length === 0) return [];
  const { rows } = await sql<{
    excursion_id: string;
    session_id: string;
    started_at: Date;
    ended_at: Date | null;
    ended_by: 'return' | 'exit' | null;
    decided_at: Date;
    farthest_meters: number;
    farthest_at: Date;
  }>`
    SELECT excursion_id, session_id, started_at, ended_at, ended_by, decided_at, farthest_meters, farthest_at
    FROM geo.excursion WHERE session_id = ANY (${[...sessionIds]}::uuid[]) ORDER BY started_at, excursion_id`.execute(
    tx,
  );
  return rows.map((row) => ({
    excursionId: row.excursion_id,
    sessionId: row.session_id,
    startedAtMs: row.started_at.getTime(),
    endedAtMs: row.ended_at?.getTime() ?? null,
    endedBy: row.ended_by,
    decidedAtMs: row.decided_at.getTime(),
    farthestMeters: row.farthest_meters,
    farthestAtMs: row.farthest_at.getTime(),
  }));
}

export interface PresenceRow {
  readonly sessionId: string;
  readonly memberId: string;
  readonly presence: PresenceValue;
  readonly sinceMs: number;
  readonly lastHeardAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly progress: PresenceProgress;
}

const instantOrNull = (atMs: number | null) => (atMs === null ? null : instantLiteral(atMs));

export async function savePresence(tx: Tx, orgId: string, rows: readonly PresenceRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    INSERT INTO geo.presence_state (org_id, session_id, member_id, presence, since, last_heard_at, ended_at, fold)
    SELECT ${orgId}, session_id, member_id, presence, since, last_heard_at, ended_at, fold::jsonb
    FROM unnest(${arrayLiteral(rows, (row) => row.sessionId)}::uuid[],
      ${arrayLiteral(rows, (row) => row.memberId)}::uuid[], ${arrayLiteral(rows, (row) => row.presence)}::text[],
      ${arrayLiteral(rows, (row) => instantLiteral(row.sinceMs))}::timestamptz[],
      ${arrayLiteral(rows, (row) => instantOrNull(row.lastHeardAtMs))}::timestamptz[],
      ${arrayLiteral(rows, (row) => instantOrNull(row.endedAtMs))}::timestamptz[],
      ${rows.map((row) => JSON.stringify(row.progress))}::text[])
      AS state (session_id, member_id, presence, since, last_heard_at, ended_at, fold)
    ON CONFLICT (org_id, session_id) DO UPDATE SET presence = EXCLUDED.presence, since = EXCLUDED.since,
      last_heard_at = EXCLUDED.last_heard_at, ended_at = EXCLUDED.ended_at, fold = EXCLUDED.fold`.execute(tx);
}

export interface ExcursionRow extends KnownExcursion {
  readonly memberId: string;
  readonly date: string;
}

export async function saveExcursions(tx: Tx, orgId: string, rows: readonly ExcursionRow[]): Promise<void> {
  if (rows.length === 0) return;
  const instants = (atMsOf: (row: ExcursionRow) => number | null) =>
    sql`${arrayLiteral(rows, (row) => instantOrNull(atMsOf(row)))}::timestamptz[]`;
  await sql`
    INSERT INTO geo.excursion (org_id, excursion_id, member_id, session_id, date, started_at, ended_at, ended_by,
      decided_at, farthest_meters, farthest_at)
    SELECT ${orgId}, excursion.*
    FROM unnest(${arrayLiteral(rows, (row) => row.excursionId)}::uuid[],
      ${arrayLiteral(rows, (row) => row.memberId)}::uuid[], ${arrayLiteral(rows, (row) => row.sessionId)}::uuid[],
      ${arrayLiteral(rows, (row) => row.date)}::date[], ${instants((row) => row.startedAtMs)},
      ${instants((row) => row.endedAtMs)}, ${arrayLiteral(rows, (row) => row.endedBy)}::text[],
      ${instants((row) => row.decidedAtMs)}, ${arrayLiteral(rows, (row) => row.farthestMeters)}::float8[],
      ${instants((row) => row.farthestAtMs)}) AS excursion
    ON CONFLICT (org_id, excursion_id) DO UPDATE SET started_at = EXCLUDED.started_at, ended_at = EXCLUDED.ended_at,
      ended_by = EXCLUDED.ended_by, decided_at = EXCLUDED.decided_at, farthest_meters = EXCLUDED.farthest_meters,
      farthest_at = EXCLUDED.farthest_at`.execute(tx);
}

export async function removeExcursions(tx: Tx, excursionIds: readonly string[]): Promise<void> {
  if (excursionIds.length === 0) return;
  await sql`DELETE FROM geo.excursion WHERE excursion_id = ANY (${[...excursionIds]}::uuid[])`.execute(tx);
}

export interface NewestFix {
  readonly memberId: string;
  readonly sessionId: string;
  readonly deviceId: string;
  readonly fixedAt: string;
  readonly receivedAt: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters: number | null;
  readonly speedMetersPerSecond: number | null;
  readonly headingDegrees: number | null;
}

/** At most one for each member. An older fix than the one that is kept changes nothing. */
export async function saveLastPositions(tx: Tx, orgId: string, fixes: readonly NewestFix[]): Promise<void> {
  if (fixes.length === 0) return;
  const values = (valueOf: (fix: NewestFix) => string | number | null) => arrayLiteral(fixes, valueOf);
  await sql`
    INSERT INTO geo.last_position AS known (org_id, purpose, member_id, session_id, device_id, fixed_at, received_at,
      latitude, longitude, accuracy_meters, speed_meters_per_second, heading_degrees)
    SELECT ${orgId}, 'attendance', fix.*
    FROM unnest(${values((fix) => fix.memberId)}::uuid[], ${values((fix) => fix.sessionId)}::uuid[],
      ${values((fix) => fix.deviceId)}::uuid[], ${values((fix) => fix.fixedAt)}::timestamptz[],
      ${values((fix) => fix.receivedAt)}::timestamptz[], ${values((fix) => fix.latitude)}::float8[],
      ${values((fix) => fix.longitude)}::float8[], ${values((fix) => fix.accuracyMeters)}::float8[],
      ${values((fix) => fix.speedMetersPerSecond)}::float8[], ${values((fix) => fix.headingDegrees)}::float8[])
      AS fix (member_id)
    ORDER BY fix.member_id
    ON CONFLICT (org_id, member_id) DO UPDATE SET session_id = EXCLUDED.session_id, purpose = EXCLUDED.purpose,
      device_id = EXCLUDED.device_id, fixed_at = EXCLUDED.fixed_at, received_at = EXCLUDED.received_at,
      latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude, accuracy_meters = EXCLUDED.accuracy_meters,
      speed_meters_per_second = EXCLUDED.speed_meters_per_second, heading_degrees = EXCLUDED.heading_degrees
      WHERE known.fixed_at < EXCLUDED.fixed_at`.execute(tx);
}
