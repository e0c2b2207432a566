import type { Presence, routes } from '@muster/contracts';
import { readUsualLevel } from '../../platform/access/location-level.ts';
import { requireReach } from '../../platform/access/reach.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import type { Tx } from '../../platform/database/port.ts';
import { readSights, type Sight } from './location-store.ts';
import { recordLooks } from './looks/record-looks.ts';

interface Dependencies {
  readonly events: Pick<EventBus, 'append'>;
}

/** Where the members in a tracking session are. Those of whom the caller may know attendance only are left out. */
export const listPresence =
  (deps: Dependencies): Verb<typeof routes.listPresence> =>
  async (tx, { query }, call) => {
    const sights = await readSights(tx, call, { groupId: query.groupId ?? null });
    await recordSights(tx, deps, call, sights);
    return { level: await readUsualLevel(tx, call), items: sights.map(toPresence) };
  };

/** Where one member is; no presence where the caller may know attendance only. */
export const readPresence =
  (deps: Dependencies): Verb<typeof routes.readPresence> =>
  async (tx, { params }, call) => {
    await requireReach(tx, call, params.memberId);
    const sights = await readSights(tx, call, { memberIds: [params.memberId] });
    await recordSights(tx, deps, call, sights);
    // Who is tied to a member twice sees by the better tie.
    const sight = sights.find(({ level }) => level === 'full') ?? sights[0];
    return sight === undefined
      ? { level: 'attendance', presence: null }
      : { level: sight.level, presence: toPresence(sight) };
  };

export const recordSights = (tx: Tx, deps: Dependencies, { actor, at, requestId }: Call, sights: readonly Sight[]) =>
  recordLooks(tx, deps, {
    orgId: actor.orgId,
    viewerId: actor.userId,
    viewerRole: actor.role,
    at,
    requestId,
    reason: null,
    looks: sights.map(({ memberId, level, purpose }) => ({
      memberId,
      purpose,
      kind: level === 'full' ? 'live' : 'presence',
    })),
  });

export const toPresence = ({ memberId, state, since, lastHeardAt, position }: Sight): Presence => ({
  memberId,
  state: state ?? 'unknown',
  since: since?.toISOString() ?? null,
  lastHeardAt: lastHeardAt?.toISOString() ?? null,
  position,
});
