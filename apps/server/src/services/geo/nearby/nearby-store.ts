import { sql } from 'kysely';
import type { Place } from '../../../platform/cache/port.ts';
import type { Tx } from '../../../platform/database/port.ts';
import { whereGiven } from '../../../platform/database/where-given.ts';

/** The last position of a member in a tracking session that is open. */
export interface LastPlace extends Place {
  readonly memberId: string;
  readonly sessionId: string;
}

/** Last positions, and what they are complete up to: nothing that is changed later has a smaller number. */
export interface LastPlaces {
  readonly mark: string;
  readonly places: readonly LastPlace[];
}

/**
 * Last positions that were changed by the transaction `mark` or a later one, at most `limit`; all where it is null.
 * One statement: the mark and the rows are of one snapshot.
 */
export async function readLastPlaces(tx: Tx, since: string | null, limit: number): Promise<LastPlaces> {
  const { rows } = await sql<{
    mark: string;
    member_id: string | null;
    session_id: string;
    latitude: number;
    longitude: number;
  }>`
    SELECT snapshot.mark, place.member_id, place.session_id, place.latitude, place.longitude
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark) snapshot
    LEFT JOIN (
      SELECT known.member_id, known.session_id, known.latitude, known.longitude
      FROM geo.last_position known
      JOIN published.tracking_session session USING (org_id, session_id)
      WHERE session.exited_at IS NULL AND session.ends_by > now()
        AND ${whereGiven(since, (mark) => sql`known.changed_in >= ${mark}::bigint`)}
      LIMIT ${limit}
    ) place ON true`.execute(tx);
  return {
    mark: rows[0]?.mark ?? '0',
    places: rows.flatMap(({ member_id: memberId, session_id: sessionId, latitude, longitude }) =>
      memberId === null ? [] : [{ memberId, sessionId, latitude, longitude }],
    ),
  };
}
