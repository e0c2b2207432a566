import pointInPolygon from 'point-in-polygon-hao';
import {
  distanceToSegmentMeters,
  type LongitudeLatitude,
  type PlanePoint,
  planeAround,
  type Position,
} from './geodesy.ts';

/**
 * The area of a site, or a part of it. Rings are as in GeoJSON, longitude first; which way round they run, whether
 * the last point repeats the first, and whether longitudes past the antimeridian read 181 or -179, does not matter.
 */
export type Geofence =
  | { readonly kind: 'circle'; readonly center: Position; readonly radiusMeters: number }
  | { readonly kind: 'polygon'; readonly rings: readonly (readonly LongitudeLatitude[])[] }
  | { readonly kind: 'corridor'; readonly line: readonly LongitudeLatitude[]; readonly widthMeters: number };

/** What can be said of a fix with certainty: its whole accuracy circle lies inside, or outside, or neither. */
export type Zone = 'inside' | 'outside' | 'uncertain';

/** What a phone is taken to mean when it gives no accuracy. */
export const defaultAccuracyMeters = 50;

/** Neighboring fences drawn by hand rarely meet exactly; a gap this wide between them counts as closed. */
const seamMeters = 1;

type Measure = (position: Position) => number;

/** Fences are measured many times and never changed, so each is projected once. */
const measures = new WeakMap<Geofence, Measure>();

/** Meters from the edge of a geofence: negative inside, positive outside, 0 on the edge. */
export function distanceToGeofenceMeters(fence: Geofence, position: Position): number {
  let measure = measures.get(fence);
  if (measure === undefined) {
    measure = measureOf(fence);
    measures.set(fence, measure);
  }
  return measure(position);
}

/**
 * Meters from the edge of a site with several geofences: negative inside any of them. Null where a site has none.
 * Inside, it is the depth in the deepest one, which is less than the depth in the whole where fences join.
 */
export function distanceToSiteMeters(fences: readonly Geofence[], position: Position): number | null {
  return fences.length === 0 ? null : Math.min(...fences.map((fence) => distanceToGeofenceMeters(fence, position)));
}

/** A fix as far as its zone is concerned. */
export type LocatedFix = Position & { readonly accuracyMeters: number | null };

/** Inside, outside or uncertain, by the accuracy circle. Without a geofence nothing can be said: uncertain. */
export function classify(fences: readonly Geofence[], fix: LocatedFix): Zone {
  const distance = distanceToSiteMeters(fences, fix);
  const accuracyMeters = fix.accuracyMeters ?? defaultAccuracyMeters;
  if (distance === null) {
    return 'uncertain';
  }
  if (distance - accuracyMeters > 0) {
    return 'outside';
  }
  if (distance + accuracyMeters <= 0) {
    return 'inside';
  }
  return fences.length > 1 && distance <= seamMeters && circleIsCovered(fences, fix, accuracyMeters)
    ? 'inside'
    : 'uncertain';
}

/** Whether joined fences cover the accuracy circle although none does alone: probed at its rim and halfway to it. */
function circleIsCovered(fences: readonly Geofence[], center: Position, radiusMeters: number): boolean {
  const probes = 24;
  const metersPerDegree = 111_000;
  const shrink = Math.cos((center.latitude * Math.PI) / 180);
  if (shrink * metersPerDegree < radiusMeters) {
    return false; // so close to a pole that east and west are not directions any more
  }
  for (const share of [0.5, 1]) {
    for (let index = 0; index < probes; index += 1) {
      const angle = (2 * Math.PI * index) / probes;
      const latitude = center.latitude + (share * radiusMeters * Math.cos(angle)) / metersPerDegree;
      const longitude = center.longitude + (share * radiusMeters * Math.sin(angle)) / (metersPerDegree * shrink);
      if ((distanceToSiteMeters(fences, { latitude, longitude }) ?? 0) > seamMeters) {
        return false;
      }
    }
  }
  return true;
}

function measureOf(fence: Geofence): Measure {
  switch (fence.kind) {
    case 'circle': {
      const plane = planeAround(fence.center);
      return (position) => Math.hypot(...plane(position)) - fence.radiusMeters;
    }
    case 'polygon':
      return polygonMeasure(fence.rings);
    case 'corridor': {
      const [first] = fence.line;
      if (first === undefined) {
        return () => Number.POSITIVE_INFINITY;
      }
      const plane = planeAround(toPosition(first));
      const line = fence.line.map((point) => plane(toPosition(point)));
      return (position) => distanceToLineMeters(plane(position), line) - fence.widthMeters / 2;
    }
  }
}

function polygonMeasure(rings: readonly (readonly LongitudeLatitude[])[]): Measure {
  const first = rings[0]?.[0];
  if (first === undefined) {
    return () => Number.POSITIVE_INFINITY;
  }
  const plane = planeAround(toPosition(first));
  const contours = rings
    .filter((ring) => ring.length > 0)
    .map((ring) => closed(ring.map((point) => [...plane(toPosition(point))])));
  return (position) => {
    const point = plane(position);
    const edgeMeters = Math.min(...contours.map((contour) => distanceToLineMeters(point, contour)));
    // Even-odd over all rings: a hole is a hole whichever way it is drawn.
    const side = pointInPolygon([...point], contours);
    return side === false ? edgeMeters : 0 - edgeMeters;
  };
}

function distanceToLineMeters(point: PlanePoint, line: readonly PlanePoint[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  let start = line[0];
  for (const end of line) {
    nearest = Math.min(nearest, distanceToSegmentMeters(point, start ?? end, end));
    start = end;
  }
  return nearest;
}

/** The ring with its first point repeated at the end, if it is not already. */
export function closed(ring: [number, number][]): [number, number][] {
  const first = ring[0];
  const last = ring.at(-1);
  if (first === undefined || last === undefined || (first[0] === last[0] && first[1] === last[1])) {
    return ring;
  }
  return [...ring, first];
}

export function toPosition([longitude, latitude]: LongitudeLatitude): Position {
  return { latitude, longitude };
}
