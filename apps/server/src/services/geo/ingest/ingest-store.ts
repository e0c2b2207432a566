import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { CanonicalFix } from '../rules/fix.ts';
import { arrayLiteral, instantLiteral } from './array-literal.ts';
import {
  type Batch,
  type FixGroup,
  factOf,
  type SortedFixes,
  type TrackedTime,
  type TrackingRights,
} from './sort-fixes.ts';

/** What can stand in no JSON text: a list of payloads needs no escaping with it in between. */
const separator = '\u001e';

/** The sessions in which the fixes may lie, and whose guardians may look. */
export async function trackingRights(tx: Tx, orgId: string, batches: readonly Batch[]): Promise<TrackingRights> {
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const { fixes } of batches) for (const { fixedAtMs } of fixes) oldestMs = Math.min(oldestMs, fixedAtMs);
  const oldest = oldestMs === Number.POSITIVE_INFINITY ? null : instantLiteral(oldestMs);
  const members = arrayLiteral([...new Set(batches.map((batch) => batch.memberId))], (memberId) => memberId);
  // A session is filed under the site's day it began on: at most 14 hours before UTC's, and it may cross midnight.
  const { rows } = await sql<{
    member_id: string;
    session_id: string | null;
    entered_at: Date;
    left_at: Date;
    is_open: boolean;
  }>`
    SELECT member_id, session_id, entered_at, coalesce(exited_at, ends_by) AS left_at,
      exited_at IS NULL AND ends_by > now() AS is_open
    FROM published.tracking_session
    WHERE org_id = ${orgId} AND member_id = ANY (${members}::uuid[]) AND date >= coalesce(${oldest}::timestamp, now())::date - 2
    UNION ALL
    SELECT DISTINCT member_id, NULL::uuid, NULL::timestamptz, NULL::timestamptz, NULL::boolean
    FROM published.guardianship
    WHERE org_id = ${orgId} AND member_id = ANY (${members}::uuid[]) AND may_see AND live_agreed_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM published.refused_purpose refused
        WHERE refused.org_id = guardianship.org_id AND refused.member_id = guardianship.member_id
          AND refused.purpose = 'guardian-live')`.execute(tx);
  const sessions = new Map<string, TrackedTime[]>();
  const liveAgreed = new Set<string>();
  for (const row of rows) {
    if (row.session_id === null) {
      liveAgreed.add(row.member_id);
      continue;
    }
    const session = {
      sessionId: row.session_id,
      enteredAtMs: row.entered_at.getTime(),
      leftAtMs: row.left_at.getTime(),
      isOpen: row.is_open,
    };
    const known = sessions.get(row.member_id);
    if (known === undefined) sessions.set(row.member_id, [session]);
    else known.push(session);
  }
  return { sessions, liveAgreed };
}

/** Writes everything in one statement, whose parts are only there when they have something to write. */
export async function recordPositions(tx: Tx, orgId: string, sorted: SortedFixes): Promise<void> {
  const parts: RawBuilder<unknown>[] = [];
  if (sorted.tracked.length > 0) {
    parts.push(sql`stored AS (${insertPositions(orgId, sorted.tracked)})`);
    // A repeated upload stores nothing and is no news.
    parts.push(
      sql`told AS (${insertFacts(
        orgId,
        sorted.tracked,
        sql`
      EXISTS (SELECT FROM stored WHERE (stored.session_id, stored.device_id) = (fact.session_id, fact.device_id))`,
      )})`,
    );
  }
  if (sorted.live.length > 0) {
    parts.push(sql`live AS (${replaceLivePositions(orgId, sorted.live)})`);
    parts.push(
      sql`live_told AS (${insertFacts(orgId, sorted.live, sql`fact.member_id IN (SELECT member_id FROM live)`)})`,
    );
  }
  if (sorted.dropped.size > 0) parts.push(sql`counted AS (${countDropped(orgId, sorted.dropped)})`);
  if (parts.length === 0) return;
  // The readers of the outbox wake up at the commit.
  await sql`WITH ${sql.join(parts)} SELECT pg_notify('muster_outbox', '')`.execute(tx);
}

function insertPositions(orgId: string, groups: readonly FixGroup[]): RawBuilder<unknown> {
  const fixes: CanonicalFix[] = [];
  const groupNumbers: number[] = [];
  for (const [index, group] of groups.entries()) {
    for (const fix of group.fixes) {
      fixes.push(fix);
      groupNumbers.push(index + 1);
    }
  }
  const values = <T extends string | number | boolean>(valueOf: (fix: CanonicalFix) => T | null) =>
    arrayLiteral(fixes, valueOf);
  return sql`
    INSERT INTO geo.position (org_id, member_id, session_id, purpose, device_id, fixed_at, received_at, latitude,
      longitude, accuracy_meters, altitude_meters, speed_meters_per_second, heading_degrees, battery_fraction, mock,
      is_ping)
    SELECT ${orgId}, member_id, session_id, 'attendance', device_id, fixed_at, received_at, latitude, longitude,
      accuracy, altitude, speed, heading, battery, mock, ping
    FROM unnest(${`{${groupNumbers.join(',')}}`}::integer[],
        ${values((fix) => instantLiteral(fix.fixedAtMs))}::timestamptz[],
        ${values((fix) => instantLiteral(fix.receivedAtMs))}::timestamptz[],
        ${values((fix) => fix.latitude)}::float8[], ${values((fix) => fix.longitude)}::float8[],
        ${values((fix) => fix.accuracyMeters)}::float8[], ${values((fix) => fix.altitudeMeters)}::float8[],
        ${values((fix) => fix.speedMetersPerSecond)}::float8[], ${values((fix) => fix.headingDegrees)}::float8[],
        ${values((fix) => fix.batteryFraction)}::float8[], ${values((fix) => fix.mock)}::boolean[],
        ${values((fix) => fix.isPing)}::boolean[])
      AS fix (group_no, fixed_at, received_at, latitude, longitude, accuracy, altitude, speed, heading, battery, mock,
        ping)
    JOIN ${groupsTable(groups)} USING (group_no)
    ON CONFLICT DO NOTHING
    RETURNING session_id, device_id`;
}

