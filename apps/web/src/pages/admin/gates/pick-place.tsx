import type { Coordinates } from '@muster/contracts';
import { Marker, useMap } from '@vis.gl/react-maplibre';
import { useEffect, useEffectEvent } from 'react';
import classes from './gates.module.css';

interface PickPlaceProps {
  readonly place: Coordinates | null;
  readonly onPlace: (place: Coordinates) => void;
}

/** About a decimeter: finer than any map is drawn. */
const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** As a child of `SiteMap`: a press on the map sets the place, and the mark can be dragged. */
export const PickPlace = ({ place, onPlace }: PickPlaceProps) => {
  const { current: map } = useMap();
  const pick = useEffectEvent(({ lngLat }: { readonly lngLat: { readonly lng: number; readonly lat: number } }) =>
    onPlace({ latitude: rounded(lngLat.lat), longitude: rounded(lngLat.lng) }),
  );
  useEffect(() => {
    if (!map) return undefined;
    const listener = (event: { readonly lngLat: { readonly lng: number; readonly lat: number } }) => pick(event);
    map.on('click', listener);
    map.getCanvas().style.cursor = 'crosshair';
    return () => {
      map.off('click', listener);
      map.getCanvas().style.cursor = '';
    };
  }, [map]);
  if (!place) return null;
  return (
    <Marker
      longitude={place.longitude}
      latitude={place.latitude}
      anchor="bottom"
      draggable
      onDragEnd={({ lngLat }) => onPlace({ latitude: rounded(lngLat.lat), longitude: rounded(lngLat.lng) })}
    >
      <span className={classes.pin} />
    </Marker>
  );
};
