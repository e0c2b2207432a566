import type { attendanceRoutes } from '@muster/contracts';
import { requireReach } from '../../platform/access/reach.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { findPunch, lockMember, standingOf, toPunch } from './punch-store.ts';
import { recordAct } from './record.ts';
import { settlePunch } from './settle-punch.ts';

/** Of several who decide at once, the first wins. */
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
    const decidedBy = { userId, role };
    const decision = { orgId, accepted: body.accept, reason: body.reason, decidedBy, at: call.at };
    await settlePunch(tx, events, punch, decision);
    const { member_id: memberId, direction } = punch;
    await recordAct(tx, call, {
      action: body.accept ? 'attendance.held-punch-accepted' : 'attendance.held-punch-refused',
      object: { kind: 'member', id: memberId },
      detail: { punchId: punch.id, direction, occurredAt: punch.occurred_at.toISOString() },
      personal: { of: punch.member_id, fields: { reason: body.reason } },
    });
    const decided = await findPunch(tx, punch.id);
    return toPunch(decided ?? punch);
  };
