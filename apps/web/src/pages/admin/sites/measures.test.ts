import { describe, expect, it } from 'vitest';
import { destination, type LngLat } from '../../../map/geometry.ts';
import { measuresOf } from './measures.ts';

const middle: LngLat = [15.8735, 46.9212];
const center = { longitude: middle[0], latitude: middle[1] };

describe('the size of a geofence', () => {
  it('of a circle is its diameter', () => {
    const measures = measuresOf({ kind: 'circle', center, radiusMeters: 100 });
    expect(measures.acrossMeters).toBe(200);
    expect(measures.areaSquareMeters).toBeCloseTo(31_416, -1);
  });

  it('of a square is the same in both directions, less its hole', () => {
    const square = (half: number): LngLat[] =>
      [45, 135, 225, 315, 45].map((bearing) => destination(middle, half * Math.SQRT2, bearing));
    const measures = measuresOf({ kind: 'polygon', rings: [square(100), square(20)] });
    expect(measures.acrossMeters).toBeCloseTo(200, 0);
    expect(measures.narrowestMeters).toBeCloseTo(200, 0);
    expect(measures.areaSquareMeters).toBeGreaterThan(38_300);
    expect(measures.areaSquareMeters).toBeLessThan(38_500);
  });

  it('of a corridor is its length and width', () => {
    const measures = measuresOf({ kind: 'corridor', line: [middle, destination(middle, 500, 90)], widthMeters: 20 });
    expect(measures.acrossMeters).toBeCloseTo(500, 0);
    expect(measures.narrowestMeters).toBe(20);
  });
});
