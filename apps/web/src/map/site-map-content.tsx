import type { Coordinates, Gate, SitePlan } from '@muster/contracts';
import { Badge } from '@mantine/core';
import { Layer, Map as ReactMap, Marker, NavigationControl, ScaleControl, Source } from '@vis.gl/react-maplibre';
import type { FeatureCollection } from 'geojson';
import { type ReactNode, useMemo, useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import { BaseLayers } from './base-layers.tsx';
import { mapLib } from './engine.ts';
import type { Fence } from './fence.ts';
import { GeofenceLayers } from './geofence-layers.tsx';
import { boundsOf, extentOf, type LngLat, lngLat } from './geometry.ts';
import { KeepInView } from './keep-in-view.tsx';
import classes from './map.module.css';
import type { MapPalette } from './palette.ts';
import { PeopleLayer } from './people/people-layer.tsx';
import type { PersonOnMap, TrailPoint } from './people/person.ts';
import { PlanLayers } from './plan-layers.tsx';
import { mapPalettes } from './palette.ts';
import { useMapScheme } from './use-map-palette.ts';

export interface SiteMapProps {
  /** Read out as the map's name; the page offers a list beside it, because a map alone cannot be read out. */
  readonly label: string;
  /** Where the map opens when there is no geofence to show. */
  readonly center: Coordinates;
  readonly zoom?: number;
  readonly plan?: SitePlan | null | undefined;
  readonly geofences?: readonly Fence[];
  /** What the map opens around, when that is not the geofences it draws. */
  readonly initialFences?: readonly Fence[];
  readonly gates?: readonly Pick<Gate, 'name' | 'position'>[];
  readonly people?: readonly PersonOnMap[];
  readonly chosenId?: string | null;
  readonly onChoose?: (id: string | null) => void;
  /** Several people at one place who cannot be told apart by zooming in: the page lists them. */
  readonly onChooseMany?: (ids: readonly string[]) => void;
  readonly trail?: readonly TrailPoint[];
  /** Where only presence may be seen: a text such as "37 present" at the site, never a point. */
  readonly presenceText?: string | null;
  /** Raster tiles of the operator, `https://…/{z}/{x}/{y}.png`; without them the map needs no other service. */
  readonly tileUrl?: string | null | undefined;
  readonly height?: number | string;
  readonly children?: ReactNode;
}

const nobody: readonly PersonOnMap[] = [];
const nowhere: readonly TrailPoint[] = [];
/** Invisible marks that keep the order of what comes later, whenever it comes: data, a new plan, a track. */
const marks = ['base-end', 'plan-end', 'fences-end', 'track-end', 'labels-end'];
const emptyStyle = {
  version: 8 as const,
  sources: {},
  layers: marks.map((id) => ({ id, type: 'background' as const, layout: { visibility: 'none' as const } })),
};

const GateLayer = ({
  gates,
  palette,
}: {
  readonly gates: NonNullable<SiteMapProps['gates']>;
  readonly palette: MapPalette;
}) => {
  const data = useMemo<FeatureCollection>(
    () => ({
      type: 'FeatureCollection',
      features: gates.map(({ name, position }) => ({
        type: 'Feature',
        properties: { name },
        geometry: { type: 'Point', coordinates: lngLat(position) },
      })),
    }),
    [gates],
  );
  return (
    <Source id="gates" type="geojson" data={data}>
      <Layer
        id="gates"
        source="gates"
        beforeId="fences-end"
        type="circle"
        paint={{
          'circle-color': palette.surface,
          'circle-radius': 6,
          'circle-stroke-color': palette.fence,
          'circle-stroke-width': 3,
        }}
      />
      <Layer
        id="gates-label"
        source="gates"
        beforeId="labels-end"
        type="symbol"
        minzoom={14.5}
        layout={{
          'text-field': ['get', 'name'],
          'text-font': ['system-ui', 'sans-serif'],
          'text-size': 12,
          'text-variable-anchor': ['top', 'bottom', 'right', 'left'],
          'text-radial-offset': 0.9,
        }}
        paint={{ 'text-color': palette.fence, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 }}
      />
    </Source>
  );
};

const hasWebGl = (): boolean => document.createElement('canvas').getContext('webgl2') !== null;

/** The map itself; pages use `SiteMap` from site-map.tsx, which loads this when it is needed. */
export const SiteMapContent = (props: SiteMapProps) => {
  const { label, center, zoom = 16, plan, geofences, gates, people, chosenId = null, trail, tileUrl = null } = props;
  const t = useText('map');
  const scheme = useMapScheme();
  const palette = mapPalettes[scheme];
  const [canDraw] = useState(hasWebGl);
  const [isReady, setReady] = useState(false);
  const [extent] = useState(() => {
    const around = props.initialFences?.length ? props.initialFences : (geofences ?? []);
    return boundsOf(around.flatMap(({ shape }): LngLat[] => extentOf(shape)));
  });
  const [initial] = useState(() =>
    extent
      ? { bounds: extent, fitBoundsOptions: { padding: 36, maxZoom: 18 } }
      : { longitude: center.longitude, latitude: center.latitude, zoom },
  );
  if (!canDraw) return <div className={classes.unable}>{t('unable')}</div>;
  return (
    <section
      className={classes.map}
      style={{ height: props.height ?? '100%' }}
      aria-label={label}
      data-ready={isReady || undefined}
    >
      <ReactMap
        mapLib={mapLib}
        mapStyle={emptyStyle}
        initialViewState={initial}
        attributionControl={false}
        maxPitch={0}
        pitchWithRotate={false}
        touchPitch={false}
        minZoom={1}
        maxZoom={20.5}
        renderWorldCopies={false}
        onIdle={() => setReady(true)}
      >
        <BaseLayers palette={palette} tileUrl={tileUrl} />
        {plan && <PlanLayers plan={plan} palette={palette} showsGates={!gates} />}
        {geofences && <GeofenceLayers geofences={geofences} palette={palette} />}
        {gates && <GateLayer gates={gates} palette={palette} />}
        {props.children}
        <PeopleLayer
          people={people ?? nobody}
          scheme={scheme}
          chosenId={chosenId}
          trail={trail ?? nowhere}
          onChoose={props.onChoose ?? (() => undefined)}
          onChooseMany={props.onChooseMany ?? (() => undefined)}
        />
        <KeepInView person={people?.find(({ id }) => id === chosenId) ?? null} />
        {props.presenceText && (
          <Marker longitude={center.longitude} latitude={center.latitude}>
            <Badge size="xl" color="petrol.8" variant="filled">
              {props.presenceText}
            </Badge>
          </Marker>
        )}
        <NavigationControl position="top-right" showCompass={false} />
        <ScaleControl position="bottom-left" maxWidth={90} />
      </ReactMap>
      <div className={classes.attribution}>{tileUrl ? t('attribution-tiles') : t('attribution')}</div>
    </section>
  );
};
