import type { SitePlan } from '@muster/contracts';
import type { ExpressionSpecification, FilterSpecification } from 'maplibre-gl';
import { Layer, Source } from '@vis.gl/react-maplibre';
import type { MapPalette } from './palette.ts';

const ofKind = (...kinds: string[]): ExpressionSpecification => ['in', ['get', 'kind'], ['literal', kinds]];
const ofKindAnd = (geometry: string, kinds: string[]): FilterSpecification => [
  'all',
  ofKind(...kinds),
  ['==', ['geometry-type'], geometry],
];
const areaOf = (...kinds: string[]): FilterSpecification => ofKindAnd('Polygon', kinds);
const lineOf = (...kinds: string[]): FilterSpecification => ofKindAnd('LineString', kinds);

/** A width that keeps its size on the ground: it doubles with each zoom level. */
const groundWidth = (pixelsAt18: number): ExpressionSpecification => [
  'interpolate',
  ['exponential', 2],
  ['zoom'],
  14,
  pixelsAt18 / 16,
  22,
  pixelsAt18 * 16,
];
const fade = (from: number, to: number): ExpressionSpecification => [
  'interpolate',
  ['linear'],
  ['zoom'],
  from,
  0,
  to,
  1,
];

/** Fonts are drawn by the browser: no glyph server, no font files. */
const font = ['system-ui', 'sans-serif'];

const Areas = ({ palette }: { readonly palette: MapPalette }) => (
  <>
    <Layer
      id="plan-lawn"
      source="plan"
      beforeId="plan-end"
      type="fill"
      filter={areaOf('lawn')}
      paint={{ 'fill-color': palette.lawn }}
    />
    <Layer
      id="plan-parking"
      source="plan"
      beforeId="plan-end"
      type="fill"
      filter={areaOf('parking')}
      paint={{ 'fill-color': palette.parking }}
    />
    <Layer
      id="plan-parking-line"
      source="plan"
      beforeId="plan-end"
      type="line"
      filter={ofKind('parking')}
      paint={{ 'line-color': palette.parkingLine, 'line-width': 1.2 }}
    />
    <Layer
      id="plan-sports"
      source="plan"
      beforeId="plan-end"
      type="fill"
      filter={areaOf('sports')}
      paint={{ 'fill-color': palette.sports }}
    />
    <Layer
      id="plan-sports-line"
      source="plan"
      beforeId="plan-end"
      type="line"
      filter={ofKind('sports')}
      paint={{ 'line-color': palette.sportsLine, 'line-width': groundWidth(1.6), 'line-opacity': fade(14, 15.5) }}
    />
    <Layer
      id="plan-water"
      source="plan"
      beforeId="plan-end"
      type="fill"
      filter={areaOf('water')}
      paint={{ 'fill-color': palette.water }}
    />
    <Layer
      id="plan-water-line"
      source="plan"
      beforeId="plan-end"
      type="line"
      filter={ofKind('water')}
      paint={{ 'line-color': palette.waterLine, 'line-width': 1.5 }}
    />
  </>
);

const Paths = ({ palette }: { readonly palette: MapPalette }) => (
  <>
    <Layer
      id="plan-path-edge"
      source="plan"
      beforeId="plan-end"
      type="line"
      filter={ofKind('path')}
      layout={{ 'line-cap': 'round', 'line-join': 'round' }}
      paint={{ 'line-color': palette.pathEdge, 'line-width': groundWidth(14), 'line-opacity': fade(14.5, 16) }}
    />
    <Layer
      id="plan-path-area"
      source="plan"
      beforeId="plan-end"
      type="fill"
      filter={areaOf('path')}
      paint={{ 'fill-color': palette.path }}
    />
    <Layer
      id="plan-path"
      source="plan"
      beforeId="plan-end"
      type="line"
      filter={lineOf('path')}
      layout={{ 'line-cap': 'round', 'line-join': 'round' }}
      paint={{ 'line-color': palette.path, 'line-width': groundWidth(11) }}
    />
  </>
);

