import CheapRuler from 'cheap-ruler';
import { planeAround, type Position } from '../../services/geo/rules/geodesy.ts';

/** One point of a recorded track; null where the recording does not say. */
export type TrackPoint = Position & {
  readonly atMs: number;
  readonly accuracyMeters: number | null;
  readonly altitudeMeters: number | null;
  readonly speedMetersPerSecond: number | null;
  readonly headingDegrees: number | null;
};

/** A track file that cannot be used, and why, in a sentence for the person who gave it. */
export class TrackError extends Error {
  override readonly name = 'TrackError';
}

/**
 * The track with its middle (of its extent) at another place on earth: shape, directions and times stay. With
 * `maxSpanMeters` a wider track is also made smaller, and its speeds with it; accuracies stay what phones report. Made
 * for tracks of up to some hundred kilometers, and for places that are not near a pole.
 */
export function moveTrack(
  points: readonly TrackPoint[],
  to: Position,
  maxSpanMeters = Number.POSITIVE_INFINITY,
): TrackPoint[] {
  const [first] = points;
  if (first === undefined) {
    return [];
  }
  const plane = planeAround(first);
  const flat = points.map((point) => plane(point));
  const east = extent(flat.map(([eastMeters]) => eastMeters));
  const north = extent(flat.map(([, northMeters]) => northMeters));
  const spanMeters = Math.max(east.span, north.span);
  const scale = spanMeters > maxSpanMeters ? maxSpanMeters / spanMeters : 1;
  const ruler = new CheapRuler(to.latitude, 'meters');
  return points.map((point, index) => {
    const [eastMeters, northMeters] = flat[index] ?? [0, 0];
    const [longitude, latitude] = ruler.offset(
      [to.longitude, to.latitude],
      (eastMeters - east.middle) * scale,
      (northMeters - north.middle) * scale,
    );
    return {
      ...point,
      latitude,
      longitude: ((((longitude + 180) % 360) + 360) % 360) - 180,
      speedMetersPerSecond: point.speedMetersPerSecond === null ? null : point.speedMetersPerSecond * scale,
    };
  });
}

function extent(values: readonly number[]): { middle: number; span: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { middle: (min + max) / 2, span: max - min };
}

/** The track as if it began at `startAtMs`, `speedFactor` times as fast as it was recorded. */
export function retime(points: readonly TrackPoint[], startAtMs: number, speedFactor = 1): TrackPoint[] {
  const beganAtMs = points[0]?.atMs ?? 0;
  return points.map((point) => ({
    ...point,
    atMs: startAtMs + Math.round((point.atMs - beganAtMs) / speedFactor),
    speedMetersPerSecond: point.speedMetersPerSecond === null ? null : point.speedMetersPerSecond * speedFactor,
  }));
}
