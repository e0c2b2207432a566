import type { LocationLevel, PresenceState, Purpose, SeenPosition } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';
import type { Call } from '../../platform/http/call.ts';

/** A member as a viewer may see them now. */
export interface Sight {
  readonly memberId: string;
  readonly level: LocationLevel;
  readonly purpose: Purpose;
  readonly state: PresenceState | null;
  readonly since: Date | null;
  readonly lastHeardAt: Date | null;
  /** Null unless the level is full. */
  readonly position: SeenPosition | null;
}

interface SightRow {
  member_id: string;
  level: LocationLevel;
  purpose: Purpose;
  state: PresenceState | null;
  since: Date | null;
  last_heard_at: Date | null;
  fixed_at: Date | null;
  latitude: number;
  longitude: number;
  accuracy_meters: number | null;
  speed_meters_per_second: number | null;
  heading_degrees: number | null;
}

/**
 * Everyone about whom the caller may know more than attendance at this moment: members in a tracking session, and for
 * guardians with an agreed live view, and oneself, also outside of one. Coordinates come only with the level `full`.
 */
export async function readSights(
  tx: Tx,
  { actor, ties }: Call,
  { memberIds = null, groupId = null }: { memberIds?: readonly string[] | null; groupId?: string | null },
): Promise<Sight[]> {
  // Staff see a last position of the session that is open, never one from before or beside it.
  const { rows } = await sql<SightRow>`
    SELECT access.member_id, access.live_level AS level, access.purpose, presence.state, presence.since,
      coalesce(presence.last_heard_at, place.fixed_at) AS last_heard_at, place.fixed_at, place.latitude,
      place.longitude, place.accuracy_meters, place.speed_meters_per_second, place.heading_degrees
    FROM published.location_access access
    LEFT JOIN published.presence presence USING (org_id, member_id)
    LEFT JOIN geo.last_position place ON place.org_id = access.org_id AND place.member_id = access.member_id
      AND access.live_level = 'full' AND (place.session_id = presence.session_id OR access.via IN ('linked', 'self'))
    WHERE access.viewer_id = ${actor.userId} AND access.via = ANY (${[...ties]}) AND access.live_level <> 'attendance'
      AND (presence.session_id IS NOT NULL OR place.member_id IS NOT NULL)
      AND ${whereGiven(memberIds, (ids) => sql`access.member_id = ANY (${[...ids]}::uuid[])`)}
      AND ${whereGiven(
        groupId,
        // As an array, the ids are searched for; as a join, everybody's access would be worked out first.
        (id) => sql`access.member_id = ANY (ARRAY(SELECT member_id FROM published.member WHERE group_id = ${id}))`,
      )}
    ORDER BY access.member_id`.execute(tx);
  return rows.map(toSight);
}

function toSight(row: SightRow): Sight {
  const { fixed_at: fixedAt } = row;
  return {
    memberId: row.member_id,
    level: row.level,
    purpose: row.purpose,
    state: row.state,
    since: row.since,
    lastHeardAt: row.last_heard_at,
    position: fixedAt === null || row.level !== 'full' ? null : toSeenPosition({ ...row, fixed_at: fixedAt }),
  };
}

export interface PositionRow {
  readonly fixed_at: Date;
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracy_meters: number | null;
  readonly speed_meters_per_second: number | null;
  readonly heading_degrees: number | null;
}

export const toSeenPosition = (row: PositionRow): SeenPosition => ({
  latitude: row.latitude,
  longitude: row.longitude,
  fixedAt: row.fixed_at.toISOString(),
  accuracyMeters: row.accuracy_meters,
  speedMetersPerSecond: row.speed_meters_per_second,
  headingDegrees: row.heading_degrees,
});

/** What the caller may see of a member's past: the better of several ties. */
export async function readHistoryAccess(
  tx: Tx,
  { actor, ties }: Call,
  memberId: string,
): Promise<{ readonly level: LocationLevel; readonly purpose: Purpose } | null> {
  const { rows } = await sql<{ level: LocationLevel; purpose: Purpose }>`
    SELECT history_level AS level, purpose FROM published.location_access
    WHERE viewer_id = ${actor.userId} AND member_id = ${memberId} AND via = ANY (${[...ties]})
    ORDER BY history_level = 'full' DESC LIMIT 1`.execute(tx);
  return rows[0] ?? null;
}

/** The positions of a day that lie inside its tracking sessions as they are known now. */
export async function readDayPositions(tx: Tx, memberId: string, date: string): Promise<SeenPosition[]> {
  const { rows } = await sql<PositionRow>`
    SELECT place.fixed_at, place.latitude, place.longitude, place.accuracy_meters, place.speed_meters_per_second,
      place.heading_degrees
    FROM published.tracking_session session
    JOIN geo.position place ON place.org_id = session.org_id AND place.session_id = session.session_id
      AND place.fixed_at >= session.entered_at AND place.fixed_at < coalesce(session.exited_at, session.ends_by)
    WHERE session.member_id = ${memberId} AND session.date = ${date}
    ORDER BY place.fixed_at`.execute(tx);
  return rows.map(toSeenPosition);
}
