import type { Purpose, routes } from '@muster/contracts';
import { sql } from 'kysely';
import { requireReach } from '../../../platform/access/reach.ts';
import { whereGiven } from '../../../platform/database/where-given.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { problem } from '../../../platform/http/problem.ts';
import { isUuid } from '../../../platform/ids.ts';

/** Who looked at a member's location, newest first. Ids of looks sort by time, so the last one shown is the cursor. */
export const listLooks =
  (): Verb<typeof routes.listLooks> =>
  async (tx, { params, query }, call) => {
    await requireReach(tx, call, params.memberId);
    const { cursor, limit } = query;
    if (cursor !== undefined && !isUuid(cursor)) {
      throw problem('request-invalid', { detail: 'The cursor is not one of ours.' });
    }
    const { rows } = await sql<{
      look_id: string;
      looked_at: Date;
      viewer_name: string | null;
      viewer_role: string;
      kind: 'presence' | 'live' | 'history';
      purpose: Purpose;
      reason: string | null;
    }>`
      SELECT look.look_id, look.looked_at, viewer.display_name AS viewer_name, look.viewer_role, look.kind,
        look.purpose, look.reason
      FROM geo.look look
      LEFT JOIN published.account viewer ON viewer.org_id = look.org_id AND viewer.user_id = look.viewer_id
      WHERE look.member_id = ${params.memberId} AND ${whereGiven(cursor, (lookId) => sql`look.look_id < ${lookId}`)}
      ORDER BY look.look_id DESC LIMIT ${limit + 1}`.execute(tx);
    const items = rows.slice(0, limit).map((row) => ({
      lookId: row.look_id,
      lookedAt: row.looked_at.toISOString(),
      viewerName: row.viewer_name ?? 'A former user',
      viewerRole: row.viewer_role,
      kind: row.kind,
      purpose: row.purpose,
      reason: row.reason,
    }));
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.lookId ?? null) : null };
  };
