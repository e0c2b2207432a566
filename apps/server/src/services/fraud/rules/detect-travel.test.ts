import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectImpossibleTravel, hardenedSpeed, type MeasuredFix, type TravelFix } from './detect-travel.ts';
import { distanceMeters } from './distance.ts';

const startMs = 1_772_438_400_000;
const metersPerDegree = 111_195;

/** A fix so many seconds after the start and so many meters north of Zurich. */
const fix = (seconds: number, meters: number, accuracyMeters: number | null = 12): TravelFix => ({
  atMs: startMs + seconds * 1000,
  latitude: 47.3769 + meters / metersPerDegree,
  longitude: 8.5417,
  accuracyMeters,
});

/** A track with a fix every `everySeconds`, by its distance in meters at each second. A live receiver wavers a little. */
function track(seconds: number, metersAt: (second: number) => number, everySeconds = 5): TravelFix[] {
  return Array.from({ length: Math.floor(seconds / everySeconds) + 1 }, (_, index) =>
    fix(index * everySeconds, metersAt(index * everySeconds) + (index % 3) * 4),
  );
}

const found = (fixes: readonly TravelFix[]) => detectImpossibleTravel('phone-1', fixes);

describe('impossible travel', () => {
  it.each<[string, TravelFix[], number, boolean]>([
    ['a jump to another town that stays', track(300, (s) => (s < 150 ? 0 : 20_000)), 1, true],
    ['a jump of three kilometers that stays', track(300, (s) => (s < 150 ? 0 : 3_000)), 1, false],
    ['there, and back a minute later', track(300, (s) => (s > 120 && s < 180 ? 20_000 : 0)), 1, true],
    ['there, and back half an hour later', track(4_000, (s) => (s > 1_000 && s < 2_800 ? 20_000 : 0), 20), 2, true],
    ['a flight of the imagination at 100 m/s', track(300, (s) => s * 100), 1, false],
    [
      'another continent after an hour of silence',
      [...track(60, () => 0), ...track(60, () => 8_000_000).map((each) => ({ ...each, atMs: each.atMs + 3_600_000 }))],
      1,
      true,
    ],
    [
      'a jump to a position that then never changes',
      track(300, (s) => (s < 150 ? 0 : 20_000)).map((each, index) => (index < 30 ? each : fix(index * 5, 20_000))),
      1,
      true,
    ],
    ['sparse fixes, five minutes apart', track(3_000, (s) => (s < 1_500 ? 0 : 100_000), 300), 1, true],
  ])('%s', (_name, fixes, count, strong) => {
    const signals = found(fixes);
    expect(signals).toHaveLength(count);
    expect(signals[0]).toMatchObject({
      kind: 'impossible-travel',
      points: 25,
      causeKey: 'position:phone-1',
      sentence: expect.stringMatching(/^The position moved [\d.]+ km in \d+ (s|min), about \d+ km\/h\.$/) as unknown,
      facts: { strong },
    });
  });

  it.each<[string, TravelFix[]]>([
    ['standing still', track(600, () => 0)],
    ['walking', track(600, (s) => s * 1.4)],
    ['a car on the motorway', track(600, (s) => s * 36)],
    ['an express train', track(600, (s) => s * 82)],
    ['one fix that jumps and comes back', track(300, (s) => (s === 150 ? 20_000 : 0))],
    ['two fixes that jump and come back', track(300, (s) => (s === 150 || s === 155 ? 20_000 : 0))],
    ['three fixes that jump and come back', track(300, (s) => (s >= 150 && s <= 160 ? 20_000 : 0))],
    ['several glitches in a row of minutes', track(600, (s) => (s % 60 === 55 ? 5_000 : s))],
    ['a jump of one kilometer among tall buildings', track(300, (s) => (s < 150 ? 0 : 1_000))],
    [
      'a jump that the accuracies explain',
      track(300, (s) => (s < 150 ? 0 : 3_000)).map((each) => ({ ...each, accuracyMeters: 900 })),
    ],
    [
      'the first three fixes after a start',
      [fix(0, 90_000), fix(5, 60_000), fix(10, 30_000), ...track(300, () => 0).slice(3)],
    ],
    [
      'the first three fixes after a silence',
      [
        ...track(60, () => 0),
        fix(900, 90_000),
        fix(905, 90_000),
        fix(910, 90_000),
        fix(915, 0),
        fix(920, 0),
        fix(925, 0),
        fix(930, 0),
      ],
    ],
    ['a jump of which nobody knows yet whether it stays', track(160, (s) => (s < 150 ? 0 : 20_000))],
    [
      'a ferry through a tunnel of ten minutes',
      [...track(60, () => 0), ...[700, 705, 710, 715, 720].map((s) => fix(s, 8_000))],
    ],
    [
      'two fixes of one instant',
      track(300, () => 0).flatMap((each) => [each, { ...each, latitude: 48, accuracyMeters: 90 }]),
    ],
    ['fixes that are no positions', [...track(300, () => 0), { ...fix(100, 0), latitude: Number.NaN }]],
    ['nothing at all', []],
  ])('is not %s', (_name, fixes) => {
    expect(found(fixes)).toEqual([]);
  });

  it('does not depend on the order or the repetition of fixes', () => {
    const anyFix = fc.record({
      atMs: fc.integer({ min: 0, max: 200 }).map((step) => startMs + step * 5_000),
      latitude: fc.double({ min: 47, max: 47.5, noNaN: true }),
      longitude: fc.double({ min: 8, max: 8.5, noNaN: true }),
      accuracyMeters: fc.option(fc.constantFrom(12, 48, 96)),
    });
    const disturbed = fc
      .array(anyFix, { maxLength: 40 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
      );
    fc.assert(
      fc.property(disturbed, ([list, other]) => {
        expect(found(other)).toEqual(found(list));
      }),
    );
  });

  it('never accuses anyone below the speed of an express train, however the receiver jitters', () => {
    const honest = fc.tuple(
      fc.double({ min: 0, max: 75, noNaN: true }),
      fc.array(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 60, maxLength: 60 }),
    );
    fc.assert(
      fc.property(honest, ([speed, jitter]) => {
        expect(found(jitter.map((meters, index) => fix(index * 5, index * 5 * speed + meters, 48)))).toEqual([]);
      }),
    );
  });

  it('always notices a jump of three kilometers and more that stays', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3_000, max: 900_000 }), fc.integer({ min: 10, max: 40 }), (meters, jumpAt) => {
        expect(found(track(300, (s) => (s / 5 < jumpAt ? 0 : meters)))).toHaveLength(1);
      }),
    );
  });
});

describe('distance and speed', () => {
  it('holds across continents and the antimeridian', () => {
    const zurich = { latitude: 47.3769, longitude: 8.5417 };
    const newYork = { latitude: 40.7128, longitude: -74.006 };
    expect(distanceMeters(zurich, newYork) / 1000).toBeCloseTo(6_324, -1);
    expect(distanceMeters({ latitude: 0, longitude: 179.9 }, { latitude: 0, longitude: -179.9 })).toBeCloseTo(
      22_239,
      -1,
    );
    expect(distanceMeters(zurich, zurich)).toBe(0);
  });

  it('takes both accuracies off, and is zero backwards in time', () => {
    const measuredFix = (...values: Parameters<typeof fix>): MeasuredFix => {
      const plain = fix(...values);
      return { ...plain, measuredAtMs: plain.atMs };
    };
    expect(hardenedSpeed(measuredFix(0, 0, 100), measuredFix(10, 1_000, 100))).toBeCloseTo(80, 0);
    expect(hardenedSpeed(measuredFix(0, 0, 600), measuredFix(10, 1_000, 600))).toBe(0);
    expect(hardenedSpeed(measuredFix(10, 0), measuredFix(0, 1_000))).toBe(0);
  });
});
