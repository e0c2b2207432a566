import type { GeofenceShape } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findShapeFault, verticesAtMost } from './geofence-shape.ts';

type Ring = [number, number][];
const polygon = (...rings: Ring[]): GeofenceShape => ({ kind: 'polygon', rings });
const square: Ring = [
  [16.37, 48.2],
  [16.38, 48.2],
  [16.38, 48.21],
  [16.37, 48.21],
  [16.37, 48.2],
];
const hole: Ring = square.map(([x, y]) => [16.372 + (x - 16.37) / 3, 48.202 + (y - 48.2) / 3]);
const around = (count: number, radius: (index: number) => number, [x, y] = [16.37, 48.2]): Ring => {
  const points = Array.from({ length: count }, (_, index): [number, number] => {
    const angle = (2 * Math.PI * index) / count;
    return [x! + radius(index) * Math.cos(angle), y! + radius(index) * Math.sin(angle)];
  });
  return [...points, points[0]!];
};

describe('a geofence that can be used', () => {
  it('is a simple polygon, either way round, with holes', () => {
    expect(findShapeFault(polygon(square))).toBeNull();
    expect(findShapeFault(polygon([...square].reverse()))).toBeNull();
    expect(findShapeFault(polygon(square, hole))).toBeNull();
  });
  it('may cross the antimeridian', () => {
    const ring: Ring = [
      [179.99, -17],
      [-179.99, -17],
      [-179.99, -16.99],
      [179.99, -16.99],
      [179.99, -17],
    ];
    expect(findShapeFault(polygon(ring))).toBeNull();
  });
  it('may repeat a point in place', () => {
    expect(findShapeFault(polygon([square[0]!, square[0]!, ...square.slice(1)]))).toBeNull();
  });
  it('is any star around a point', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 0.01, noNaN: true }), { minLength: 5, maxLength: 60 }),
        (radii) => {
          expect(findShapeFault(polygon(around(radii.length, (index) => radii[index]!)))).toBeNull();
        },
      ),
    );
  });
  it('has as many points as are allowed, checked in a blink', () => {
    const ring = around(verticesAtMost - 1, (index) => (index % 2 === 0 ? 0.01 : 0.001));
    const before = performance.now();
    expect(findShapeFault(polygon(ring))).toBeNull();
    expect(performance.now() - before).toBeLessThan(1500);
  });
});

describe('a geofence that cannot be used', () => {
  it.each<[string, GeofenceShape, RegExp]>([
    ['open ring', polygon([...square.slice(0, 4), [16.375, 48.205]]), /not closed/],
    ['two points', polygon([square[0]!, square[1]!, square[0]!, square[1]!, square[0]!]), /fewer than three/],
    ['no area', polygon([square[0]!, square[1]!, [16.39, 48.2], square[0]!]), /no area/],
    [
      'bow tie',
      polygon([square[0]!, square[2]!, square[1]!, [16.371, 48.215], square[0]!]),
      /crosses or touches itself/,
    ],
    ['spike', polygon([...square.slice(0, 2), [16.4, 48.2], square[1]!, ...square.slice(2)]), /itself/],
    [
      'hole outside',
      polygon(
        square,
        hole.map(([x, y]) => [x + 1, y]),
      ),
      /Hole 1 lies outside/,
    ],
    [
      'hole across the outline',
      polygon(
        square,
        hole.map(([x, y]) => [x + 0.005, y]),
      ),
      /cross or touch/,
    ],
    ['two holes that touch', polygon(square, hole, hole), /Hole 1 and hole 2/],
    [
      'around a pole',
      polygon([
        [0, 80],
        [120, 80],
        [-120, 80],
        [0, 80],
      ]),
      /pole/,
    ],
    ['too many points', polygon(around(verticesAtMost + 1, () => 0.01)), /points/],
    [
      'corridor without length',
      {
        kind: 'corridor',
        widthMeters: 5,
        line: [
          [1, 1],
          [1, 1],
        ],
      },
      /no length/,
    ],
  ])('%s', (_name, shape, sentence) => expect(findShapeFault(shape)).toMatch(sentence));

  it('is a star whose points were swapped', () => {
    const ring = around(2000, () => 0.01);
    [ring[500], ring[1500]] = [ring[1500]!, ring[500]!];
    expect(findShapeFault(polygon(ring))).toMatch(/itself/);
  });
});
