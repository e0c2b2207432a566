import { useMap } from '@vis.gl/react-maplibre';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useFormats } from '../../i18n/use-text.ts';
import type { MapScheme } from '../palette.ts';
import { createPeopleCanvas, type PeopleCanvas } from './people-canvas.ts';
import type { PersonOnMap, TrailPoint } from './person.ts';

interface PeopleLayerProps {
  readonly people: readonly PersonOnMap[];
  readonly scheme: MapScheme;
  readonly chosenId: string | null;
  readonly trail: readonly TrailPoint[];
  readonly onChoose: (id: string | null) => void;
  readonly onChooseMany: (ids: readonly string[]) => void;
}

/** Hangs the people's canvas into the map above and keeps it supplied. */
export const PeopleLayer = ({ people, scheme, chosenId, trail, onChoose, onChooseMany }: PeopleLayerProps) => {
  const { current: map } = useMap();
  const formats = useFormats();
  const canvas = useRef<PeopleCanvas | null>(null);
  const ageLabel = useEffectEvent((ageMs: number) => formats.duration(ageMs));
  const choose = useEffectEvent(onChoose);
  const chooseMany = useEffectEvent(onChooseMany);
  const fill = useEffectEvent((made: PeopleCanvas) => {
    made.setPeople(people);
    made.setTrail(trail);
    made.setChosen(chosenId);
  });
  useEffect(() => {
    if (!map) return undefined;
    const made = createPeopleCanvas(map.getMap(), {
      scheme,
      ageLabel: (ageMs) => ageLabel(ageMs),
      onChoose: (id) => choose(id),
      onChooseMany: (ids) => chooseMany(ids),
    });
    canvas.current = made;
    fill(made);
    return () => {
      canvas.current = null;
      made.remove();
    };
  }, [map, scheme]);
  useEffect(() => canvas.current?.setPeople(people), [people]);
  useEffect(() => canvas.current?.setTrail(trail), [trail]);
  useEffect(() => canvas.current?.setChosen(chosenId), [chosenId]);
  return null;
};
