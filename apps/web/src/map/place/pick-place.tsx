import type { Coordinates } from '@muster/contracts';
import { Marker, useMap } from '@vis.gl/react-maplibre';
import { useEffect, useEffectEvent, useRef } from 'react';
import { roundedPlace } from './draft-place.ts';
import { lngLat } from '../geometry.ts';
import classes from './place.module.css';

interface PickPlaceProps {
  readonly place: Coordinates | null;
  readonly onPlace: (place: Coordinates) => void;
}

interface Pressed {
  readonly lngLat: { readonly lng: number; readonly lat: number };
}

/** Whoever writes coordinates is not sent around the world digit by digit. */
const writingMs = 700;
/** The country can be told, and whether it is the right one. */
const countryZoom = 4;

/** As a child of `SiteMap`: a press on the map sets the place, and the mark can be dragged. */
export const PickPlace = ({ place, onPlace }: PickPlaceProps) => {
  const { current: map } = useMap();
  /** What was pressed or dragged to is in view already. */
  const pointedAt = useRef(place);
  const pick = useEffectEvent((pressed: Pressed) => {
    const { lng, lat } = pressed.lngLat;
    pointedAt.current = roundedPlace({ latitude: lat, longitude: lng });
    onPlace(pointedAt.current);
  });
  useEffect(() => {
    if (!map) return undefined;
    const listener = (event: Pressed) => pick(event);
    map.on('click', listener);
    map.getCanvas().style.cursor = 'crosshair';
    return () => {
      map.off('click', listener);
      map.getCanvas().style.cursor = '';
    };
  }, [map]);
  const { latitude, longitude } = place ?? {};
  useEffect(() => {
    if (!map || latitude === undefined || longitude === undefined) return undefined;
    const { current: pointed } = pointedAt;
    if (pointed?.latitude === latitude && pointed.longitude === longitude) return undefined;
    const show = () => {
      const center = lngLat({ latitude, longitude });
      const isShown = map.getBounds().contains(center) && map.getZoom() >= countryZoom;
      if (!isShown) map.easeTo({ center, zoom: Math.max(map.getZoom(), countryZoom), duration: 500 });
    };
    const timer = setTimeout(show, writingMs);
    return () => clearTimeout(timer);
  }, [map, latitude, longitude]);
  if (!place) return null;
  return (
    <Marker
      longitude={place.longitude}
      latitude={place.latitude}
      anchor="bottom"
      draggable
      onDragEnd={(event) => pick(event)}
    >
      <span className={classes.pin} />
    </Marker>
  );
};