const Structures = ({ palette }: { readonly palette: MapPalette }) => (
  <>
    <Layer
      id="plan-wall"
      source="plan"
      beforeId="plan-end"
      type="line"
      filter={ofKind('wall')}
      layout={{ 'line-cap': 'square', 'line-join': 'miter' }}
      paint={{ 'line-color': palette.wall, 'line-width': groundWidth(2.4) }}
    />
    <Layer
      id="plan-building-shadow"
      source="plan"
      beforeId="plan-end"
      type="fill"
      filter={areaOf('building')}
      minzoom={15}
      paint={{ 'fill-color': palette.shadow, 'fill-opacity': 0.16, 'fill-translate': [2.5, 3.5] }}
    />
    <Layer
      id="plan-building"
      source="plan"
      beforeId="plan-end"
      type="fill"
      filter={areaOf('building')}
      paint={{ 'fill-color': palette.building }}
    />
    <Layer
      id="plan-building-line"
      source="plan"
      beforeId="plan-end"
      type="line"
      filter={areaOf('building')}
      layout={{ 'line-join': 'miter' }}
      paint={{ 'line-color': palette.buildingLine, 'line-width': 1.4 }}
    />
    <Layer
      id="plan-tree"
      source="plan"
      beforeId="plan-end"
      type="circle"
      filter={ofKind('tree')}
      minzoom={15}
      paint={{
        'circle-color': palette.tree,
        'circle-opacity': 0.82,
        'circle-radius': ['interpolate', ['exponential', 2], ['zoom'], 15, 1, 18, 7.5, 22, 110],
        'circle-stroke-color': palette.treeLine,
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 15, 0.3, 18, 1.2],
        'circle-stroke-opacity': 0.6,
      }}
    />
  </>
);

const Labels = ({ palette }: { readonly palette: MapPalette }) => (
  <>
    <Layer
      id="plan-label-quiet"
      source="plan"
      beforeId="labels-end"
      type="symbol"
      filter={ofKind('lawn', 'water', 'parking', 'sports', 'label')}
      minzoom={16}
      layout={{
        'text-field': ['get', 'name'],
        'text-font': font,
        'text-size': ['interpolate', ['linear'], ['zoom'], 16, 10.5, 19, 13],
        'text-max-width': 8,
        'text-padding': 6,
      }}
      paint={{ 'text-color': palette.quietLabel, 'text-halo-color': palette.halo, 'text-halo-width': 1.1 }}
    />
    <Layer
      id="plan-label"
      source="plan"
      beforeId="labels-end"
      type="symbol"
      filter={ofKind('building')}
      minzoom={15.5}
      layout={{
        'text-field': ['get', 'name'],
        'text-font': font,
        'text-size': ['interpolate', ['linear'], ['zoom'], 15.5, 10.5, 19, 14.5],
        'text-max-width': 8,
        'text-padding': 4,
      }}
      paint={{ 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 }}
    />
  </>
);

const Gates = ({ palette }: { readonly palette: MapPalette }) => (
  <>
    <Layer
      id="plan-gate"
      source="plan"
      beforeId="plan-end"
      type="circle"
      filter={ofKindAnd('Point', ['gate'])}
      paint={{
        'circle-color': palette.surface,
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 14, 2.5, 18, 6.5],
        'circle-stroke-color': palette.fence,
        'circle-stroke-width': 3,
      }}
    />
    <Layer
      id="plan-label-gate"
      source="plan"
      beforeId="labels-end"
      type="symbol"
      filter={ofKind('gate')}
      minzoom={15}
      layout={{
        'text-field': ['get', 'name'],
        'text-font': font,
        'text-size': 12,
        'text-variable-anchor': ['top', 'bottom', 'right', 'left'],
        'text-radial-offset': 0.9,
        'text-padding': 4,
      }}
      paint={{ 'text-color': palette.fence, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 }}
    />
  </>
);

interface PlanLayersProps {
  readonly plan: SitePlan;
  readonly palette: MapPalette;
  /** False where the site's own gates are drawn, which know better. */
  readonly showsGates?: boolean;
}

/** Buildings, paths and names of a site, from its plan. */
export const PlanLayers = ({ plan, palette, showsGates = true }: PlanLayersProps) => (
  <Source id="plan" type="geojson" data={plan} tolerance={0.1} maxzoom={20}>
    <Areas palette={palette} />
    <Paths palette={palette} />
    <Structures palette={palette} />
    {showsGates && <Gates palette={palette} />}
    <Labels palette={palette} />
  </Source>
);
