import type { attendanceRoutes } from '@muster/contracts';
import { sql } from 'kysely';
import { withinReach } from '../../platform/access/reach.ts';
import type { Verb } from '../../platform/http/call.ts';
import { type MemberRow, mayBeNamed, memberColumns, toCard } from './people-store.ts';
import { type PunchRow, punchColumns, toPunch } from './punch-store.ts';

/** More than anybody works through at once; the oldest come first, so none is ever out of reach. */
const longestList = 500;

export const listHeldPunches = (): Verb<typeof attendanceRoutes.listHeldPunches> => async (tx, _input, call) => {
  const { rows } = await sql<PunchRow & MemberRow>`
    SELECT ${punchColumns}, ${memberColumns}
    FROM attendance.punch AS punch
    JOIN published.member AS member ON member.member_id = punch.member_id AND member.status <> 'left'
    WHERE punch.verdict = 'held' AND ${withinReach('punch.member_id', call)} AND ${await mayBeNamed(tx, call)}
      AND NOT EXISTS (SELECT FROM attendance.punch_decision AS decision WHERE decision.punch_id = punch.id)
    ORDER BY punch.occurred_at, punch.id LIMIT ${longestList}`.execute(tx);
  return { items: rows.map((row) => ({ member: toCard(row), punch: toPunch(row) })) };
};
