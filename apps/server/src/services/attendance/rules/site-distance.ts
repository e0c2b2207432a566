import type { Coordinates, GeofenceShape } from '@muster/contracts';
import CheapRuler from 'cheap-ruler';
import pointInPolygon from 'point-in-polygon-hao';

type LongitudeLatitude = readonly [longitude: number, latitude: number];
type PlanePoint = [eastMeters: number, northMeters: number];

/**
 * Meters from the edge of the nearest geofence: negative inside any of them, null when there is none.
 *
 * Everything is laid on a plane around the position (cheap-ruler's local projection of WGS84): within 0.1 % at the size
 * of a city, and coarser where the site is so far away that the figure only needs to be large. Rings are as in
 * GeoJSON; the first is the outline, the others are holes.
 */
export function distanceToSiteMeters(shapes: readonly GeofenceShape[], position: Coordinates): number | null {
  const distances = shapes.map((shape) => distanceToShapeMeters(shape, position));
  return distances.length === 0 ? null : Math.min(...distances);
}

function distanceToShapeMeters(shape: GeofenceShape, position: Coordinates): number {
  switch (shape.kind) {
    case 'circle': {
      const [center] = onPlane([[shape.center.longitude, shape.center.latitude]], position);
      return (center === undefined ? Number.POSITIVE_INFINITY : Math.hypot(...center)) - shape.radiusMeters;
    }
    case 'corridor':
      return distanceToLineMeters(onPlane(shape.line, position)) - shape.widthMeters / 2;
    case 'polygon': {
      const rings = shape.rings.map((ring) => closed(onPlane(ring, position)));
      const edgeMeters = Math.min(...rings.map(distanceToLineMeters));
      // Even-odd over all rings: a hole is a hole whichever way round it is drawn.
      return pointInPolygon([0, 0], rings) === false ? edgeMeters : 0 - edgeMeters;
    }
  }
}

/** The points in meters east and north of `origin`; neighbors stay neighbors across the antimeridian. */
function onPlane(points: readonly LongitudeLatitude[], origin: Coordinates): PlanePoint[] {
  const ruler = new CheapRuler(origin.latitude, 'meters');
  let longitude = origin.longitude;
  return points.map((point) => {
    longitude += halfTurn(point[0] - longitude);
    return [(longitude - origin.longitude) * ruler.kx, (point[1] - origin.latitude) * ruler.ky];
  });
}

/** The same turn the short way round: -180 to 180 degrees. */
function halfTurn(degrees: number): number {
  return degrees - 360 * Math.round(degrees / 360);
}

/** From the origin of the plane. */
function distanceToLineMeters(line: readonly PlanePoint[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  let start = line[0];
  for (const end of line) {
    nearest = Math.min(nearest, distanceToSegmentMeters(start ?? end, end));
    start = end;
  }
  return nearest;
}

function distanceToSegmentMeters(start: PlanePoint, end: PlanePoint): number {
  const east = end[0] - start[0];
  const north = end[1] - start[1];
  const lengthSquared = east * east + north * north;
  const along = lengthSquared === 0 ? 0 : -(start[0] * east + start[1] * north) / lengthSquared;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(start[0] + share * east, start[1] + share * north);
}

function closed(ring: PlanePoint[]): PlanePoint[] {
  const first = ring[0];
  const last = ring.at(-1);
  const isClosed = first === undefined || last === undefined || (first[0] === last[0] && first[1] === last[1]);
  return isClosed ? ring : [...ring, first];
}
