import type { routes } from '@muster/contracts';
import { requireReach } from '../../platform/access/reach.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { readDayPositions, readHistoryAccess } from './location-store.ts';
import { recordLooks } from './looks/record-looks.ts';

/** The track of a day. Everyone but the member has to say why; each look is recorded with that reason. */
export const readTrack =
  (deps: { readonly events: Pick<EventBus, 'append'> }): Verb<typeof routes.readTrack> =>
  async (tx, { params: { memberId }, query: { date, purpose: reason } }, call) => {
    const { actor, at, requestId } = call;
    await requireReach(tx, call, memberId);
    const access = await readHistoryAccess(tx, call, memberId);
    if (access?.level !== 'full') {
      throw problem('not-permitted', { detail: 'You may not see where this member was.' });
    }
    if (memberId !== actor.userId && reason === undefined) throw problem('purpose-required');
    await recordLooks(tx, deps, {
      orgId: actor.orgId,
      viewerId: actor.userId,
      viewerRole: actor.role,
      at,
      requestId,
      reason: reason ?? null,
      looks: [{ memberId, kind: 'history', purpose: access.purpose }],
    });
    return { positions: await readDayPositions(tx, memberId, date) };
  };
