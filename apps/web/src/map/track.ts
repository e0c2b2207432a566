import type { SeenPosition } from '@muster/contracts';
import type { LngLat } from './geometry.ts';

/** The track of a day, for looking back. */

export const trackGapMs = 5 * 60_000;

export interface TrackSegment {
  readonly coordinates: readonly LngLat[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Between its two ends the phone told nothing; it is drawn as a dashed hint, not as a path. */
  readonly isGap: boolean;
}

export interface TrackPlace {
  readonly at: LngLat;
  readonly headingDegrees: number | null;
  readonly accuracyMeters: number | null;
  /** When the phone last told where it was. */
  readonly fixedAtMs: number;
  readonly isGap: boolean;
}

const placeOf = (position: SeenPosition): LngLat => [position.longitude, position.latitude];

/** Splits a track where the phone was silent. Positions may come in any order. */
export const segmentsOf = (positions: readonly SeenPosition[], gapMs = trackGapMs): TrackSegment[] => {
  const ordered = positions.toSorted((one, other) => one.fixedAt.localeCompare(other.fixedAt));
  const segments: TrackSegment[] = [];
  let run: SeenPosition[] = [];
  const close = () => {
    const [first, last] = [run[0], run.at(-1)];
    if (first && last && run.length > 1) {
      segments.push({
        coordinates: run.map(placeOf),
        fromMs: Date.parse(first.fixedAt),
        toMs: Date.parse(last.fixedAt),
        isGap: false,
      });
    }
  };
  for (const position of ordered) {
    const before = run.at(-1);
    if (before && Date.parse(position.fixedAt) - Date.parse(before.fixedAt) > gapMs) {
      close();
      segments.push({
        coordinates: [placeOf(before), placeOf(position)],
        fromMs: Date.parse(before.fixedAt),
        toMs: Date.parse(position.fixedAt),
        isGap: true,
      });
      run = [];
    }
    run.push(position);
  }
  close();
  return segments;
};

/**
 * Where somebody was at an instant: between two fixes of one run it is interpolated; in a gap it stays at the last
 * fix, because everything else would be invented. Null before the first fix. `ordered` must be sorted by time.
 */
export const placeAtInstant = (
  ordered: readonly SeenPosition[],
  atMs: number,
  gapMs = trackGapMs,
): TrackPlace | null => {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Date.parse(ordered[middle]?.fixedAt ?? '') <= atMs) low = middle + 1;
    else high = middle;
  }
  const before = ordered[low - 1];
  if (!before) return null;
  const after = ordered[low];
  const fixedAtMs = Date.parse(before.fixedAt);
  const { headingDegrees, accuracyMeters } = before;
  const stays = { at: placeOf(before), headingDegrees, accuracyMeters, fixedAtMs };
  const spanMs = after ? Date.parse(after.fixedAt) - fixedAtMs : Number.POSITIVE_INFINITY;
  if (!after || spanMs > gapMs) return { ...stays, isGap: atMs - fixedAtMs > gapMs };
  const part = spanMs === 0 ? 1 : (atMs - fixedAtMs) / spanMs;
  return {
    ...stays,
    at: [
      before.longitude + (after.longitude - before.longitude) * part,
      before.latitude + (after.latitude - before.latitude) * part,
    ],
    isGap: false,
  };
};