/** The groups as a table: fixes refer to them by number instead of repeating three ids each. */
function groupsTable(groups: readonly FixGroup[]): RawBuilder<unknown> {
  return sql`unnest(${arrayLiteral(groups, (group) => group.memberId)}::uuid[],
      ${arrayLiteral(groups, (group) => group.deviceId)}::uuid[],
      ${arrayLiteral(groups, (group) => group.sessionId)}::uuid[])
    WITH ORDINALITY AS fix_group (member_id, device_id, session_id, group_no)`;
}

/** One `geo.positions-recorded` for each group that `isNews`. Its payload is made here, where it is cheapest. */
function insertFacts(orgId: string, groups: readonly FixGroup[], isNews: RawBuilder<unknown>): RawBuilder<unknown> {
  const ids = arrayLiteral(groups, () => uuidv7());
  const payloads = groups.map((group) => JSON.stringify(factOf(group))).join(separator);
  return sql`
    INSERT INTO platform.outbox (id, type, version, org_id, key, occurred_at, payload)
    SELECT id, 'geo.positions-recorded', 1, ${orgId}, member_id::text, now(), payload::json
    FROM (
      SELECT * FROM ${groupsTable(groups)}
      JOIN unnest(${ids}::uuid[]) WITH ORDINALITY AS named (id, group_no) USING (group_no)
      JOIN string_to_table(${payloads}, ${separator}) WITH ORDINALITY AS told (payload, group_no) USING (group_no)
    ) AS fact
    WHERE ${isNews} ORDER BY group_no`;
}

/** Only the newest is kept, whatever arrives later. */
function replaceLivePositions(orgId: string, groups: readonly FixGroup[]): RawBuilder<unknown> {
  const newest = groups.flatMap(({ memberId, deviceId, fixes }) =>
    fixes.map((fix) => ({ memberId, deviceId, ...fix })),
  );
  const values = (valueOf: (fix: (typeof newest)[number]) => string | number | null) => arrayLiteral(newest, valueOf);
  return sql`
    INSERT INTO geo.last_position AS known (org_id, member_id, purpose, device_id, fixed_at, received_at, latitude,
      longitude, accuracy_meters, speed_meters_per_second, heading_degrees)
    SELECT ${orgId}, member_id, 'guardian-live', device_id, fixed_at, received_at, latitude, longitude, accuracy, speed,
      heading
    FROM unnest(${values((fix) => fix.memberId)}::uuid[], ${values((fix) => fix.deviceId)}::uuid[],
        ${values((fix) => instantLiteral(fix.fixedAtMs))}::timestamptz[],
        ${values((fix) => instantLiteral(fix.receivedAtMs))}::timestamptz[],
        ${values((fix) => fix.latitude)}::float8[], ${values((fix) => fix.longitude)}::float8[],
        ${values((fix) => fix.accuracyMeters)}::float8[], ${values((fix) => fix.speedMetersPerSecond)}::float8[],
        ${values((fix) => fix.headingDegrees)}::float8[])
      AS fix (member_id, device_id, fixed_at, received_at, latitude, longitude, accuracy, speed, heading)
    ORDER BY member_id
    ON CONFLICT (org_id, member_id) DO UPDATE SET session_id = NULL, purpose = EXCLUDED.purpose,
      device_id = EXCLUDED.device_id, fixed_at = EXCLUDED.fixed_at, received_at = EXCLUDED.received_at,
      latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude, accuracy_meters = EXCLUDED.accuracy_meters,
      speed_meters_per_second = EXCLUDED.speed_meters_per_second, heading_degrees = EXCLUDED.heading_degrees
      WHERE known.fixed_at < EXCLUDED.fixed_at
    RETURNING member_id`;
}

function countDropped(orgId: string, dropped: SortedFixes['dropped']): RawBuilder<unknown> {
  const counts = [...dropped];
  return sql`
    INSERT INTO geo.dropped_counter AS known (org_id, member_id, day, fixes)
    SELECT ${orgId}, member_id, (now() AT TIME ZONE 'UTC')::date, fixes
    FROM unnest(${arrayLiteral(counts, ([memberId]) => memberId)}::uuid[],
      ${arrayLiteral(counts, ([, fixes]) => fixes)}::bigint[]) AS dropped (member_id, fixes)
    ORDER BY member_id
    ON CONFLICT (org_id, member_id, day) DO UPDATE SET fixes = known.fixes + EXCLUDED.fixes`;
}
