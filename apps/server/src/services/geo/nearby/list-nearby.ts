import type { routes } from '@muster/contracts';
import { readUsualLevel } from '../../../platform/access/location-level.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { readSights } from '../location-store.ts';
import { recordSights, toPresence } from '../presence-verbs.ts';
import { planeAround } from '../rules/geodesy.ts';
import type { PlaceIndex } from './place-index.ts';

interface Dependencies {
  readonly events: Pick<EventBus, 'append'>;
  readonly placeIndex: Pick<PlaceIndex, 'candidates'>;
}

/**
 * Who is within a radius of a place, the nearest first: of those whose coordinates the caller may see at this moment. The
 * index only says about whom the database is asked; each of them is seen, and recorded as seen, as everywhere else.
 */
export const listNearby =
  ({ events, placeIndex }: Dependencies): Verb<typeof routes.listNearby> =>
  async (tx, { query: { latitude, longitude, radiusMeters, limit } }, call) => {
    const center = { latitude, longitude };
    // Guardians and members see few people, some of them outside of a tracking session, where there is no index.
    const isStaff = call.ties.some((tie) => tie === 'organization' || tie === 'assigned');
    const memberIds = isStaff ? await placeIndex.candidates(tx, call.actor.orgId, center, radiusMeters) : null;
    const sights = await readSights(tx, call, { memberIds });
    const onPlane = planeAround(center);
    const near = sights
      .flatMap((sight) => {
        if (sight.position === null) return [];
        const distanceMeters = Math.hypot(...onPlane(sight.position));
        return distanceMeters <= radiusMeters ? [{ sight, distanceMeters }] : [];
      })
      .toSorted((one, other) => one.distanceMeters - other.distanceMeters);
    const shown = near.slice(0, limit);
    await recordSights(
      tx,
      { events },
      call,
      shown.map(({ sight }) => sight),
    );
    return {
      level: await readUsualLevel(tx, call),
      items: shown.map(({ sight, distanceMeters }) => ({
        ...toPresence(sight),
        distanceMeters: Math.round(distanceMeters * 10) / 10,
      })),
      more: near.length - shown.length,
    };
  };
