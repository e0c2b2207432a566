import { Layer, Source, useMap } from '@vis.gl/react-maplibre';
import { useQuery } from '@tanstack/react-query';
import type { FeatureCollection, MultiPolygon, Polygon } from 'geojson';
import { useEffect, useState } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import countriesUrl from 'world-atlas/countries-110m.json?url';
import { cutPolygon } from './antimeridian.ts';
import type { LngLat } from './geometry.ts';
import type { MapPalette } from './palette.ts';

const loadCountries = async (): Promise<FeatureCollection> => {
  const topology = (await (await fetch(countriesUrl)).json()) as Topology<{ countries: GeometryCollection }>;
  const { features } = feature(topology, topology.objects.countries) as FeatureCollection<Polygon | MultiPolygon>;
  return {
    type: 'FeatureCollection',
    features: features.map(({ geometry }) => {
      const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
      return {
        type: 'Feature',
        properties: {},
        geometry: { type: 'MultiPolygon', coordinates: polygons.flatMap((rings) => cutPolygon(rings as LngLat[][])) },
      };
    }),
  };
};

/** Whether somebody has looked from so far away that countries would be seen. */
const useFarView = (): boolean => {
  const { current: map } = useMap();
  const [isFar, setFar] = useState(false);
  useEffect(() => {
    if (!map || isFar) return undefined;
    const look = () => map.getZoom() < 10 && setFar(true);
    look();
    map.on('zoom', look);
    return () => {
      map.off('zoom', look);
    };
  }, [map, isFar]);
  return isFar;
};

/**
 * The world without any outside service: Natural Earth's countries at 1 : 110 million. Close to a site a coast this
 * coarse would be wrong by kilometers, so ocean and land melt into one ground from zoom 7 on.
 */
export const BaseLayers = ({ palette, tileUrl }: { readonly palette: MapPalette; readonly tileUrl: string | null }) => {
  const isFar = useFarView();
  const { data } = useQuery({
    queryKey: ['map', 'countries'],
    queryFn: loadCountries,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: isFar && !tileUrl,
  });
  return (
    <>
      <Layer
        id="ground"
        beforeId="base-end"
        type="background"
        paint={{ 'background-color': ['interpolate', ['linear'], ['zoom'], 6, palette.ocean, 9, palette.ground] }}
      />
      {data && !tileUrl && (
        <Source id="countries" type="geojson" data={data} tolerance={0.2}>
          <Layer
            id="land"
            source="countries"
            beforeId="base-end"
            type="fill"
            maxzoom={10}
            paint={{
              'fill-color': palette.land,
              'fill-antialias': false,
              'fill-opacity': ['interpolate', ['linear'], ['zoom'], 7, 1, 9, 0],
            }}
          />
          <Layer
            id="borders"
            source="countries"
            beforeId="base-end"
            type="line"
            maxzoom={10}
            paint={{
              'line-color': palette.border,
              'line-width': 1,
              'line-opacity': ['interpolate', ['linear'], ['zoom'], 7, 1, 9, 0],
            }}
          />
        </Source>
      )}
      {tileUrl && (
        <Source id="tiles" type="raster" tiles={[tileUrl]} tileSize={256} maxzoom={19}>
          <Layer
            id="tiles"
            source="tiles"
            beforeId="base-end"
            type="raster"
            paint={{ 'raster-saturation': -0.35, 'raster-opacity': 0.9 }}
          />
        </Source>
      )}
    </>
  );
};
