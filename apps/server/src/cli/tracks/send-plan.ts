import { reportedPosition, type ReportedPosition } from '@muster/contracts';
import type { TrackPoint } from './track.ts';

/** A phone sends at least this often while there is something to send, and at once when it has so many fixes. */
export const sendingHabit = { everyMs: 5000, atMost: 50 } as const;

/**
 * When the next batch leaves: as soon as its last fix is made, and not before `everyMs` after the one before unless it
 * is full. `from` is the index of the first fix that was not sent.
 */
export const nextSendAt = (points: readonly TrackPoint[], from: number, lastSentAtMs: number): number => {
  const first = points[from]?.atMs ?? Number.POSITIVE_INFINITY;
  const filling = (points[from + sendingHabit.atMost - 1] ?? points.at(-1))?.atMs ?? first;
  return Math.max(first, Math.min(filling, lastSentAtMs + sendingHabit.everyMs));
};

/** The fixes that are made by now and were not sent, at most a batch of them. */
export const dueBatch = (points: readonly TrackPoint[], from: number, nowMs: number): TrackPoint[] => {
  const batch = points.slice(from, from + sendingHabit.atMost);
  const notYet = batch.findIndex(({ atMs }) => atMs > nowMs);
  return notYet < 0 ? batch : batch.slice(0, notYet);
};

/** As a phone reports it. A value beside the position that no phone would report (faster than any) is left out. */
export const toReported = (point: TrackPoint): ReportedPosition => {
  const known = <Field extends 'accuracyMeters' | 'altitudeMeters' | 'speedMetersPerSecond' | 'headingDegrees'>(
    field: Field,
  ): number | null => (reportedPosition.shape[field].safeParse(point[field]).success ? point[field] : null);
  return {
    latitude: point.latitude,
    longitude: point.longitude,
    fixedAt: new Date(point.atMs).toISOString(),
    accuracyMeters: known('accuracyMeters'),
    altitudeMeters: known('altitudeMeters'),
    speedMetersPerSecond: known('speedMetersPerSecond'),
    headingDegrees: known('headingDegrees'),
  };
};
