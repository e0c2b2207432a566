import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptFix, defaultFixPolicy, emptyRawFix, type QuarantineCode, type RawFix } from './fix.ts';

const receivedAtMs = Date.UTC(2026, 4, 4, 9);
const good: RawFix = {
  ...emptyRawFix,
  fixedAtMs: receivedAtMs - 5_000,
  latitude: 47.07,
  longitude: 15.44,
  accuracyMeters: 12,
};
const accept = (raw: Partial<RawFix>) => acceptFix({ ...good, ...raw }, { receivedAtMs }, defaultFixPolicy);
const stored = (raw: Partial<RawFix>) => {
  const outcome = accept(raw);
  return outcome.accepted ? outcome.fix : null;
};
const day = 24 * 60 * 60_000;

describe('fixes that are put aside', () => {
  it.each<[string, Partial<RawFix>, QuarantineCode]>([
    ['no latitude', { latitude: null }, 'no-position'],
    ['no longitude', { longitude: null }, 'no-position'],
    ['a latitude that is no number', { latitude: Number.NaN }, 'not-a-number'],
    ['an infinite longitude', { longitude: Number.NEGATIVE_INFINITY }, 'not-a-number'],
    ['a hair past the pole', { latitude: 90.0000001 }, 'off-the-map'],
    ['once and a half round the earth', { longitude: 540 }, 'off-the-map'],
    ['1e308', { latitude: 1e308 }, 'off-the-map'],
    ['0/0 without accuracy', { latitude: 0, longitude: -0, accuracyMeters: null }, 'null-island'],
    ['0/0 with accuracy 0', { latitude: 0, longitude: 0, accuracyMeters: 0 }, 'null-island'],
    ['an accuracy of half the earth', { accuracyMeters: 1e7 }, 'too-vague'],
    ['an infinite accuracy', { accuracyMeters: Number.POSITIVE_INFINITY }, 'too-vague'],
    ['faster than an airliner', { speedMetersPerSecond: 501 }, 'too-fast'],
    ['an infinite speed', { speedMetersPerSecond: Number.POSITIVE_INFINITY }, 'too-fast'],
    ['no time', { fixedAtMs: null }, 'no-time'],
    ['a time that cannot be read', { fixedAtMs: Number.NaN }, 'not-a-number'],
    ['1970', { fixedAtMs: 0 }, 'too-old'],
    ['before 1970', { fixedAtMs: -5_000_000_000 }, 'too-old'],
    ['the year 9999', { fixedAtMs: Date.UTC(9999, 0) }, 'in-the-future'],
    ['2038', { fixedAtMs: 2 ** 31 * 1000 }, 'in-the-future'],
    ['2^53 + 1', { fixedAtMs: 2 ** 53 + 1 }, 'in-the-future'],
    ['two minutes and a bit ahead', { fixedAtMs: receivedAtMs + 120_001 }, 'in-the-future'],
    ['a week and a bit old', { fixedAtMs: receivedAtMs - 7 * day - 1 }, 'too-old'],
    ['a year old', { fixedAtMs: receivedAtMs - 365 * day }, 'too-old'],
    ['milliseconds taken for seconds', { fixedAtMs: receivedAtMs * 1000 }, 'wrong-time-unit'],
    ['seconds taken for milliseconds', { fixedAtMs: Math.floor(receivedAtMs / 1000) }, 'wrong-time-unit'],
  ])('%s', (_name, raw, code) => {
    const outcome = accept(raw);
    expect(outcome).toMatchObject({ accepted: false, code });
    expect(outcome.accepted ? '' : outcome.sentence).toMatch(/^[A-Z].*\.$/);
  });
});

describe('fixes that are stored', () => {
  it.each<[string, Partial<RawFix>, object]>([
    ['-0 is 0', { latitude: -0, longitude: 15 }, { latitude: 0, longitude: 15 }],
    ['7 decimals', { latitude: 47.070000049, longitude: -179.99999999 }, { latitude: 47.07, longitude: 180 }],
    ['the antimeridian is 180', { longitude: -180 }, { longitude: 180 }],
    ['a pole', { latitude: -90 }, { latitude: -90 }],
    ['0/0 with an accuracy is a place at sea', { latitude: 0, longitude: 0 }, { latitude: 0, accuracyMeters: 12 }],
    ['two minutes ahead', { fixedAtMs: receivedAtMs + 120_000 }, { fixedAtMs: receivedAtMs + 120_000 }],
    ['a week old', { fixedAtMs: receivedAtMs - 7 * day }, { fixedAtMs: receivedAtMs - 7 * day }],
    ['parts of milliseconds', { fixedAtMs: receivedAtMs - 0.5 }, { fixedAtMs: receivedAtMs - 1 }],
    ['-1 is not an accuracy', { accuracyMeters: -1 }, { accuracyMeters: null }],
    ['nor is 0', { accuracyMeters: 0 }, { accuracyMeters: null }],
    ['nor is NaN', { accuracyMeters: Number.NaN }, { accuracyMeters: null }],
    [
      '-1 is not a speed, 0 is',
      { speedMetersPerSecond: -1, headingDegrees: 0 },
      { speedMetersPerSecond: null, headingDegrees: 0 },
    ],
    ['standing still', { speedMetersPerSecond: 0 }, { speedMetersPerSecond: 0 }],
    ['360 degrees are 0', { headingDegrees: 360 }, { headingDegrees: 0 }],
    ['361 are none', { headingDegrees: 361 }, { headingDegrees: null }],
    ['an altitude in space', { altitudeMeters: 400_000 }, { altitudeMeters: null }],
    ['a battery of 300 %', { batteryFraction: 3 }, { batteryFraction: null }],
    ['when it was sent', { sentAtMs: Number.NaN }, { sentAtMs: null }],
  ])('%s', (_name, raw, expected) => {
    expect(stored(raw)).toMatchObject(expected);
  });

  it('carries the rest along', () => {
    expect(stored({ mock: true, activity: 'walking', wifiBssids: ['aa:bb'] })).toEqual({
      ...good,
      receivedAtMs,
      mock: true,
      activity: 'walking',
      wifiBssids: ['aa:bb'],
    });
  });

  it('whatever comes, what is stored is a place, a time and no -0, and stays the same when it comes again', () => {
    const number = fc.oneof(
      { weight: 1, arbitrary: fc.double() },
      { weight: 9, arbitrary: fc.double({ min: -180, max: 180, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
    const time = fc.oneof(
      number,
      fc.integer({ min: -10 * day, max: day }).map((ms) => receivedAtMs + ms),
    );
    fc.assert(
      fc.property(
        time,
        number,
        number,
        number,
        number,
        number,
        (fixedAtMs, latitude, longitude, accuracyMeters, speed, other) => {
          const fix = stored({
            fixedAtMs,
            latitude,
            longitude,
            accuracyMeters,
            speedMetersPerSecond: speed,
            altitudeMeters: other,
            headingDegrees: other,
            batteryFraction: other,
          });
          if (fix === null) {
            return;
          }
          for (const value of Object.values(fix)) {
            expect(typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))).toBe(true);
          }
          expect(Math.abs(fix.latitude)).toBeLessThanOrEqual(90);
          expect(fix.longitude).toBeGreaterThan(-180);
          expect(fix.longitude).toBeLessThanOrEqual(180);
          expect(fix.accuracyMeters ?? 1).toBeGreaterThan(0);
          expect(acceptFix(fix, { receivedAtMs }, defaultFixPolicy)).toEqual({ accepted: true, fix });
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
