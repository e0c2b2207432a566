/** Mean radius of the earth (IUGG), in meters. */
const earthRadiusMeters = 6_371_008.8;

export interface Coordinates {
  /** WGS84 degrees. */
  latitude: number;
  longitude: number;
}

/**
 * Great-circle distance in meters by the haversine formula, exact to about 0.5 % at any distance: travel may cross a
 * continent or the antimeridian, where flat approximations fail.
 */
export function distanceMeters(a: Coordinates, b: Coordinates): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const halfLatitude = Math.sin(radians(b.latitude - a.latitude) / 2);
  const halfLongitude = Math.sin(radians(b.longitude - a.longitude) / 2);
  const h = halfLatitude ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * halfLongitude ** 2;
  return 2 * earthRadiusMeters * Math.asin(Math.min(1, Math.sqrt(h)));
}
