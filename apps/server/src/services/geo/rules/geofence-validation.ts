import Flatbush from 'flatbush';
import pointInPolygon from 'point-in-polygon-hao';
import { type LongitudeLatitude, type PlanePoint, planeAround } from './geodesy.ts';
import { closed, type Geofence, toPosition } from './geofence.ts';

const maxVertices = 10_000;
const maxExtentMeters = 500_000;
const minAreaSquareMeters = 10;

/**
 * Why a geofence cannot be used, in sentences for the person who drew it; empty when it can be.
 * Reasons that make later checks meaningless (coordinates that are no place on earth) come alone.
 */
export function validateGeofence(fence: Geofence): string[] {
  switch (fence.kind) {
    case 'circle':
      return [
        ...placeReasons('The center', [fence.center.longitude, fence.center.latitude]),
        ...rangeReasons('The radius', fence.radiusMeters, 5, 100_000),
      ];
    case 'polygon':
      return polygonReasons(fence.rings);
    case 'corridor':
      return corridorReasons(fence.line, fence.widthMeters);
  }
}

function polygonReasons(rings: readonly (readonly LongitudeLatitude[])[]): string[] {
  const vertices = rings.reduce((sum, ring) => sum + ring.length, 0);
  if (vertices > maxVertices) {
    return [`The area has ${vertices} points; ${maxVertices} are the most that can be used.`];
  }
  const misplaced = rings.flatMap((ring, index) => placesReasons(ringName(index), ring));
  if (misplaced.length > 0) {
    return misplaced.slice(0, 5);
  }
  const first = rings[0]?.[0];
  if (first === undefined) {
    return ['The area has no points; draw at least three.'];
  }
  const plane = planeAround(toPosition(first));
  const contours = rings.map((ring) => closed(ring.map((point) => [...plane(toPosition(point))])));
  const reasons = contours.flatMap((contour, index) => ringReasons(ringName(index), contour));
  return reasons.length > 0
    ? reasons
    : [...extentReasons(contours), ...crossingReasons(contours), ...holeReasons(contours)];
}

function corridorReasons(line: readonly LongitudeLatitude[], widthMeters: number): string[] {
  if (line.length > maxVertices) {
    return [`The line has ${line.length} points; ${maxVertices} are the most that can be used.`];
  }
  const misplaced = placesReasons('the line', line);
  const first = line[0];
  if (misplaced.length > 0 || first === undefined) {
    return first === undefined ? ['The line has no points; draw at least two.'] : misplaced.slice(0, 5);
  }
  const plane = planeAround(toPosition(first));
  const points = line.map((point): [number, number] => [...plane(toPosition(point))]);
  return [
    ...(distinct(points) < 2 ? ['The line needs at least two different points.'] : []),
    ...rangeReasons('The width', widthMeters, 2, 10_000),
    ...extentReasons([points]),
  ];
}

function ringName(index: number): string {
  return index === 0 ? 'the outline' : `hole ${index}`;
}

function placesReasons(name: string, points: readonly LongitudeLatitude[]): string[] {
  return points.flatMap((point, index) => placeReasons(`Point ${index + 1} of ${name}`, point));
}

/** Longitudes up to 360 are understood, because editors unwrap shapes that cross the antimeridian. */
function placeReasons(name: string, [longitude, latitude]: LongitudeLatitude): string[] {
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) {
    return [`${name} is not a place: its coordinates are not numbers.`];
  }
  if (Math.abs(latitude) > 90) {
    return [`${name} has the latitude ${latitude}; latitudes run from -90 to 90. Are the two coordinates swapped?`];
  }
  return Math.abs(longitude) > 360 ? [`${name} has the longitude ${longitude}; longitudes run from -180 to 180.`] : [];
}

function rangeReasons(name: string, meters: number, minMeters: number, maxMeters: number): string[] {
  return meters >= minMeters && meters <= maxMeters
    ? []
    : [`${name} is ${meters} m; it must be between ${minMeters} m and ${maxMeters} m.`];
}

