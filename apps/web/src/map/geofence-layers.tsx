import type { GeofenceShape } from '@muster/contracts';
import { Layer, Source } from '@vis.gl/react-maplibre';
import type { Feature, FeatureCollection } from 'geojson';
import { useMemo } from 'react';
import type { Fence } from './fence.ts';
import { circleRing, lngLat, metersPerWorld } from './geometry.ts';
import type { MapPalette } from './palette.ts';

/** The width of one meter in pixels at zoom 0, for corridors, whose width is given on the ground. */
const pixelsPerMeter = (latitude: number): number => 512 / metersPerWorld(latitude);

const featureOf = (name: string, shape: GeofenceShape): Feature => {
  if (shape.kind === 'corridor') {
    const widthPx = shape.widthMeters * pixelsPerMeter(shape.line[0]?.[1] ?? 0);
    return {
      type: 'Feature',
      properties: { name, kind: 'corridor', widthPx },
      geometry: { type: 'LineString', coordinates: shape.line },
    };
  }
  const coordinates = shape.kind === 'circle' ? [circleRing(lngLat(shape.center), shape.radiusMeters)] : shape.rings;
  return { type: 'Feature', properties: { name, kind: 'area' }, geometry: { type: 'Polygon', coordinates } };
};

/** Geofences: 8 % fill, a line of 2 px, the name along it. */
export const GeofenceLayers = ({
  geofences,
  palette,
}: {
  readonly geofences: readonly Fence[];
  readonly palette: MapPalette;
}) => {
  const data = useMemo<FeatureCollection>(
    () => ({ type: 'FeatureCollection', features: geofences.map(({ name, shape }) => featureOf(name, shape)) }),
    [geofences],
  );
  return (
    <Source id="geofences" type="geojson" data={data} tolerance={0.1}>
      <Layer
        id="geofence-fill"
        source="geofences"
        beforeId="fences-end"
        type="fill"
        filter={['==', ['get', 'kind'], 'area']}
        paint={{ 'fill-color': palette.fence, 'fill-opacity': 0.08 }}
      />
      <Layer
        id="geofence-corridor"
        source="geofences"
        beforeId="fences-end"
        type="line"
        filter={['==', ['get', 'kind'], 'corridor']}
        layout={{ 'line-cap': 'round', 'line-join': 'round' }}
        paint={{
          'line-color': palette.fence,
          'line-opacity': 0.14,
          'line-width': [
            'interpolate',
            ['exponential', 2],
            ['zoom'],
            0,
            ['get', 'widthPx'],
            22,
            ['*', ['get', 'widthPx'], 2 ** 22],
          ],
        }}
      />
      <Layer
        id="geofence-line"
        source="geofences"
        beforeId="fences-end"
        type="line"
        layout={{ 'line-join': 'round' }}
        paint={{ 'line-color': palette.fence, 'line-width': 2, 'line-opacity': 0.9 }}
      />
      <Layer
        id="geofence-name"
        source="geofences"
        beforeId="labels-end"
        type="symbol"
        minzoom={13}
        layout={{
          'symbol-placement': 'line',
          'symbol-spacing': 900,
          'text-field': ['get', 'name'],
          'text-font': ['system-ui', 'sans-serif'],
          'text-size': 12,
          'text-offset': [0, -0.85],
          'text-keep-upright': true,
          'text-padding': 20,
        }}
        paint={{ 'text-color': palette.fence, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 }}
      />
    </Source>
  );
};
