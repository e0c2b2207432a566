import { describe, expect, it } from 'vitest';
import { distanceMeters } from '../../services/geo/rules/geodesy.ts';
import { readTrack } from './read-track.ts';
import { moveTrack, retime, TrackError, type TrackPoint } from './track.ts';

const eight = Date.UTC(2026, 0, 1, 8);
const unknown = { accuracyMeters: null, altitudeMeters: null, speedMetersPerSecond: null, headingDegrees: null };
const point = (seconds: number, latitude: number, longitude: number, more: Partial<TrackPoint> = {}): TrackPoint => ({
  atMs: eight + seconds * 1000,
  latitude,
  longitude,
  ...unknown,
  ...more,
});
const walk = [point(0, 47.07, 15.43), point(30, 47.071, 15.431), point(60, 47.072, 15.433)];

describe('reading CSV', () => {
  it.each([
    [
      'semicolons, nanoseconds, accuracy 0',
      'user_id;longitude;latitude;accuracy;tracked_at\n0;15.43;47.07;0.0;2026-01-01 08:00:00.178999901\n0;15.431;47.071;16.0;2026-01-01 08:00:30.000000000\n',
      [point(0.178, 47.07, 15.43), point(30, 47.071, 15.431, { accuracyMeters: 16 })],
    ],
    ['commas, seconds', 'lat,lon,timestamp\n47.07,15.43,1767254400\n', [point(0, 47.07, 15.43)]],
    ['milliseconds', 'Lat,Lng,Time\n47.07,15.43,1767254400123\n', [point(0.123, 47.07, 15.43)]],
    ['microseconds', 'lat,lon,ts\n47.07,15.43,1767254400123000\n', [point(0.123, 47.07, 15.43)]],
    [
      'tabs, ISO with an offset',
      'Latitude\tLongitude\tDate Time\n47.07\t15.43\t2026-01-01T09:00:00+01:00\n',
      [point(0, 47.07, 15.43)],
    ],
    [
      'decimal commas',
      'lat;lon;time;speed\n47,07;15,43;2026-01-01T08:00:00Z;1,5\n',
      [point(0, 47.07, 15.43, { speedMetersPerSecond: 1.5 })],
    ],
    ['date and time apart', 'date,time,lat,lon\n2026-01-01,08:00:00,47.07,15.43\n', [point(0, 47.07, 15.43)]],
    [
      'units in the header',
      '\uFEFFtime,lat,lon,Accuracy (m),Speed KMH,Altitude [m],bearing\n2026-01-01 08:00,47.07,15.43,12,36,353,90\n',
      [
        point(0, 47.07, 15.43, {
          accuracyMeters: 12,
          speedMetersPerSecond: 10,
          altitudeMeters: 353,
          headingDegrees: 90,
        }),
      ],
    ],
    [
      'a quoted cell with a delimiter, an empty line, an empty cell',
      'name,lat,lon,time,speed\n"gate, north",47.07,15.43,1767254400,\n\n',
      [point(0, 47.07, 15.43)],
    ],
    ['latest first', 'lat,lon,time\n2,2,1767254460\n1,1,1767254400\n', [point(0, 1, 1), point(60, 2, 2)]],
  ])('%s', (_name, text, expected) => {
    expect(readTrack('track.csv', text)).toEqual(expected);
  });

  it.each([
    [
      'no latitude column',
      'lon,time\n1,2\n',
      /no column for the latitude: one of latitude, lat, y was expected, the header has lon, time/,
    ],
    ['no time column', 'lat,lon\n1,2\n', /no column for the time/],
    [
      'a number that is none',
      'lat,lon,time\n1,2,1767254400\n1,east,1767254400\n',
      /Line 3 has a longitude that is no number: "east"/,
    ],
    ['an empty latitude', 'lat,lon,time\n,2,1767254400\n', /Line 2 has no latitude/],
    ['a place off the map', 'lat,lon,time\n91,2,1767254400\n', /Line 2 is no place on earth/],
    ['a time that cannot be read', 'lat,lon,time\n1,2,noon\n', /Line 2 has a time that cannot be read: "noon"/],
    ['a quote that never closes', 'lat,lon,time\n"1,2,3\n', /no CSV/],
    ['only a header', 'lat,lon,time\n', /no points/],
    ['nothing', '', /empty/],
  ])('says what is wrong: %s', (_name, text, sentence) => {
    expect(() => readTrack('track.csv', text)).toThrow(TrackError);
    expect(() => readTrack('track.csv', text)).toThrow(sentence);
  });
});

const gpxOf = (points: string, before = '') =>
  `<?xml version="1.0"?>${before}<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
  <wpt lat="1" lon="1"><time>2020-01-01T00:00:00Z</time><name>Tree</name></wpt><trk>${points}</trk></gpx>`;

describe('reading GPX', () => {
  it('takes the points of all segments, with altitude and time, and no waypoints', () => {
    const segment = (points: string) => `<trkseg>${points}</trkseg>`;
    const at = (second: string, lat: number, ele = '') =>
      `<trkpt lat="${lat}" lon="15.43">${ele}<time>2026-01-01T08:00:${second}Z</time></trkpt>`;
    const one = gpxOf(segment(at('00', 47.07, '<ele>353.5</ele>') + at('10', 47.071)));
    expect(readTrack('a.gpx', one)).toEqual([
      point(0, 47.07, 15.43, { altitudeMeters: 353.5 }),
      point(10, 47.071, 15.43),
    ]);
    const two = gpxOf(segment(at('00', 47.07) + at('10', 47.071)) + segment(at('20', 47.072) + at('30', 47.073)));
    expect(readTrack('a.gpx', two).map(({ latitude }) => latitude)).toEqual([47.07, 47.071, 47.072, 47.073]);
  });

  it.each([
    ['no times', gpxOf('<trkseg><trkpt lat="1" lon="2"/><trkpt lat="1" lon="3"/></trkseg>'), /no points with a time/],
    ['no XML', 'hello', /no GPX/],
    ['XML that is cut off', '<gpx><trk>', /no GPX/],
    ['a document type', gpxOf('', '<!DOCTYPE gpx [<!ENTITY a "b">]>'), /document type/],
  ])('says what is wrong: %s', (_name, text, sentence) => {
    expect(() => readTrack('a.gpx', text)).toThrow(sentence);
  });
});

