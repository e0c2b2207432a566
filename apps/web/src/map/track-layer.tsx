import type { SeenPosition } from '@muster/contracts';
import { Layer, Marker, Source, useMap } from '@vis.gl/react-maplibre';
import type { FeatureCollection } from 'geojson';
import { useEffect, useMemo } from 'react';
import { bringIntoView } from './bring-into-view.ts';
import { type LngLat, lngLat } from './geometry.ts';
import { useMapPalette } from './use-map-palette.ts';
import { placeAtInstant, segmentsOf } from './track.ts';
import classes from './map.module.css';

interface TrackLayerProps {
  /** Sorted by time. */
  readonly positions: readonly SeenPosition[];
  /** The instant that is looked at. */
  readonly atMs: number;
}

/** A day's track as a child of `SiteMap`: what has passed is strong, what comes is faint, silences are dashed. */
export const TrackLayer = ({ positions, atMs }: TrackLayerProps) => {
  const palette = useMapPalette();
  const { current: map } = useMap();
  useEffect(() => {
    if (map) bringIntoView(map, positions.map(lngLat));
  }, [map, positions]);
  const segments = useMemo(() => segmentsOf(positions), [positions]);
  const place = placeAtInstant(positions, atMs);
  const whole = useMemo<FeatureCollection>(
    () => ({
      type: 'FeatureCollection',
      features: segments.map(({ coordinates, isGap }) => ({
        type: 'Feature',
        properties: { isGap },
        geometry: { type: 'LineString', coordinates: coordinates as LngLat[] },
      })),
    }),
    [segments],
  );
  const passed = useMemo<FeatureCollection>(() => {
    const fixes = positions.filter((position) => Date.parse(position.fixedAt) <= atMs);
    const head = placeAtInstant(positions, atMs);
    return {
      type: 'FeatureCollection',
      features: segmentsOf(fixes)
        .filter(({ isGap }) => !isGap)
        .map(({ coordinates }, index, runs) => ({
          type: 'Feature',
          properties: {},
          geometry: {
            type: 'LineString',
            coordinates: index === runs.length - 1 && head ? [...coordinates, head.at] : [...coordinates],
          },
        })),
    };
  }, [positions, atMs]);
  return (
    <>
      <Source id="track" type="geojson" data={whole}>
        <Layer
          id="track-silent"
          source="track"
          beforeId="track-end"
          type="line"
          filter={['==', ['get', 'isGap'], true]}
          paint={{
            'line-color': palette.quietLabel,
            'line-width': 2,
            'line-dasharray': [1.5, 2.5],
            'line-opacity': 0.7,
          }}
        />
        <Layer
          id="track-whole"
          source="track"
          beforeId="track-end"
          type="line"
          filter={['==', ['get', 'isGap'], false]}
          layout={{ 'line-cap': 'round', 'line-join': 'round' }}
          paint={{ 'line-color': palette.track, 'line-width': 3, 'line-opacity': 0.28 }}
        />
      </Source>
      <Source id="track-passed" type="geojson" data={passed}>
        <Layer
          id="track-passed"
          source="track-passed"
          beforeId="track-end"
          type="line"
          layout={{ 'line-cap': 'round', 'line-join': 'round' }}
          paint={{ 'line-color': palette.track, 'line-width': 4.5, 'line-opacity': 0.9 }}
        />
      </Source>
      {place && (
        <Marker longitude={place.at[0]} latitude={place.at[1]}>
          <span className={classes.head} data-gap={place.isGap || undefined} />
        </Marker>
      )}
    </>
  );
};
