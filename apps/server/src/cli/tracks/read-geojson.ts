import { parseInstant } from '../../services/geo/rules/instant.ts';
import { TrackError, type TrackPoint } from './track.ts';

type Loose = Readonly<Record<string, unknown>>;

/**
 * The points of a GeoJSON object: Point features with a time in their properties (as Overland writes them, `locations`
 * included), and lines whose properties hold one time per coordinate (`coordTimes`, or `coordinateProperties.times` as
 * togeojson writes it). Coordinates without a time are left out.
 */
export function readGeoJson(value: unknown): TrackPoint[] {
  const root = loose(value);
  const features = [root['features'], root['locations'], value].find((list) => Array.isArray(list)) ?? [value];
  return (features as unknown[]).flatMap((feature, index) => readFeature(loose(feature), index + 1));
}

function readFeature(feature: Loose, number: number): TrackPoint[] {
  const geometry = loose(feature['geometry'] ?? feature);
  const properties = loose(feature['properties']);
  const { type, coordinates } = geometry;
  const where = `Feature ${number}`;
  switch (type) {
    case 'Point':
      return [pointOf(coordinates, instantOf(properties, where), properties, where)];
    case 'LineString':
      return lineOf(coordinates, timesOf(properties), where);
    case 'MultiLineString': {
      const times = timesOf(properties);
      return asList(coordinates).flatMap((line, index) => lineOf(line, asList(times[index]), where));
    }
    default:
      return [];
  }
}

function lineOf(coordinates: unknown, times: readonly unknown[], where: string): TrackPoint[] {
  return asList(coordinates).flatMap((place, index) => {
    const time = times[index];
    return time === undefined || time === null
      ? []
      : [pointOf(place, readInstant(time, `${where}, point ${index + 1}`), {}, `${where}, point ${index + 1}`)];
  });
}

function timesOf(properties: Loose): readonly unknown[] {
  return asList(properties['coordTimes'] ?? loose(properties['coordinateProperties'])['times']);
}

function instantOf(properties: Loose, where: string): number {
  const time = properties['timestamp'] ?? properties['time'] ?? properties['tst'];
  if (time === undefined || time === null) {
    throw new TrackError(`${where} has no time: its properties need a timestamp.`);
  }
  return readInstant(time, where);
}

/** Text, or seconds or milliseconds since 1970. */
function readInstant(time: unknown, where: string): number {
  const atMs =
    typeof time === 'number'
      ? Math.round(time < 1e11 ? time * 1000 : time)
      : parseInstant(typeof time === 'string' ? time : '');
  if (!Number.isFinite(atMs)) {
    throw new TrackError(`${where} has a time that cannot be read: ${JSON.stringify(time)}.`);
  }
  return atMs;
}

function pointOf(place: unknown, atMs: number, properties: Loose, where: string): TrackPoint {
  const [longitude, latitude, altitude] = asList(place);
  if (
    typeof latitude !== 'number' ||
    typeof longitude !== 'number' ||
    !(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)
  ) {
    throw new TrackError(`${where} is no place on earth: ${JSON.stringify(place)}.`);
  }
  return {
    atMs,
    latitude,
    longitude,
    accuracyMeters: positive(properties['horizontal_accuracy'] ?? properties['accuracy']),
    altitudeMeters: finite(properties['altitude'] ?? altitude),
    speedMetersPerSecond: notNegative(properties['speed']),
    headingDegrees: notNegative(properties['course'] ?? properties['heading']),
  };
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function notNegative(value: unknown): number | null {
  const number = finite(value);
  return number !== null && number >= 0 ? number : null;
}

function positive(value: unknown): number | null {
  return notNegative(value) === 0 ? null : notNegative(value);
}

function loose(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? (value as Loose) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
