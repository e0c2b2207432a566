import { useMap } from '@vis.gl/react-maplibre';
import { useEffect, useEffectEvent } from 'react';
import type { PersonOnMap } from './people/person.ts';

/** Farther out than this nobody recognizes the surroundings. */
const leastZoom = 14;

/**
 * Brings a newly chosen person into view, once; afterwards the map stays where the reader puts it. Who is not far away
 * is shown together with what was in view before, because a dot on open land says nothing.
 */
export const KeepInView = ({ person }: { readonly person: PersonOnMap | null }) => {
  const { current: map } = useMap();
  const show = useEffectEvent(() => {
    if (!map || !person) return;
    const place = { lng: person.longitude, lat: person.latitude };
    const seen = map.getBounds();
    if (seen.contains(place) && map.getZoom() >= leastZoom) return;
    const both = map.getMap().cameraForBounds(seen.extend(place), { padding: 32 });
    const isNear = both?.zoom !== undefined && both.zoom >= leastZoom;
    map.easeTo({ ...(isNear ? both : { center: place, zoom: leastZoom + 1 }), duration: 500 });
  });
  const id = person?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another person moves the map, not their next step
  useEffect(() => show(), [id, map]);
  return null;
};
