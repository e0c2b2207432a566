import { describe, expect, it } from 'vitest';
import type { LongitudeLatitude } from './geodesy.ts';
import type { Geofence } from './geofence.ts';
import { validateGeofence } from './geofence-validation.ts';

const square: LongitudeLatitude[] = [
  [15.43, 47.06],
  [15.45, 47.06],
  [15.45, 47.08],
  [15.43, 47.08],
];
const hole: LongitudeLatitude[] = [
  [15.435, 47.065],
  [15.44, 47.065],
  [15.44, 47.07],
];
const polygon = (...rings: LongitudeLatitude[][]): Geofence => ({ kind: 'polygon', rings });
const wheel = (count: number): LongitudeLatitude[] =>
  Array.from({ length: count }, (_, index) => [
    15.4 + 0.01 * Math.sin((2 * Math.PI * index) / count),
    47 + 0.01 * Math.cos((2 * Math.PI * index) / count),
  ]);

describe('geofences that can be used', () => {
  it.each<[string, Geofence]>([
    ['a circle', { kind: 'circle', center: { latitude: 0, longitude: 180 }, radiusMeters: 200 }],
    ['a square', polygon(square)],
    [
      'a square that repeats its first point, clockwise',
      polygon([...square, square[0] as LongitudeLatitude].toReversed()),
    ],
    ['a square with a hole', polygon(square, hole)],
    [
      'a hole that touches the outline',
      polygon(square, [
        [15.43, 47.06],
        [15.44, 47.065],
        [15.44, 47.07],
      ]),
    ],
    ['an area around the pole', polygon([0, 90, 180, -90].map((longitude) => [longitude, 89.9]))],
    [
      'an area across the antimeridian',
      polygon([
        [179.99, 0],
        [-179.99, 0],
        [-179.99, 0.01],
        [179.99, 0.01],
      ]),
    ],
    ['10,000 points', polygon(wheel(10_000))],
    ['a corridor', { kind: 'corridor', line: square, widthMeters: 40 }],
  ])('%s', (_name, fence) => {
    expect(validateGeofence(fence)).toEqual([]);
  });
});

describe('geofences that cannot', () => {
  it.each<[string, Geofence, RegExp]>([
    [
      'a radius that is no number',
      { kind: 'circle', center: { latitude: 0, longitude: 0 }, radiusMeters: Number.NaN },
      /radius is NaN/,
    ],
    ['a radius of nothing', { kind: 'circle', center: { latitude: 0, longitude: 0 }, radiusMeters: 0 }, /between 5 m/],
    [
      'a center past the pole',
      { kind: 'circle', center: { latitude: 90.0000001, longitude: 0 }, radiusMeters: 50 },
      /swapped/,
    ],
    [
      'a longitude of 540',
      polygon([
        [540, 1],
        [0, 2],
        [1, 1],
      ]),
      /longitude 540/,
    ],
    [
      'coordinates that are no numbers',
      polygon([
        [Number.POSITIVE_INFINITY, 1],
        [0, 2],
        [1, 1],
      ]),
      /Point 1 of the outline/,
    ],
    ['no points', polygon([]), /no points/],
    ['two points', polygon(square.slice(0, 2)), /three different points; the outline/],
    [
      'three points of which two are one',
      polygon([
        [1, 1],
        [1, 1],
        [2, 2],
      ]),
      /three different/,
    ],
    [
      'points on a line',
      polygon([
        [1, 1],
        [1, 1.001],
        [1, 1.002],
      ]),
      /no area/,
    ],
    [
      'a bow tie',
      polygon([
        [0, 0],
        [0.02, 0.01],
        [0.02, 0],
        [0, 0.02],
      ]),
      /Edges 1 and 3 of the outline cross/,
    ],
    [
      'a hole across the outline',
      polygon(square, [
        [15.44, 47.07],
        [15.46, 47.07],
        [15.44, 47.075],
      ]),
      /crosses edge/,
    ],
    [
      'a hole elsewhere',
      polygon(square, [
        [15.46, 47.06],
        [15.47, 47.06],
        [15.47, 47.07],
      ]),
      /Hole 1 lies outside/,
    ],
    ['10,001 points', polygon(wheel(10_001)), /10001 points/],
    [
      'a continent',
      polygon([
        [0, 40],
        [20, 40],
        [20, 55],
      ]),
      /reaches \d+ km/,
    ],
    ['a line of one point', { kind: 'corridor', line: [[1, 1]], widthMeters: 40 }, /two different points/],
    ['a line without points', { kind: 'corridor', line: [], widthMeters: 40 }, /no points/],
    ['a line without width', { kind: 'corridor', line: square, widthMeters: -1 }, /width is -1 m/],
  ])('%s', (_name, fence, reason) => {
    const reasons = validateGeofence(fence);
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.join(' ')).toMatch(reason);
  });

  it('finds one crossing among 10,000 points without checking every pair', () => {
    const tangled = wheel(10_000);
    [tangled[100], tangled[5_000]] = [tangled[5_000] as LongitudeLatitude, tangled[100] as LongitudeLatitude];
    expect(validateGeofence(polygon(tangled)).join(' ')).toMatch(/cross each other/);
  });
});
