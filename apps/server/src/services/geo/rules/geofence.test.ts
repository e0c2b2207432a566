import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceMeters, type LongitudeLatitude, type Position } from './geodesy.ts';
import { classify, distanceToGeofenceMeters, distanceToSiteMeters, type Geofence } from './geofence.ts';

/** Vincenty's inverse formula (Survey Review XXIII, 176, 1975): the reference for distances. */
function vincentyMeters(a: Position, b: Position): number {
  const [major, f, rad] = [6_378_137, 1 / 298.257223563, Math.PI / 180];
  const minor = major * (1 - f);
  const [u1, u2] = [a, b].map((p) => Math.atan((1 - f) * Math.tan(p.latitude * rad))) as [number, number];
  const difference = (b.longitude - a.longitude) * rad;
  let lambda = difference;
  for (let round = 0; round < 200; round += 1) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(Math.cos(u2) * sinL, Math.cos(u1) * Math.sin(u2) - Math.sin(u1) * Math.cos(u2) * cosL);
    if (sinSigma === 0) {
      return 0;
    }
    const cosSigma = Math.sin(u1) * Math.sin(u2) + Math.cos(u1) * Math.cos(u2) * cosL;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (Math.cos(u1) * Math.cos(u2) * sinL) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cos2M = cos2Alpha === 0 ? 0 : cosSigma - (2 * Math.sin(u1) * Math.sin(u2)) / cos2Alpha;
    const c = (f / 16) * cos2Alpha * (4 + f * (4 - 3 * cos2Alpha));
    const next =
      difference + (1 - c) * f * sinAlpha * (sigma + c * sinSigma * (cos2M + c * cosSigma * (2 * cos2M ** 2 - 1)));
    if (Math.abs(next - lambda) < 1e-12) {
      const squared = (cos2Alpha * (major ** 2 - minor ** 2)) / minor ** 2;
      const bigA = 1 + (squared / 16384) * (4096 + squared * (-768 + squared * (320 - 175 * squared)));
      const bigB = (squared / 1024) * (256 + squared * (-128 + squared * (74 - 47 * squared)));
      const delta =
        bigB *
        sinSigma *
        (cos2M +
          (bigB / 4) *
            (cosSigma * (2 * cos2M ** 2 - 1) - (bigB / 6) * cos2M * (4 * sinSigma ** 2 - 3) * (4 * cos2M ** 2 - 3)));
      return minor * bigA * (sigma - delta);
    }
    lambda = next;
  }
  return Number.NaN;
}

/** The place some meters away on a sphere, by vectors so that poles are nothing special. Used only to make up places. */
function moved({ latitude, longitude }: Position, bearing: number, meters: number): Position {
  const rad = Math.PI / 180;
  const [sinB, cosB] = [Math.sin(latitude * rad), Math.cos(latitude * rad)];
  const [sinL, cosL] = [Math.sin(longitude * rad), Math.cos(longitude * rad)];
  const [toEast, toNorth] = [Math.sin(bearing * rad), Math.cos(bearing * rad)];
  const [sinA, cosA] = [Math.sin(meters / 6_371_000), Math.cos(meters / 6_371_000)];
  const x = cosB * cosL * cosA + (-sinL * toEast - sinB * cosL * toNorth) * sinA;
  const y = cosB * sinL * cosA + (cosL * toEast - sinB * sinL * toNorth) * sinA;
  const z = sinB * cosA + cosB * toNorth * sinA;
  return { latitude: Math.atan2(z, Math.hypot(x, y)) / rad, longitude: Math.atan2(y, x) / rad };
}

const anywhere = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const bearing = fc.double({ min: 0, max: 360, noNaN: true });
const lonLat = ({ latitude, longitude }: Position): LongitudeLatitude => [longitude, latitude];

