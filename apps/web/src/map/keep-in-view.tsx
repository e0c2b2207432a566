import { useMap } from '@vis.gl/react-maplibre';
import { useEffect, useEffectEvent } from 'react';
import { bringIntoView } from './bring-into-view.ts';
import type { PersonOnMap } from './people/person.ts';

/** Brings a newly chosen person into view, once; afterwards the map stays where the reader puts it. */
export const KeepInView = ({ person }: { readonly person: PersonOnMap | null }) => {
  const { current: map } = useMap();
  const show = useEffectEvent(() => {
    if (map && person) bringIntoView(map, [[person.longitude, person.latitude]]);
  });
  const id = person?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another person moves the map, not their next step
  useEffect(() => show(), [id, map]);
  return null;
};
