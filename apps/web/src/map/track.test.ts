import type { SeenPosition } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { placeAtInstant, segmentsOf } from './track.ts';

const fix = (minute: number, longitude: number): SeenPosition => ({
  latitude: 47,
  longitude,
  fixedAt: new Date(Date.UTC(2031, 2, 4, 8, minute)).toISOString(),
  accuracyMeters: 8,
  speedMetersPerSecond: null,
  headingDegrees: null,
});
const minute = (value: number): number => Date.UTC(2031, 2, 4, 8, value);
const day = [fix(0, 15), fix(2, 15.001), fix(4, 15.002), fix(30, 15.01), fix(31, 15.011)];

describe('a track', () => {
  it('is split where the phone was silent', () => {
    expect(segmentsOf(day).map(({ isGap }) => isGap)).toEqual([false, true, false]);
    expect(segmentsOf([...day].reverse())).toEqual(segmentsOf(day));
  });

  it('is interpolated between two fixes that belong together', () => {
    expect(placeAtInstant(day, minute(1))?.at[0]).toBeCloseTo(15.0005);
  });

  it('stays at the last fix during a silence', () => {
    const place = placeAtInstant(day, minute(20));
    expect(place?.at[0]).toBe(15.002);
    expect(place?.isGap).toBe(true);
  });

  it('is nowhere before its first fix', () => {
    expect(placeAtInstant(day, minute(-1))).toBeNull();
    expect(placeAtInstant([], minute(1))).toBeNull();
  });
});
