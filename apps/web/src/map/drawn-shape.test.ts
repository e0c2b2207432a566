import type { GeofenceShape } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureOfShape, shapeOfFeature } from './drawn-shape.ts';

describe('a drawn geofence', () => {
  it('comes back from the drawing as the circle that went in', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -70, max: 70, noNaN: true }),
        fc.double({ min: -170, max: 170, noNaN: true }),
        fc.integer({ min: 5, max: 2_000 }),
        (latitude, longitude, radiusMeters) => {
          const feature = featureOfShape({ kind: 'circle', center: { latitude, longitude }, radiusMeters });
          const back = feature && shapeOfFeature(feature);
          expect(back?.kind).toBe('circle');
          if (back?.kind !== 'circle') return;
          expect(Math.abs(back.radiusMeters - radiusMeters)).toBeLessThanOrEqual(1);
          expect(back.center.latitude).toBeCloseTo(latitude, 4);
          expect(back.center.longitude).toBeCloseTo(longitude, 4);
        },
      ),
    );
  });

  it('keeps the corners of a polygon', () => {
    const shape: GeofenceShape = {
      kind: 'polygon',
      rings: [
        [
          [15, 47],
          [15.01, 47],
          [15.01, 47.01],
          [15, 47],
        ],
      ],
    };
    const feature = featureOfShape(shape);
    expect(feature && shapeOfFeature(feature)).toEqual(shape);
  });
});
