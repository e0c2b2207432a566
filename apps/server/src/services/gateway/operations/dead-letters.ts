import type { operationsRoutes } from '@muster/contracts';
import { appendAudit } from '../../../platform/audit-trail/append.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { reasonWithoutValues } from '../rules/reason.ts';

interface Deps {
  readonly events: Pick<EventBus, 'noticesOfDeadLetters' | 'replayIn'>;
}

export const listDeadLetters =
  ({ events }: Deps): Verb<typeof operationsRoutes.listDeadLetters> =>
  async (tx, { query }) => {
    const { items, total } = await events.noticesOfDeadLetters(tx, query);
    return { items: items.map((item) => ({ ...item, reason: reasonWithoutValues(item.reason) })), total };
  };

export const replayDeadLetters =
  ({ events }: Deps): Verb<typeof operationsRoutes.replayDeadLetters> =>
  async (tx, { body }, { actor, requestId }) => {
    const found = await events.replayIn(tx, body.consumer, body.eventIds);
    if (found.length > 0) {
      await appendAudit(tx, {
        actor: { kind: 'user', userId: actor.userId, role: actor.role },
        action: 'operations.dead-letters-replayed',
        object: { kind: 'consumer', id: body.consumer },
        requestId,
        detail: { eventIds: found },
      });
    }
    return { replayed: found.length };
  };
