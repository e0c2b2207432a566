import type { GeofenceShape } from '@muster/contracts';
import { boundsOf, distanceMeters, extentOf, type LngLat, ringAreaSquareMeters } from '../../../map/geometry.ts';

export interface Measures {
  /** The longer side of the box around it. */
  readonly acrossMeters: number;
  /** The shorter side; what decides whether a phone can ever be surely inside. */
  readonly narrowestMeters: number;
  readonly areaSquareMeters: number;
}

const lengthOf = (line: readonly LngLat[]): number =>
  line.reduce((sum, point, index) => {
    const before = line[index - 1];
    return before ? sum + distanceMeters(before, point) : sum;
  }, 0);

/** How large a geofence is, for the words beside it. */
export const measuresOf = (shape: GeofenceShape): Measures => {
  if (shape.kind === 'circle') {
    const across = 2 * shape.radiusMeters;
    return { acrossMeters: across, narrowestMeters: across, areaSquareMeters: Math.PI * shape.radiusMeters ** 2 };
  }
  if (shape.kind === 'corridor') {
    const length = lengthOf(shape.line);
    return {
      acrossMeters: length,
      narrowestMeters: shape.widthMeters,
      areaSquareMeters: length * shape.widthMeters,
    };
  }
  const [outline = [], ...holes] = shape.rings;
  const bounds = boundsOf(extentOf(shape));
  const [west, south, east, north] = bounds ?? [0, 0, 0, 0];
  const middle = (south + north) / 2;
  const width = distanceMeters([west, middle], [east, middle]);
  const height = distanceMeters([west, south], [west, north]);
  const area = holes.reduce((rest, hole) => rest - ringAreaSquareMeters(hole), ringAreaSquareMeters(outline));
  return {
    acrossMeters: Math.max(width, height),
    narrowestMeters: Math.min(width, height),
    areaSquareMeters: Math.max(0, area),
  };
};

/** The accuracy that a phone in a building has on an ordinary day. */
export const ordinaryAccuracyMeters = 30;
