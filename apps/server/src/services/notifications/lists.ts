import type { notificationRoutes } from '@muster/contracts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { isUuid } from '../../platform/ids.ts';
import { readAlerts } from './alert-store.ts';
import { countUnread, markRead, readItems } from './inbox-store.ts';

type Routes = typeof notificationRoutes;

export const listAlerts: Verb<Routes['listAlerts']> = async (tx, { query }, call) => {
  const { cursor, limit, open = false } = query;
  const found = await readAlerts(tx, call, { open, afterId: placeOf(cursor), limit });
  return pageOf(found, limit, ({ alertId }) => alertId);
};

export const readInbox: Verb<Routes['readInbox']> = async (tx, { query }, call) => {
  const { userId } = call.actor;
  const found = await readItems(tx, userId, placeOf(query.cursor), query.limit);
  const unread = (await countUnread(tx, [userId])).get(userId) ?? 0;
  return { ...pageOf(found, query.limit, ({ itemId }) => itemId), unread };
};

export const markInboxRead =
  ({ events }: { events: Pick<EventBus, 'append'> }): Verb<Routes['markInboxRead']> =>
  async (tx, { body }, call) => {
    const { userId, orgId } = call.actor;
    const changed = await markRead(tx, userId, body.itemIds, call.at);
    const unread = (await countUnread(tx, [userId])).get(userId) ?? 0;
    // The count on the user's other screens follows.
    if (changed) {
      const payload = { userId, unread, itemId: null };
      await events.append(tx, orgId, [{ type: 'notifications.inbox-changed', key: userId, payload }]);
    }
    return { unread };
  };

const placeOf = (cursor: string | undefined): string | null => {
  if (cursor === undefined) return null;
  if (isUuid(cursor)) return cursor;
  throw problem('request-invalid', { fields: [{ path: 'query.cursor', message: 'is not from an answer before' }] });
};

/** `found` has one more than fits when there is another page; the cursor is the last item shown. */
const pageOf = <Item>(found: readonly Item[], limit: number, idOf: (item: Item) => string) => {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? idOf(last) : null };
};
