/** A place on the WGS84 ellipsoid, in degrees. */
export type Position = { readonly latitude: number; readonly longitude: number };

/** GeoJSON order: longitude first. */
export type LongitudeLatitude = readonly [longitude: number, latitude: number];

/** A point of a local plane: meters east and north of the plane's origin. */
export type PlanePoint = readonly [eastMeters: number, northMeters: number];

/** Where a place lies on a plane that touches the earth at the plane's origin. */
export type Plane = (position: Position) => PlanePoint;

const equatorialRadiusMeters = 6_378_137;
const flattening = 1 / 298.257223563;
const eccentricitySquared = flattening * (2 - flattening);
const degrees = Math.PI / 180;

type Vector = { x: number; y: number; z: number };

/** Earth-centered coordinates (meters) of a place at height 0. */
function toVector({ latitude, longitude }: Position): Vector {
  const sine = Math.sin(latitude * degrees);
  const cosine = Math.cos(latitude * degrees);
  const normalRadius = equatorialRadiusMeters / Math.sqrt(1 - eccentricitySquared * sine * sine);
  return {
    x: normalRadius * cosine * Math.cos(longitude * degrees),
    y: normalRadius * cosine * Math.sin(longitude * degrees),
    z: normalRadius * (1 - eccentricitySquared) * sine,
  };
}

/**
 * A plane around `origin` on which distances and directions from the origin are true (azimuthal equidistant).
 *
 * It works through earth-centered coordinates, so poles and the antimeridian are places like any other and a longitude
 * of 181 is the same as -179. The chord to a place is turned into an arc with the earth's radius of curvature in that
 * direction (Euler's formula). Distances from the origin are within 0.5 % of the geodesic on half the globe and within
 * a millimeter at the size of a campus; lengths across the plane stretch by 0.1 % at 500 km from the origin.
 */
export function planeAround(origin: Position): Plane {
  const center = toVector(origin);
  const sinLatitude = Math.sin(origin.latitude * degrees);
  const cosLatitude = Math.cos(origin.latitude * degrees);
  const sinLongitude = Math.sin(origin.longitude * degrees);
  const cosLongitude = Math.cos(origin.longitude * degrees);
  const bulge = 1 - eccentricitySquared * sinLatitude * sinLatitude;
  const normalRadius = equatorialRadiusMeters / Math.sqrt(bulge);
  const meridianRadius = (normalRadius * (1 - eccentricitySquared)) / bulge;

  return (position) => {
    const place = toVector(position);
    const x = place.x - center.x;
    const y = place.y - center.y;
    const z = place.z - center.z;
    const east = -sinLongitude * x + cosLongitude * y;
    const north = -sinLatitude * (cosLongitude * x + sinLongitude * y) + cosLatitude * z;
    const chordMeters = Math.hypot(x, y, z);
    const across = Math.hypot(east, north);
    if (across === 0) {
      // The origin itself, or its antipode, where every direction is as good as another.
      return [chordMeters > 1 ? Math.PI * normalRadius : 0, 0];
    }
    const toEast = east / across;
    const toNorth = north / across;
    const radius = 1 / ((toNorth * toNorth) / meridianRadius + (toEast * toEast) / normalRadius);
    const arcMeters = 2 * radius * Math.asin(Math.min(1, chordMeters / (2 * radius)));
    return [toEast * arcMeters, toNorth * arcMeters];
  };
}

/** Distance over the ground in meters; see `planeAround` for its accuracy. Symmetric within that accuracy. */
export function distanceMeters(from: Position, to: Position): number {
  const [east, north] = planeAround(from)(to);
  return Math.hypot(east, north);
}

/** Distance on a plane from a point to the segment between two others; a segment of no length is a point. */
export function distanceToSegmentMeters(point: PlanePoint, start: PlanePoint, end: PlanePoint): number {
  const alongEast = end[0] - start[0];
  const alongNorth = end[1] - start[1];
  const lengthSquared = alongEast * alongEast + alongNorth * alongNorth;
  const projected = (point[0] - start[0]) * alongEast + (point[1] - start[1]) * alongNorth;
  const share = lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, projected / lengthSquared));
  return Math.hypot(point[0] - (start[0] + share * alongEast), point[1] - (start[1] + share * alongNorth));
}
