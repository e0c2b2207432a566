import type { notificationRoutes } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { markAcknowledged, readAlert } from './alert-store.ts';

/** Says that somebody looks after it; the first one counts, and doing it again changes nothing. */
export const acknowledgeAlert =
  ({
    events,
    clock,
  }: {
    events: Pick<EventBus, 'append'>;
    clock: Clock;
  }): Verb<typeof notificationRoutes.acknowledgeAlert> =>
  async (tx, { params: { alertId } }, call) => {
    const before = await readAlert(tx, call, alertId);
    if (before === null) throw problem('not-found');
    // Read again: it may be somebody who was faster by a moment.
    const after = async () => (await readAlert(tx, call, alertId)) ?? before;
    if (!(await markAcknowledged(tx, alertId, call.actor.userId, call.at))) return after();
    const { memberId } = before.member;
    const at = call.at.toISOString();
    await appendAudit(
      tx,
      {
        actor: { kind: 'user', userId: call.actor.userId, role: call.actor.role },
        action: 'alert.acknowledged',
        object: { kind: 'alert', id: alertId },
        requestId: call.requestId,
        detail: { kind: before.kind, memberId },
      },
      clock,
    );
    await events.append(tx, call.actor.orgId, [
      { type: 'notifications.alert-acknowledged', key: memberId, payload: { memberId, alertId, at } },
    ]);
    return after();
  };
