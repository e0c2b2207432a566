import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPolygon, cutRing } from './antimeridian.ts';
import type { LngLat } from './geometry.ts';

const area = (ring: readonly LngLat[]): number =>
  Math.abs(
    ring.reduce((sum, [x, y], at) => {
      const [nextX, nextY] = ring[(at + 1) % ring.length] as LngLat;
      return sum + x * nextY - nextX * y;
    }, 0) / 2,
  );

describe('cutting at the antimeridian', () => {
  it('leaves a ring that does not cross as one part', () => {
    const ring: LngLat[] = [
      [10, 0],
      [20, 0],
      [20, 10],
      [10, 10],
      [10, 0],
    ];
    expect(cutRing(ring)).toHaveLength(1);
    expect(area(cutRing(ring)[0] ?? [])).toBeCloseTo(100);
  });

  it('cuts a ring across 180° into a western and an eastern part of the same area', () => {
    const parts = cutRing([
      [170, 0],
      [-170, 0],
      [-170, 10],
      [170, 10],
      [170, 0],
    ]);
    expect(parts).toHaveLength(2);
    expect(parts.reduce((sum, part) => sum + area(part), 0)).toBeCloseTo(200);
  });

  it('closes a ring around the south pole along the pole', () => {
    const parts = cutRing([
      [-180, -70],
      [-90, -70],
      [0, -70],
      [90, -70],
      [180, -70],
    ]);
    expect(parts.reduce((sum, part) => sum + area(part), 0)).toBeCloseTo(360 * 20);
  });

  it('never gives a longitude beyond ±180 and keeps the area of any box', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: 0.1, max: 170, noNaN: true }),
        (west, width) => {
          const wrap = (lng: number) => (lng > 180 ? lng - 360 : lng);
          const parts = cutPolygon([
            [
              [west, 0],
              [wrap(west + width), 0],
              [wrap(west + width), 10],
              [west, 10],
              [west, 0],
            ],
          ]);
          for (const [lng] of parts.flat(2)) expect(Math.abs(lng)).toBeLessThanOrEqual(180);
          expect(parts.reduce((sum, [outline]) => sum + area(outline ?? []), 0)).toBeCloseTo(width * 10, 5);
        },
      ),
    );
  });
});
