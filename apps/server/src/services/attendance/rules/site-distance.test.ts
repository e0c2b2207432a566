import type { GeofenceShape } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceToSiteMeters } from './site-distance.ts';

/** 0.001 degrees of latitude at 48° N are 111.2 m, of longitude 74.6 m. */
const square = (longitude: number, latitude: number, half = 0.001): [number, number][] => [
  [longitude - half, latitude - half],
  [longitude + half, latitude - half],
  [longitude + half, latitude + half],
  [longitude - half, latitude + half],
  [longitude - half, latitude - half],
];
const at = (latitude: number, longitude: number) => ({ latitude, longitude });
const distance = (shape: GeofenceShape, latitude: number, longitude: number) =>
  distanceToSiteMeters([shape], at(latitude, longitude)) ?? Number.NaN;

describe('the distance to a site', () => {
  it('is unknown where no geofence is drawn', () => {
    expect(distanceToSiteMeters([], at(48, 16))).toBeNull();
  });

  it('of a circle runs from its edge', () => {
    const circle: GeofenceShape = { kind: 'circle', center: at(48, 16), radiusMeters: 100 };
    expect(distance(circle, 48, 16)).toBeCloseTo(-100, 3);
    expect(distance(circle, 48.002, 16)).toBeCloseTo(122.4, 0);
  });

  it('of a polygon knows holes', () => {
    const campus: GeofenceShape = { kind: 'polygon', rings: [square(16, 48), square(16, 48, 0.0005)] };
    expect(distance(campus, 48, 16)).toBeCloseTo(37.3, 0);
    expect(distance(campus, 48, 16.00075)).toBeCloseTo(-18.6, 0);
    expect(distance(campus, 48, 16.002)).toBeCloseTo(74.6, 0);
  });

  it('of a corridor is half its width less', () => {
    const path: GeofenceShape = {
      kind: 'corridor',
      line: [
        [16, 48],
        [16.01, 48],
      ],
      widthMeters: 20,
    };
    expect(distance(path, 48, 16.005)).toBeCloseTo(-10, 3);
    expect(distance(path, 48.001, 16.005)).toBeCloseTo(101.2, 0);
  });

  it('takes the nearest of several geofences', () => {
    const near: GeofenceShape = { kind: 'circle', center: at(48, 16), radiusMeters: 10 };
    const far: GeofenceShape = { kind: 'circle', center: at(48, 17), radiusMeters: 10 };
    expect(distanceToSiteMeters([far, near], at(48, 16))).toBeCloseTo(-10, 3);
  });

  it('crosses the antimeridian, and never finds the other side of the world inside', () => {
    const island: GeofenceShape = {
      kind: 'polygon',
      rings: [
        [
          [179.999, -17.001],
          [-179.999, -17.001],
          [-179.999, -16.999],
          [179.999, -16.999],
          [179.999, -17.001],
        ],
      ],
    };
    expect(distance(island, -17, 179.9995)).toBeLessThan(-50);
    expect(distance(island, -17, -179.9995)).toBeLessThan(-50);
    expect(distance(island, -17, 0)).toBeGreaterThan(10_000_000);
  });

  it('moves no further than the person does', () => {
    const campus: GeofenceShape = { kind: 'polygon', rings: [square(16, 48)] };
    const near = fc.double({ min: -0.01, max: 0.01, noNaN: true });
    fc.assert(
      fc.property(near, near, near, near, (a, b, c, d) => {
        const moved = Math.hypot((a - c) * 111_300, (b - d) * 111_300 * Math.cos((47.98 * Math.PI) / 180));
        const change = distance(campus, 48 + a, 16 + b) - distance(campus, 48 + c, 16 + d);
        expect(Math.abs(change)).toBeLessThanOrEqual(moved * 1.01 + 0.5);
      }),
    );
  });
});
