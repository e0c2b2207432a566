import type { Excursion, MemberCard, routes, Timeline } from '@muster/contracts';
import { sql } from 'kysely';
import { requireReach } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { presenceRules } from './presence/judge-sessions.ts';
import type { PresenceProgress } from './rules/excursions.ts';
import { timelineAt } from './rules/presence-timeline.ts';

/** Enter, exit, excursions and silences of a member's day: what staff and parents need, without a coordinate. */
export const readTimeline =
  (): Verb<typeof routes.readTimeline> =>
  async (tx, { params: { memberId }, query: { date } }, call) => {
    await requireReach(tx, call, memberId);
    const member = await readMemberCard(tx, memberId);
    if (member === null) throw problem('not-found', { detail: 'No such member is known to you.' });
    const excursions = await readExcursions(tx, memberId, date);
    const sessions: Timeline['sessions'] = [];
    const silences: Timeline['silences'] = [];
    let outsideMs = 0;
    let silentMs = 0;
    for (const row of await readSessions(tx, memberId, date)) {
      const session = { enteredAtMs: row.entered_at.getTime(), exitedAtMs: row.exited_at?.getTime() ?? null };
      sessions.push({
        sessionId: row.session_id,
        enteredAt: row.entered_at.toISOString(),
        exitedAt: row.exited_at?.toISOString() ?? null,
      });
      if (row.fold === null) continue;
      const untilMs = Math.min(call.at.getTime(), row.ends_by.getTime());
      const timeline = timelineAt(session, presenceRules, row.fold, untilMs);
      outsideMs += timeline.outsideMs;
      silentMs += timeline.silentMs;
      silences.push(
        ...timeline.silences.map(({ fromMs, toMs }) => ({
          from: new Date(fromMs).toISOString(),
          to: toMs === null ? null : new Date(toMs).toISOString(),
        })),
      );
    }
    return { member, date, sessions, excursions, silences, outsideMs: Math.max(0, outsideMs), silentMs };
  };

async function readMemberCard(tx: Tx, memberId: string): Promise<MemberCard | null> {
  const { rows } = await sql<MemberCard>`
    SELECT member_id AS "memberId", display_name AS "displayName", number, group_id AS "groupId",
      group_name AS "groupName", site_id AS "siteId", time_zone AS "timeZone"
    FROM published.member WHERE member_id = ${memberId}`.execute(tx);
  return rows[0] ?? null;
}

async function readSessions(tx: Tx, memberId: string, date: string) {
  const { rows } = await sql<{
    session_id: string;
    entered_at: Date;
    exited_at: Date | null;
    ends_by: Date;
    fold: PresenceProgress | null;
  }>`
    SELECT session.session_id, session.entered_at, session.exited_at, session.ends_by, state.fold
    FROM published.tracking_session session LEFT JOIN geo.presence_state state USING (org_id, session_id)
    WHERE session.member_id = ${memberId} AND session.date = ${date} ORDER BY session.entered_at`.execute(tx);
  return rows;
}

async function readExcursions(tx: Tx, memberId: string, date: string): Promise<Excursion[]> {
  const { rows } = await sql<{
    excursion_id: string;
    started_at: Date;
    ended_at: Date | null;
    farthest_meters: number;
  }>`
    SELECT excursion_id, started_at, ended_at, farthest_meters FROM geo.excursion
    WHERE member_id = ${memberId} AND date = ${date} ORDER BY started_at, excursion_id`.execute(tx);
  return rows.map((row) => ({
    excursionId: row.excursion_id,
    memberId,
    date,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    durationMs: row.ended_at === null ? null : row.ended_at.getTime() - row.started_at.getTime(),
    farthestMeters: Math.round(row.farthest_meters * 100) / 100,
  }));
}
