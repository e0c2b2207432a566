import { reportedPosition } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueBatch, nextSendAt, sendingHabit, toReported } from './send-plan.ts';
import type { TrackPoint } from './track.ts';

const pointAt = (atMs: number, more: Partial<TrackPoint> = {}): TrackPoint => ({
  atMs,
  latitude: 46.9,
  longitude: 15.8,
  accuracyMeters: null,
  altitudeMeters: null,
  speedMetersPerSecond: null,
  headingDegrees: null,
  ...more,
});

describe('a replayed phone', () => {
  it('sends every fix once, in order, never before it is made, in batches of a phone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 400 }), (gaps) => {
        let atMs = 0;
        const points = gaps.map((gapMs) => pointAt((atMs += gapMs)));
        const sent: TrackPoint[] = [];
        let lastMs = 0;
        while (sent.length < points.length) {
          const nowMs = Math.max(lastMs, nextSendAt(points, sent.length, lastMs));
          const batch = dueBatch(points, sent.length, nowMs);
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(sendingHabit.atMost);
          expect(batch.every((point) => point.atMs <= nowMs)).toBe(true);
          sent.push(...batch);
          lastMs = nowMs;
        }
        expect(sent).toEqual(points);
      }),
    );
  });

  it('leaves out what no phone would say, and keeps the fix', () => {
    const odd = toReported(pointAt(0, { speedMetersPerSecond: 9000, altitudeMeters: -9999, headingDegrees: 90 }));
    expect(odd).toMatchObject({ speedMetersPerSecond: null, altitudeMeters: null, headingDegrees: 90 });
    expect(reportedPosition.safeParse(odd).success).toBe(true);
  });
});