describe('distance over the ground', () => {
  it('agrees with the geodesic within 0.5 % over half the globe', () => {
    fc.assert(
      fc.property(anywhere, bearing, fc.double({ min: 1, max: 9_000_000, noNaN: true }), (from, degrees, meters) => {
        const to = moved(from, degrees, meters);
        const expected = vincentyMeters(from, to);
        fc.pre(Number.isFinite(expected));
        expect(Math.abs(distanceMeters(from, to) - expected)).toBeLessThan(0.001 + expected * 0.005);
      }),
      { numRuns: 2_000 },
    );
  });

  it('agrees with the geodesic within a centimeter across a campus', () => {
    fc.assert(
      fc.property(anywhere, bearing, fc.double({ min: 1, max: 5_000, noNaN: true }), (from, degrees, meters) => {
        const to = moved(from, degrees, meters);
        expect(distanceMeters(from, to)).toBeCloseTo(vincentyMeters(from, to), 2);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes the whole turn: 181 is -179, and an antipode is half the earth away', () => {
    expect(distanceMeters({ latitude: 10, longitude: 181 }, { latitude: 10, longitude: -179 })).toBeLessThan(1e-6);
    expect(distanceMeters({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 })).toBeGreaterThan(19_900_000);
  });
});

/** Inside or outside a star-shaped ring, found by walking round it: the reference for polygons. */
function referenceSide(center: Position, ring: Position[], place: Position): 'inside' | 'outside' | 'edge' {
  const flat = (p: Position): [number, number] => {
    const meters = vincentyMeters(center, p);
    const rad = Math.PI / 180;
    const turn = (p.longitude - center.longitude) * rad;
    const east = Math.sin(turn) * Math.cos(p.latitude * rad);
    const north =
      Math.cos(center.latitude * rad) * Math.sin(p.latitude * rad) -
      Math.sin(center.latitude * rad) * Math.cos(p.latitude * rad) * Math.cos(turn);
    const angle = Math.atan2(east, north);
    return [meters * Math.sin(angle), meters * Math.cos(angle)];
  };
  const [x, y] = flat(place);
  let winding = 0;
  let nearest = Number.POSITIVE_INFINITY;
  for (const [index, corner] of ring.entries()) {
    const [x1, y1] = flat(corner);
    const [x2, y2] = flat(ring[(index + 1) % ring.length] as Position);
    winding += Math.atan2((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y), (x1 - x) * (x2 - x) + (y1 - y) * (y2 - y));
    for (let step = 0; step <= 20; step += 1) {
      nearest = Math.min(nearest, Math.hypot(x1 + ((x2 - x1) * step) / 20 - x, y1 + ((y2 - y1) * step) / 20 - y));
    }
  }
  return nearest < 15 ? 'edge' : Math.abs(winding) > Math.PI ? 'inside' : 'outside';
}

describe('a polygon', () => {
  it('tells inside from outside as walking round it does, anywhere on earth and in either direction', () => {
    const corners = fc.array(fc.double({ min: 50, max: 900, noNaN: true }), { minLength: 3, maxLength: 24 });
    fc.assert(
      fc.property(
        anywhere,
        corners,
        bearing,
        fc.double({ min: 0, max: 1_200, noNaN: true }),
        fc.boolean(),
        fc.boolean(),
        (center, radii, degrees, meters, turned, repeated) => {
          const ring = radii.map((radius, index) => moved(center, (360 * index) / radii.length, radius));
          const place = moved(center, degrees, meters);
          const expected = referenceSide(center, ring, place);
          fc.pre(expected !== 'edge');
          const drawn = turned ? ring.toReversed() : ring;
          const points = (repeated ? [...drawn, drawn[0] as Position] : drawn).map(lonLat);
          const distance = distanceToGeofenceMeters({ kind: 'polygon', rings: [points] }, place);
          expect(distance < 0 ? 'inside' : 'outside').toBe(expected);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  const square = (halfMeters: number, at: Position): LongitudeLatitude[] =>
    [45, 135, 225, 315].map((degrees) => lonLat(moved(at, degrees, halfMeters * Math.SQRT2)));
  const campus = { latitude: 47.07, longitude: 15.44 };

  it('measures the way to its edge', () => {
    const fence: Geofence = { kind: 'polygon', rings: [square(200, campus)] };
    const gap = (meters: number) => distanceToGeofenceMeters(fence, moved(campus, 90, meters));
    expect(gap(0)).toBeGreaterThan(-202);
    expect(gap(0)).toBeLessThan(-198);
    expect(Math.abs(gap(150) + 50)).toBeLessThan(1);
    expect(Math.abs(gap(300) - 100)).toBeLessThan(1);
  });

  it('has holes that are outside', () => {
    const fence: Geofence = { kind: 'polygon', rings: [square(200, campus), square(50, campus).toReversed()] };
    expect(distanceToGeofenceMeters(fence, campus)).toBeCloseTo(50, 0);
    expect(distanceToGeofenceMeters(fence, moved(campus, 0, 120))).toBeCloseTo(-70, 0);
  });

  it('is the same across the antimeridian, unwrapped or cut', () => {
    const fiji = { latitude: -16.8, longitude: 180 };
    const ring = square(500, fiji);
    const unwrapped = ring.map(([lon, lat]): LongitudeLatitude => [lon < 0 ? lon + 360 : lon, lat]);
    const place = moved(fiji, 90, 300);
    const expected = distanceToGeofenceMeters({ kind: 'polygon', rings: [ring] }, place);
    expect(expected).toBeCloseTo(-200, -1);
    expect(distanceToGeofenceMeters({ kind: 'polygon', rings: [unwrapped] }, place)).toBeCloseTo(expected, 6);

    const [north, south] = [moved(fiji, 0, 500).latitude, moved(fiji, 180, 500).latitude];
    const [west, east] = [moved(fiji, 270, 500).longitude, moved(fiji, 90, 500).longitude];
    const box = (from: number, to: number): Geofence => ({
      kind: 'polygon',
      rings: [
        [
          [from, south],
          [to, south],
          [to, north],
          [from, north],
        ],
      ],
    });
    const cut = [box(west, 180), box(-180, east)];
    expect(distanceToSiteMeters(cut, moved(fiji, 0, 700))).toBeCloseTo(200, -1);
    expect(classify(cut, { ...fiji, accuracyMeters: 40 })).toBe('inside');
  });

  it('may lie around a pole', () => {
    const ring: LongitudeLatitude[] = [0, 60, 120, 180, -120, -60].map((longitude) => [longitude, 89.99]);
    const fence: Geofence = { kind: 'polygon', rings: [ring] };
    expect(distanceToGeofenceMeters(fence, { latitude: 90, longitude: 77 })).toBeLessThan(-900);
    expect(distanceToGeofenceMeters(fence, { latitude: 89.98, longitude: 30 })).toBeGreaterThan(1_000);
  });
});

describe('a circle and a corridor', () => {
  it('measure from their edge', () => {
    const center = { latitude: 64.15, longitude: -21.95 };
    const circle: Geofence = { kind: 'circle', center, radiusMeters: 250 };
    expect(distanceToGeofenceMeters(circle, center)).toBe(-250);
    expect(distanceToGeofenceMeters(circle, moved(center, 33, 400))).toBeCloseTo(150, -1);

    const line = [center, moved(center, 90, 1_000)].map(lonLat);
    const corridor: Geofence = { kind: 'corridor', line, widthMeters: 60 };
    expect(distanceToGeofenceMeters(corridor, moved(center, 90, 500))).toBeCloseTo(-30, 0);
    expect(distanceToGeofenceMeters(corridor, moved(center, 0, 130))).toBeCloseTo(100, 0);
    expect(distanceToGeofenceMeters(corridor, moved(center, 270, 130))).toBeCloseTo(100, 0);
  });
});

describe('classification by the accuracy circle', () => {
  const center = { latitude: 28.61, longitude: 77.21 };
  const fences: Geofence[] = [{ kind: 'circle', center, radiusMeters: 200 }];
  const fix = (meters: number, accuracyMeters: number | null) => ({ ...moved(center, 10, meters), accuracyMeters });

  it.each([
    ['the whole circle inside', 150, 40, 'inside'],
    ['the rim across the edge from within', 170, 40, 'uncertain'],
    ['the rim across the edge from without', 230, 40, 'uncertain'],
    ['the whole circle outside', 250, 40, 'outside'],
    ['no accuracy, far enough inside for 50 m', 145, null, 'inside'],
    ['no accuracy, too near the edge', 155, null, 'uncertain'],
    ['no accuracy, far enough outside', 255, null, 'outside'],
    ['an accuracy wider than the site', 0, 500, 'uncertain'],
  ])('%s', (_name, meters, accuracyMeters, zone) => {
    expect(classify(fences, fix(meters, accuracyMeters))).toBe(zone);
  });

  it('says nothing without a geofence', () => {
    expect(classify([], fix(0, 5))).toBe('uncertain');
    expect(distanceToSiteMeters([], center)).toBeNull();
  });

  it('knows that the seam between two joined fences is inside the site', () => {
    const east = moved(center, 90, 300);
    const joined: Geofence[] = [...fences, { kind: 'circle', center: east, radiusMeters: 200 }];
    const between = { ...moved(center, 90, 150), accuracyMeters: 80 };
    expect(classify(joined.slice(0, 1), between)).toBe('uncertain');
    expect(classify(joined, between)).toBe('inside');
    expect(classify(joined, { ...between, accuracyMeters: 150 })).toBe('uncertain');
  });
});
