import type { Coordinates, GeofenceShape } from '@muster/contracts';

/** Longitude and latitude in degrees, in the order of GeoJSON. */
export type LngLat = [number, number];

const earthRadiusMeters = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;

export const lngLat = ({ longitude, latitude }: Coordinates): LngLat => [longitude, latitude];

/** Great-circle distance (haversine). */
export const distanceMeters = ([lng1, lat1]: LngLat, [lng2, lat2]: LngLat): number => {
  const half =
    Math.sin(radians(lat2 - lat1) / 2) ** 2 +
    Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lng2 - lng1) / 2) ** 2;
  return 2 * earthRadiusMeters * Math.asin(Math.min(1, Math.sqrt(half)));
};

/** The point at a distance and bearing on the sphere. */
export const destination = ([lng, lat]: LngLat, meters: number, bearingDegrees: number): LngLat => {
  const angle = meters / earthRadiusMeters;
  const bearing = radians(bearingDegrees);
  const toLat = Math.asin(
    Math.sin(radians(lat)) * Math.cos(angle) + Math.cos(radians(lat)) * Math.sin(angle) * Math.cos(bearing),
  );
  const toLng =
    radians(lng) +
    Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(radians(lat)),
      Math.cos(angle) - Math.sin(radians(lat)) * Math.sin(toLat),
    );
  return [((degrees(toLng) + 540) % 360) - 180, degrees(toLat)];
};

/** A circle as a closed ring, counter-clockwise as GeoJSON asks of outlines. */
export const circleRing = (center: LngLat, radiusMeters: number, steps = 72): LngLat[] => {
  const ring = Array.from({ length: steps }, (_, step) => destination(center, radiusMeters, (-360 * step) / steps));
  return [...ring, ring[0] ?? center];
};

/** The area of a ring on the sphere, in square meters, without a sign (Chamberlain and Duquette 2007). */
export const ringAreaSquareMeters = (ring: readonly LngLat[]): number => {
  let sum = 0;
  for (let at = 0; at < ring.length; at += 1) {
    const [lng1, lat1] = ring[at] ?? [0, 0];
    const [lng2, lat2] = ring[(at + 1) % ring.length] ?? [0, 0];
    sum += radians(lng2 - lng1) * (2 + Math.sin(radians(lat1)) + Math.sin(radians(lat2)));
  }
  return Math.abs((sum * earthRadiusMeters ** 2) / 2);
};

/** West, south, east, north. */
export type Bounds = [number, number, number, number];

export const boundsOf = (points: readonly LngLat[]): Bounds | null => {
  if (points.length === 0) return null;
  let [west, south, east, north]: Bounds = [180, 90, -180, -90];
  for (const [lng, lat] of points) {
    west = Math.min(west, lng);
    south = Math.min(south, lat);
    east = Math.max(east, lng);
    north = Math.max(north, lat);
  }
  return [west, south, east, north];
};

/** The points that tell how far a geofence reaches. */
export const extentOf = (shape: GeofenceShape): LngLat[] => {
  if (shape.kind === 'circle') return circleRing(lngLat(shape.center), shape.radiusMeters, 4);
  if (shape.kind === 'polygon') return (shape.rings[0] ?? []) as LngLat[];
  return shape.line as LngLat[];
};

/** Web Mercator as fractions of the world, 0 to 1 from the north-west. */
export const toWorld = ([lng, lat]: LngLat): [number, number] => {
  const sine = Math.sin(radians(Math.max(-85.05, Math.min(85.05, lat))));
  return [lng / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
};

/** How many meters one world (Web Mercator, 0 to 1) measures at a latitude. */
export const metersPerWorld = (latitude: number): number =>
  2 * Math.PI * earthRadiusMeters * Math.cos(radians(latitude));
