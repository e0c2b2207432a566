import { sitePlan } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSitePlan } from './site-plan-check.ts';

const collection = (...features: unknown[]): string => JSON.stringify({ type: 'FeatureCollection', features });
const hall = {
  type: 'Feature',
  properties: { kind: 'building', name: ' Hall ', levels: 3 },
  geometry: {
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [15, 47, 380],
          [15.1, 47, 380],
          [15.1, 47.1, 380],
          [15, 47, 380],
        ],
      ],
    ],
  },
};

describe('an uploaded site plan', () => {
  it('is reduced to what the contract takes', () => {
    const { plan, remarks, counts } = checkSitePlan(collection(hall));
    expect(sitePlan.safeParse(plan).success).toBe(true);
    expect(plan?.features[0]?.properties).toEqual({ kind: 'building', name: 'Hall' });
    expect(remarks).toEqual([]);
    expect(counts).toEqual({ building: 1 });
  });

  it('says what was left out and why', () => {
    const point = { type: 'Point', coordinates: [15, 47] };
    const { plan, remarks } = checkSitePlan(
      collection(
        hall,
        { type: 'Feature', properties: { kind: 'volcano' }, geometry: point },
        {
          type: 'Feature',
          properties: { kind: 'tree' },
          geometry: { type: 'Point', coordinates: [1_700_000, 5_900_000] },
        },
        { type: 'Feature', properties: { kind: 'tree' }, geometry: { type: 'Curve', coordinates: [] } },
      ),
    );
    expect(plan?.features).toHaveLength(1);
    expect(remarks).toEqual([
      { code: 'kind-unknown', count: 1 },
      { code: 'geometry-unknown', count: 1 },
      { code: 'coordinates-wrong', count: 1 },
    ]);
  });

  it('refuses what is no plan', () => {
    expect(checkSitePlan('{').remarks).toEqual([{ code: 'unreadable' }]);
    expect(checkSitePlan('{"type":"Feature"}').remarks).toEqual([{ code: 'not-collection' }]);
    expect(checkSitePlan(collection()).plan).toBeNull();
  });

  it('never throws and only ever keeps what the contract takes', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 6 }), (features) => {
        const { plan } = checkSitePlan(collection(...features));
        expect(plan === null || sitePlan.safeParse(plan).success).toBe(true);
      }),
    );
  });
});
