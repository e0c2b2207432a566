import type { attendanceRoutes } from '@muster/contracts';
import { requireReach } from '../../platform/access/reach.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { closeForgotten, takeEffect } from './member-day.ts';
import { requireMember } from './people-store.ts';
import { findPunch, insertDecision, lockMember, standingOf, toPunch } from './punch-store.ts';
import { recordAct } from './record.ts';
import { schedulesOfGroup } from './schedule-store.ts';

/**
 * Accepted, the punch counts at its own time, as if it had been accepted at once. Refused, it stays with its evidence
 * and what was decided. Of several who decide at once, the first wins.
 */
export const decidePunch =
  ({ events }: { events: Pick<EventBus, 'append'> }): Verb<typeof attendanceRoutes.decidePunch> =>
  async (tx, { params, body }, call) => {
    const found = await findPunch(tx, params.punchId);
    if (found === undefined) throw problem('not-found', { detail: 'No such scan is known to you.' });
    await requireReach(tx, call, found.member_id);
    await lockMember(tx, found.member_id);
    const punch = await findPunch(tx, params.punchId);
    if (punch === undefined || standingOf(punch) !== 'held') {
      throw problem('conflict', { detail: 'This scan does not wait for a decision any more.' });
    }
    const { orgId, userId, role } = call.actor;
    const decision = { punchId: punch.id, accepted: body.accept, reason: body.reason, at: call.at };
    await insertDecision(tx, orgId, { ...decision, decidedBy: userId, decidedAs: role });

    const at = call.at.toISOString();
    const { member_id: memberId, direction } = punch;
    const payload = { memberId, punchId: punch.id, direction, accepted: body.accept, at };
    await events.append(tx, orgId, [{ type: 'attendance.punch-decided', key: memberId, occurredAt: at, payload }]);
    if (body.accept) {
      const member = await requireMember(tx, memberId);
      const now = { orgId, member, schedules: await schedulesOfGroup(tx, member.group_id), at: call.at };
      await closeForgotten(tx, events, now);
      await takeEffect(tx, events, now, punch);
    }
    await recordAct(tx, call, {
      action: body.accept ? 'attendance.held-punch-accepted' : 'attendance.held-punch-refused',
      object: { kind: 'member', id: memberId },
      detail: { punchId: punch.id, direction, occurredAt: punch.occurred_at.toISOString() },
      personal: { of: punch.member_id, fields: { reason: body.reason } },
    });
    const decided = await findPunch(tx, punch.id);
    return toPunch(decided ?? punch);
  };
