import { sql } from 'kysely';
import type { Database } from '../../../platform/database/port.ts';
import { type JudgeDependencies, judgeSessions, presenceRules } from './judge-sessions.ts';

/** Sessions looked after in one round; the next round takes the rest. */
const maxSessions = 5_000;

/** Finds phones that have fallen silent: where they are is unknown from now on, and nobody is said to have left. */
export const watchSilence = (database: Database, deps: JudgeDependencies) => async (): Promise<void> => {
  const silentSince = new Date(deps.clock.now().getTime() - presenceRules.silentAfterMs);
  const silent = await database.acrossOrganizations('geo', async (tx) => {
    const { rows } = await sql<{ org_id: string; session_ids: string[] }>`
      SELECT org_id, array_agg(session_id) AS session_ids FROM (
        SELECT org_id, session_id FROM geo.presence_state
        WHERE ended_at IS NULL AND presence <> 'unknown' AND last_heard_at < ${silentSince}
        ORDER BY last_heard_at LIMIT ${maxSessions}) AS silent
      GROUP BY org_id`.execute(tx);
    return rows;
  });
  for (const { org_id: orgId, session_ids: sessionIds } of silent) {
    await database.inOrganization('geo', orgId, (tx) =>
      judgeSessions(tx, deps, orgId, new Map(sessionIds.map((sessionId) => [sessionId, []]))),
    );
  }
};
