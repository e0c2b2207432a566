import {
  type LiveTopic,
  type LocationLevel,
  locationLevels,
  type Permission,
  type Role,
  type Tie,
} from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import type { Actor } from '../../../platform/http/call.ts';
import type { ViewerAccess } from '../rules/audience.ts';

interface LevelRow {
  readonly viewer_id: string;
  readonly member_id: string;
  readonly live_level: LocationLevel;
}

/** Everything that the viewer may be told about now, of the topics that the viewer listens to. */
export const readAccess = async (
  tx: Tx,
  { userId, role }: Pick<Actor, 'userId' | 'role'>,
  topics: ReadonlySet<LiveTopic>,
): Promise<ViewerAccess> => {
  const { rows } = await sql<{ role: Role; permission: string; ties: Tie[] }>`
    SELECT role, permission, ties FROM published.permission
    WHERE user_id = ${userId} AND permission IN ('members.see', 'alerts.handle', 'location.see')`.execute(tx);
  // An account that is not active holds nothing.
  const tiesOf = (permission: Permission) => rows.find((row) => row.permission === permission)?.ties ?? [];
  const seen = await readReach(tx, userId, tiesOf('members.see'));
  const handled = await readReach(tx, userId, tiesOf('alerts.handle'));
  const levels = topics.has('location')
    ? await readLevels(tx, userId, tiesOf('location.see'))
    : new Map<string, LocationLevel>();
  return { userId, role: rows[0]?.role ?? role, seen, handled, levels };
};

const readLevels = async (tx: Tx, userId: string, ties: readonly Tie[]): Promise<Map<string, LocationLevel>> => {
  const levels = new Map<string, LocationLevel>();
  if (ties.length === 0) return levels;
  const { rows } = await sql<LevelRow>`
    SELECT viewer_id, member_id, live_level FROM published.location_access
    WHERE viewer_id = ${userId} AND via = ANY(${[...ties]})`.execute(tx);
  for (const row of rows) levels.set(row.member_id, higher(levels.get(row.member_id), row.live_level));
  return levels;
};

/** What several viewers may see of one member's location now. */
export const readLevelsOf = async (
  tx: Tx,
  memberId: string,
  viewerIds: readonly string[],
): Promise<ReadonlyMap<string, LocationLevel>> => {
  const { rows } = await sql<LevelRow>`
    SELECT access.viewer_id, access.member_id, access.live_level
    FROM published.location_access access
    JOIN published.permission held ON held.user_id = access.viewer_id AND held.permission = 'location.see'
      AND access.via = ANY(held.ties)
    WHERE access.member_id = ${memberId} AND access.viewer_id = ANY(${[...viewerIds]})`.execute(tx);
  const levels = new Map<string, LocationLevel>();
  for (const row of rows) levels.set(row.viewer_id, higher(levels.get(row.viewer_id), row.live_level));
  return levels;
};

/** Which of these sign-ins have ended, however that became known. */
export const readEndedSignIns = async (tx: Tx, sessionIds: readonly string[]): Promise<string[]> => {
  const { rows } = await sql<{ session_id: string }>`
    SELECT session_id FROM published.sign_in
    WHERE session_id = ANY(${[...sessionIds]}) AND ended_at IS NOT NULL`.execute(tx);
  return rows.map((row) => row.session_id);
};

const readReach = async (tx: Tx, userId: string, ties: readonly Tie[]): Promise<Set<string>> => {
  if (ties.length === 0) return new Set();
  const { rows } = await sql<{ member_id: string }>`
    SELECT DISTINCT member_id FROM published.reach
    WHERE user_id = ${userId} AND via = ANY(${[...ties]})`.execute(tx);
  return new Set(rows.map((row) => row.member_id));
};

/** One may be tied to a member twice (a teacher whose child is in the class): the better view counts. */
const higher = (one: LocationLevel | undefined, two: LocationLevel): LocationLevel =>
  one !== undefined && locationLevels.indexOf(one) > locationLevels.indexOf(two) ? one : two;