describe('reading GeoJSON', () => {
  const feature = (second: string, longitude: number, properties: object = {}) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [longitude, 47.07] },
    properties: { timestamp: `2026-01-01T08:00:${second}Z`, ...properties },
  });
  const line = (
    properties: object,
    coordinates: unknown = [
      [15.43, 47.07, 353],
      [15.431, 47.071],
    ],
    type = 'LineString',
  ) =>
    JSON.stringify({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties, geometry: { type, coordinates } }],
    });
  const times = ['2026-01-01T08:00:00Z', '2026-01-01T08:00:30Z'];
  const expected = [point(0, 47.07, 15.43, { altitudeMeters: 353 }), point(30, 47.071, 15.431)];

  it('reads points as Overland keeps them', () => {
    const properties = { horizontal_accuracy: 8, speed: -1, altitude: 353, course: 12 };
    const text = JSON.stringify({ locations: [feature('10', 15.44), feature('00', 15.43, properties)] });
    expect(readTrack('a.json', text)).toEqual([
      point(0, 47.07, 15.43, { accuracyMeters: 8, altitudeMeters: 353, headingDegrees: 12 }),
      point(10, 47.07, 15.44),
    ]);
  });

  it('reads lines with times beside them', () => {
    expect(readTrack('a.geojson', line({ coordTimes: times }))).toEqual(expected);
    expect(readTrack('a', line({ coordinateProperties: { times } }))).toEqual(expected);
    const parts = [[[15.43, 47.07, 353]], [[15.431, 47.071]]];
    const nested = { coordTimes: times.map((time) => [time]) };
    expect(readTrack('a.json', line(nested, parts, 'MultiLineString'))).toEqual(expected);
  });

  it.each([
    ['no times', line({}), /no points with a time/],
    [
      'a point without time',
      JSON.stringify({ features: [feature('00', 1), { ...feature('00', 1), properties: {} }] }),
      /Feature 2 has no time/,
    ],
    [
      'a time that cannot be read',
      line({ coordTimes: ['noon', 'one'] }),
      /Feature 1, point 1 has a time that cannot be read: "noon"/,
    ],
    [
      'a place off the map',
      line({ coordTimes: times }, [
        [0, 91],
        [0, 0],
      ]),
      /point 1 is no place on earth/,
    ],
    ['no JSON', '{"features"', /no JSON/],
  ])('says what is wrong: %s', (_name, text, sentence) => {
    expect(() => readTrack('a.json', text)).toThrow(sentence);
  });
});

describe('moving a track', () => {
  it('keeps its shape, on the other side of the earth and across the antimeridian', () => {
    const moved = moveTrack(walk, { latitude: -16.8, longitude: 179.9999 });
    for (const [index, place] of moved.entries()) {
      const [was, now] = [walk[0], moved[0]] as [TrackPoint, TrackPoint];
      expect(distanceMeters(now, place)).toBeCloseTo(distanceMeters(was, walk[index] as TrackPoint), 0);
      expect(Math.abs(place.longitude)).toBeLessThanOrEqual(180);
    }
    expect(moved.map(({ atMs }) => atMs)).toEqual(walk.map(({ atMs }) => atMs));
  });

  it('puts its middle where it was asked to', () => {
    const to = { latitude: 28.61, longitude: 77.21 };
    const moved = moveTrack(walk, to);
    const middle = {
      latitude: ((moved[0]?.latitude ?? 0) + (moved[2]?.latitude ?? 0)) / 2,
      longitude: ((moved[0]?.longitude ?? 0) + (moved[2]?.longitude ?? 0)) / 2,
    };
    expect(distanceMeters(middle, to)).toBeLessThan(0.5);
  });

  it('makes a wide one smaller', () => {
    const fast = walk.map((one) => ({ ...one, speedMetersPerSecond: 8, accuracyMeters: 20 }));
    const moved = moveTrack(fast, { latitude: 47, longitude: 15 }, 100);
    const [first, , last] = moved as [TrackPoint, TrackPoint, TrackPoint];
    expect(distanceMeters(first, last)).toBeLessThan(100 * Math.SQRT2);
    expect(distanceMeters(first, last)).toBeGreaterThan(99);
    expect(first.speedMetersPerSecond ?? 0).toBeCloseTo((8 * 100) / 227.8, 0);
    expect(first.accuracyMeters).toBe(20);
  });

  it('leaves nothing as nothing', () => {
    expect(moveTrack([], { latitude: 0, longitude: 0 })).toEqual([]);
    expect(retime([], eight)).toEqual([]);
  });
});

describe('another time', () => {
  it('starts when asked to, as fast as asked to', () => {
    const start = Date.UTC(2027, 5, 1);
    const quick = retime(
      walk.map((one) => ({ ...one, speedMetersPerSecond: 2 })),
      start,
      10,
    );
    expect(quick.map(({ atMs }) => atMs - start)).toEqual([0, 3_000, 6_000]);
    expect(quick[0]?.speedMetersPerSecond).toBe(20);
  });
});
