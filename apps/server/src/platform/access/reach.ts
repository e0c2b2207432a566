import type { Permission, Tie } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { Call } from '../http/call.ts';
import { problem } from '../http/problem.ts';

/**
 * Who can reach whom is one published view, `published.reach (user_id, member_id, via)`; a permission names the ties
 * (`via`) through which it is held. Every query about members goes through one of these two.
 */

/**
 * A condition on a column that holds member ids: only those the caller reaches through the permission's ties.
 *
 * Whoever holds it for the organization reaches everybody in it; other ties lead to few members, whose ids become an
 * array that an index is searched by. Both stay fast where PostgreSQL has no statistics yet; a join with the view would
 * not. The policies of the tables say the same (platform/database/migrations/0008_scope.sql); this says it where the
 * planner can use it. Only for transactions of `Database.asUser`: nobody is within the reach of nobody.
 */
export const withinReach = (memberColumn: string, call: Call) =>
  call.ties.includes('organization')
    ? sql<boolean>`true`
    : sql<boolean>`${sql.ref(memberColumn)} = ANY(ARRAY(SELECT platform.members_in_scope()))`;

/** @throws Problem `not-found`, the same answer as for a member who does not exist. */
export const requireReach = async (tx: Tx, call: Call, memberId: string): Promise<void> => {
  const { rows } = await sql`
    SELECT FROM published.reach
    WHERE user_id = ${call.actor.userId} AND member_id = ${memberId} AND via = ANY(${[...call.ties]})
    LIMIT 1`.execute(tx);
  if (rows.length === 0) throw problem('not-found', { detail: 'No such member is known to you.' });
};

/**
 * The ties through which the caller holds a permission beside the one of the call; none where they do not hold it. An
 * account of the platform is not in the organization, so what is said there of permissions is not about it.
 */
export const tiesFor = async (tx: Tx, { actor, ties }: Call, permission: Permission): Promise<readonly Tie[]> => {
  if (actor.homeOrgId !== undefined) return ties;
  const { rows } = await sql<{ ties: Tie[] }>`
    SELECT ties FROM published.permission
    WHERE user_id = ${actor.userId} AND permission = ${permission}`.execute(tx);
  return rows[0]?.ties ?? [];
};