function ringReasons(name: string, contour: readonly PlanePoint[]): string[] {
  if (distinct(contour) < 3) {
    return [`A shape needs three different points; ${name} has fewer.`];
  }
  return Math.abs(signedArea(contour)) < minAreaSquareMeters
    ? [`There is no area within ${name}: its points lie on a line, or it crosses itself.`]
    : [];
}

function distinct(points: readonly PlanePoint[]): number {
  return new Set(points.map(([east, north]) => `${east.toFixed(3)} ${north.toFixed(3)}`)).size;
}

/** The shoelace formula; the ring must repeat its first point. */
function signedArea(contour: readonly PlanePoint[]): number {
  let twice = 0;
  let before = contour[0];
  for (const point of contour) {
    if (before !== undefined) {
      twice += before[0] * point[1] - point[0] * before[1];
    }
    before = point;
  }
  return twice / 2;
}

function extentReasons(lines: readonly (readonly PlanePoint[])[]): string[] {
  const farthest = lines.flat().reduce((most, [east, north]) => Math.max(most, Math.hypot(east, north)), 0);
  return farthest > maxExtentMeters
    ? [`The area reaches ${Math.round(farthest / 1000)} km; a site may reach ${maxExtentMeters / 1000} km.`]
    : [];
}

type Edge = { start: PlanePoint; end: PlanePoint; ring: number; number: number };

/** Edges that cross, in one ring or between two. Rings may touch in single points: that leaves no doubt of the side. */
function crossingReasons(contours: readonly (readonly PlanePoint[])[]): string[] {
  const edges: Edge[] = contours.flatMap((contour, ring) =>
    contour.slice(1).map((end, index) => ({ start: contour[index] ?? end, end, ring, number: index + 1 })),
  );
  const index = new Flatbush(edges.length);
  for (const { start, end } of edges) {
    index.add(
      Math.min(start[0], end[0]),
      Math.min(start[1], end[1]),
      Math.max(start[0], end[0]),
      Math.max(start[1], end[1]),
    );
  }
  index.finish();
  for (const [position, edge] of edges.entries()) {
    const { start, end } = edge;
    const crossed = index
      .search(
        Math.min(start[0], end[0]),
        Math.min(start[1], end[1]),
        Math.max(start[0], end[0]),
        Math.max(start[1], end[1]),
        (other) => other > position && cross(edge, edges[other] ?? edge),
      )
      .map((other) => edges[other])
      .find((other) => other !== undefined);
    if (crossed !== undefined) {
      return [
        edge.ring === crossed.ring
          ? `Edges ${edge.number} and ${crossed.number} of ${ringName(edge.ring)} cross each other.`
          : `Edge ${edge.number} of ${ringName(edge.ring)} crosses edge ${crossed.number} of ${ringName(crossed.ring)}.`,
      ];
    }
  }
  return [];
}

/** Whether two edges run through each other; touching, or sharing an end, is not crossing. */
function cross(one: Edge, other: Edge): boolean {
  const side = (edge: Edge, point: PlanePoint) =>
    Math.sign(
      (edge.end[0] - edge.start[0]) * (point[1] - edge.start[1]) -
        (edge.end[1] - edge.start[1]) * (point[0] - edge.start[0]),
    );
  const shared = [one.start, one.end].some((point) => samePoint(point, other.start) || samePoint(point, other.end));
  return (
    !shared && side(one, other.start) * side(one, other.end) < 0 && side(other, one.start) * side(other, one.end) < 0
  );
}

function samePoint(one: PlanePoint, other: PlanePoint): boolean {
  return Math.hypot(one[0] - other[0], one[1] - other[1]) < 0.001;
}

function holeReasons(contours: readonly [number, number][][]): string[] {
  const [outline, ...holes] = contours;
  return holes.flatMap((hole, index) =>
    outline !== undefined && hole.some((point) => pointInPolygon(point, [outline]) === false)
      ? [`${ringName(index + 1).replace('h', 'H')} lies outside the outline.`]
      : [],
  );
}
