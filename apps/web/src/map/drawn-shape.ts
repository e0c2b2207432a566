import type { GeofenceShape } from '@muster/contracts';
import type { Feature, Polygon } from 'geojson';
import { circleRing, distanceMeters, type LngLat, lngLat } from './geometry.ts';

/** Between a geofence and the feature that the drawing library edits. */

/** The library refuses coordinates with more decimals. */
const decimals = 9;
const rounded = ([lng, lat]: LngLat): LngLat => [Number(lng.toFixed(decimals)), Number(lat.toFixed(decimals))];

/** A corridor cannot be drawn here and gives null. */
export const featureOfShape = (shape: GeofenceShape) => {
  if (shape.kind === 'corridor') return null;
  const outline =
    shape.kind === 'circle' ? circleRing(lngLat(shape.center), shape.radiusMeters, 64) : (shape.rings[0] as LngLat[]);
  return {
    type: 'Feature' as const,
    properties: {
      mode: shape.kind,
      ...(shape.kind === 'circle' ? { radiusKilometers: shape.radiusMeters / 1000 } : {}),
    },
    geometry: { type: 'Polygon' as const, coordinates: [outline.map(rounded)] },
  };
};

/** Reads what was drawn. A circle is its center and mean radius, whatever the number of its corners. */
export const shapeOfFeature = (feature: Pick<Feature<Polygon>, 'geometry' | 'properties'>): GeofenceShape | null => {
  const ring = (feature.geometry.coordinates[0] ?? []) as LngLat[];
  if (ring.length < 4) return null;
  if (feature.properties?.mode !== 'circle') return { kind: 'polygon', rings: [ring.map((point) => [...point])] };
  const corners = ring.slice(0, -1);
  const mean = (of: 0 | 1) => corners.reduce((sum, corner) => sum + corner[of], 0) / corners.length;
  const center: LngLat = [mean(0), mean(1)];
  const radius = corners.reduce((sum, corner) => sum + distanceMeters(center, corner), 0) / corners.length;
  return {
    kind: 'circle',
    center: { longitude: center[0], latitude: center[1] },
    radiusMeters: Math.max(5, Math.round(radius)),
  };
};
