import { readFileSync } from 'node:fs';
import { sitePlan } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campusGates, campusOutline } from '../../demo/campus.ts';
import { distanceToGeofenceMeters, toPosition } from '../../services/geo/rules/geofence.ts';
import { simulatedDay } from './day.ts';
import { PathNetwork, type Place } from './path-network.ts';
import { seededRandom } from '../../platform/seeded-random.ts';
import { Walker } from './walker.ts';

const plan = sitePlan.parse(JSON.parse(readFileSync(new URL('../../demo/site-plan.json', import.meta.url), 'utf8')));
const { latitude, longitude } = campusGates.southGate.position;
const gate: Place = [longitude, latitude];

const campus = { kind: 'polygon', rings: [campusOutline] } as const;
const isOnCampus = (place: Place): boolean => distanceToGeofenceMeters(campus, toPosition(place)) < 0;
const network = new PathNetwork(plan, gate, isOnCampus);

describe('simulated people', () => {
  it('reach most of the campus on its paths', () => {
    const random = seededRandom(1);
    const places = Array.from({ length: 300 }, () => network.somewhere(random));
    expect(places.every(isOnCampus)).toBe(true);
    expect(Math.max(...places.map((place) => network.meters(gate, place)))).toBeGreaterThan(200);
  });

  it('never leave the campus of their own accord, and never fly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (seed) => {
        const walker = new Walker(network, gate, seededRandom(seed));
        let before = walker.place;
        for (let step = 0; step < 150; step += 1) {
          const { place } = walker.walk(4000);
          expect(network.meters(before, place)).toBeLessThan(4 * 3.6 + 0.1);
          expect(isOnCampus(place)).toBe(true);
          before = place;
        }
      }),
      { numRuns: 20 },
    );
  });

  it('go where they are sent, rest there, and then walk about again', () => {
    const walker = new Walker(network, gate, seededRandom(7));
    const village: Place = [15.8673, 46.9182];
    walker.send([village], 10_000);
    while (network.meters(walker.place, village) > 0.01) walker.walk(4000);
    expect(walker.hasArrived).toBe(false);
    walker.walk(6000);
    walker.walk(6000);
    expect(walker.hasArrived).toBe(true);
    expect(walker.walk(4000).speedMetersPerSecond).toBeGreaterThan(1);
  });

  it('have the days that were planned for them: most come, some leave the campus, some stay', () => {
    const days = Array.from({ length: 1000 }, (_, seed) => simulatedDay(seededRandom(seed)));
    const share = (counts: (day: (typeof days)[number]) => boolean) => days.filter(counts).length / days.length;
    expect(share((day) => day.entersAfterMs === null)).toBeCloseTo(0.05, 1);
    expect(share((day) => day.leavesCampusAfterMs !== null)).toBeCloseTo(0.08, 1);
    expect(share((day) => day.silentAfterMs !== null)).toBeCloseTo(0.04, 1);
    expect(share((day) => day.exitsAfterMs === null)).toBeGreaterThan(0.3);
    expect(simulatedDay(seededRandom(5))).toEqual(simulatedDay(seededRandom(5)));
  });
});
