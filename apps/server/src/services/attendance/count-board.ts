import type { attendanceRoutes, LocationLevel, RouteAnswer, Tie } from '@muster/contracts';
import { sql } from 'kysely';
import { readUsualLevel } from '../../platform/access/location-level.ts';
import { tiesFor } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { boardOf } from './board-store.ts';

type Counted = RouteAnswer<typeof attendanceRoutes.countBoard>['items'][number];

/** The board without names, counted where the rows are: a page that shows numbers loads nobody, and looks at nobody. */
export const countBoard = (): Verb<typeof attendanceRoutes.countBoard> => async (tx, _input, call) => {
  const level = await levelOfAll(tx, call);
  const { members } = await boardOf(tx, call, null);
  const { rows } = await sql<Counted>`
    SELECT "siteId", code, late, entered, told.session_id IS NOT NULL AS tracking,
      ${level === 'attendance' ? sql`NULL` : sql`told.state`} AS presence, count(*)::integer AS people
    FROM (
      SELECT member.site_id AS "siteId", coalesce(day.code, CASE WHEN today.planned THEN 'NM' ELSE 'OFF' END) AS code,
        coalesce(day.late_by_minutes > 0, false) AS late, day.entered_at IS NOT NULL AS entered,
        tracking_session.id AS session_id
      ${members}
    ) AS standing
    -- Of each session in which tracking is on.
    LEFT JOIN published.presence AS told USING (session_id)
    GROUP BY "siteId", code, late, entered, tracking, presence
    ORDER BY "siteId", people DESC`.execute(tx);
  return { level, items: rows };
};

const tiesOfStaff: readonly Tie[] = ['all', 'organization', 'assigned'];

/** What the caller may know of everybody on the board; only of some is not enough for a count. */
async function levelOfAll(tx: Tx, call: Call): Promise<LocationLevel> {
  const locating = await tiesFor(tx, call, 'location.see');
  const ofEverybody = call.ties.every((tie) => tiesOfStaff.includes(tie) && locating.includes(tie));
  return ofEverybody ? readUsualLevel(tx, call) : 'attendance';
}
