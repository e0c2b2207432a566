import type { GeofenceShape } from '@muster/contracts';
import Flatbush from 'flatbush';
import pointInPolygon from 'point-in-polygon-hao';

/** Of one geofence, over all its rings: far more than anybody draws, few enough to check at once. */
export const verticesAtMost = 10_000;
/** Below that, a shape is a slip of the hand. */
const areaAtLeastSquareMeters = 1;

const metersPerDegree = 111_195;
type Point = readonly [x: number, y: number];

/**
 * What is wrong with a shape, in one sentence for the person who drew it; null when it can be used. Rings are closed
 * polygons that neither cross nor touch themselves or each other; holes lie inside the outline. Longitudes may cross
 * the antimeridian; a ring around a pole is refused.
 */
export const findShapeFault = (shape: GeofenceShape): string | null => {
  switch (shape.kind) {
    case 'circle':
      return null;
    case 'corridor':
      return lineFault(shape.line);
    case 'polygon':
      return polygonFault(shape.rings);
  }
};

const lineFault = (line: readonly Point[]): string | null =>
  line.every((point) => isSame(point, line[0] as Point)) ? 'Its line has no length.' : null;

const polygonFault = (given: readonly (readonly Point[])[]): string | null => {
  const vertices = given.reduce((sum, ring) => sum + ring.length, 0);
  if (vertices > verticesAtMost) return `It has ${vertices} points; ${verticesAtMost} are possible.`;
  const rings: Point[][] = [];
  for (const [index, ring] of given.entries()) {
    const fault = ringFault(ring);
    if (fault !== null) return `${ringName(index)} ${fault}`;
    rings.push(withoutRepeats(unwrapped(ring, given[0]?.[0]?.[0] ?? 0)));
  }
  const [outline, ...holes] = rings;
  const crossing = findCrossing(rings);
  if (crossing !== null) return crossingSentence(crossing);
  for (const [index, hole] of holes.entries()) {
    const isInside = pointInPolygon(hole[0] as [number, number], [outline as [number, number][]]);
    if (isInside !== true) return `${ringName(index + 1)} lies outside the outline.`;
  }
  return null;
};

const ringFault = (ring: readonly Point[]): string | null => {
  const [first, last] = [ring[0], ring.at(-1)];
  if (first === undefined || last === undefined || !isSame(first, last)) {
    return 'is not closed: its last point must repeat the first.';
  }
  if (new Set(ring.map(([x, y]) => `${x} ${y}`)).size < 3) return 'has fewer than three different points.';
  const points = unwrapped(ring, first[0]);
  if (Math.abs((points.at(-1) as Point)[0] - (points[0] as Point)[0]) > 180) return 'goes around a pole.';
  return areaSquareMeters(points) < areaAtLeastSquareMeters ? 'has no area.' : null;
};

const ringName = (index: number): string => (index === 0 ? 'The outline' : `Hole ${index}`);

const crossingSentence = ({ ring, other, at: [longitude, latitude] }: Crossing): string => {
  const where = `near ${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return ring === other
    ? `${ringName(ring)} crosses or touches itself ${where}.`
    : `${ringName(ring)} and ${ringName(other).toLowerCase()} cross or touch ${where}.`;
};

/** Longitudes without the jump at the antimeridian: each the nearest to the one before. */
const unwrapped = (ring: readonly Point[], startLongitude: number): Point[] => {
  let before = startLongitude;
  return ring.map(([x, y]) => {
    before = x + 360 * Math.round((before - x) / 360);
    return [before, y];
  });
};

/** Repeating a point in place changes nothing about the shape. */
const withoutRepeats = (ring: readonly Point[]): Point[] =>
  ring.filter((point, index) => index === 0 || !isSame(point, ring[index - 1] as Point));

/** By the shoelace formula on a plane that touches the earth at the first point: plenty for "has it any area at all". */
const areaSquareMeters = (ring: readonly Point[]): number => {
  const [originX, originY] = ring[0] as Point;
  const shrink = Math.cos((originY * Math.PI) / 180);
  let doubled = 0;
  for (let index = 1; index < ring.length; index += 1) {
    const [ax, ay] = ring[index - 1] as Point;
    const [bx, by] = ring[index] as Point;
    doubled += (ax - originX) * (by - originY) - (bx - originX) * (ay - originY);
  }
  return (Math.abs(doubled) / 2) * metersPerDegree * metersPerDegree * shrink;
};

interface Segment {
  readonly ring: number;
  readonly index: number;
  /** How many segments the ring has. */
  readonly count: number;
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
}

interface Crossing {
  readonly ring: number;
  readonly other: number;
  readonly at: Point;
}

/** The first place where segments that are not neighbors meet, or neighbors run back over each other. */
const findCrossing = (rings: readonly (readonly Point[])[]): Crossing | null => {
  const segments = rings.flatMap((points, ring) =>
    points.slice(1).map(([bx, by], index): Segment => {
      const [ax, ay] = points[index] as Point;
      return { ring, index, count: points.length - 1, ax, ay, bx, by };
    }),
  );
  const tree = new Flatbush(segments.length);
  for (const { ax, ay, bx, by } of segments) {
    tree.add(Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by));
  }
  tree.finish();
  for (const [position, segment] of segments.entries()) {
    const { ring, ax, ay, bx, by } = segment;
    const conflicting = (candidate: number) =>
      candidate > position && conflicts(segment, segments[candidate] as Segment);
    const [found] = tree.search(Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by), conflicting);
    const other = found === undefined ? undefined : segments[found];
    if (other !== undefined) return { ring, other: other.ring, at: [other.ax, other.ay] };
  }
  return null;
};

const conflicts = (a: Segment, b: Segment): boolean => {
  if (a.ring === b.ring) {
    // Neighbors share a point, which is fine; running back over each other is not.
    if (b.index === a.index + 1) return runsBack(a, b);
    if (a.index === 0 && b.index === a.count - 1) return runsBack(b, a);
  }
  return meet(a, b);
};

const runsBack = (before: Segment, after: Segment): boolean =>
  turn(before, after.bx, after.by) === 0 &&
  (before.ax - before.bx) * (after.bx - after.ax) + (before.ay - before.by) * (after.by - after.ay) > 0;

const meet = (a: Segment, b: Segment): boolean => {
  const from = turn(a, b.ax, b.ay);
  const to = turn(a, b.bx, b.by);
  if (from === to && from !== 0) return false;
  const ownFrom = turn(b, a.ax, a.ay);
  const ownTo = turn(b, a.bx, a.by);
  if (from !== to && ownFrom !== ownTo) return true;
  return (
    (from === 0 && isWithin(b.ax, b.ay, a)) ||
    (to === 0 && isWithin(b.bx, b.by, a)) ||
    (ownFrom === 0 && isWithin(a.ax, a.ay, b)) ||
    (ownTo === 0 && isWithin(a.bx, a.by, b))
  );
};

/** On which side of the segment's line a point lies: 1 left, −1 right, 0 on it. */
const turn = ({ ax, ay, bx, by }: Segment, x: number, y: number): number =>
  Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));

const isWithin = (x: number, y: number, { ax, ay, bx, by }: Segment): boolean =>
  x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by);

const isSame = (a: Point, b: Point): boolean => a[0] === b[0] && a[1] === b[1];
