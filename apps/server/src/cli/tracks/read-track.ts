import { gpx } from '@tmcw/togeojson';
import { DOMParser } from '@xmldom/xmldom';
import { readCsv } from './read-csv.ts';
import { readGeoJson } from './read-geojson.ts';
import { TrackError, type TrackPoint } from './track.ts';

/**
 * Reads a recorded track: GPX, GeoJSON (features of one point each, or lines with times) or CSV, known by the file
 * name's ending and, failing that, by how it begins. The points come in order of time. Throws a TrackError that says
 * what is missing or wrong, and where.
 */
export function readTrack(fileName: string, text: string): TrackPoint[] {
  const content = text.replace(/^\uFEFF/, '');
  const points = pick(fileName, content)(content);
  if (points.length === 0) {
    throw new TrackError(`${fileName} has no points with a time.`);
  }
  return points.toSorted((one, other) => one.atMs - other.atMs);
}

function pick(fileName: string, content: string): (text: string) => TrackPoint[] {
  const ending = /\.([a-z]+)$/i.exec(fileName)?.[1]?.toLowerCase();
  const start = content.trimStart();
  if (ending === 'gpx' || (ending !== 'csv' && start.startsWith('<'))) {
    return readGpx;
  }
  if (ending === 'geojson' || ending === 'json' || /^[{[]/.test(start)) {
    return readGeoJsonText;
  }
  return readCsv;
}

function readGpx(text: string): TrackPoint[] {
  if (/<!DOCTYPE/i.test(text)) {
    throw new TrackError('The file declares a document type, which GPX files do not need; remove that line.');
  }
  try {
    const parser = new DOMParser({
      onError: (level, message) => {
        if (level !== 'warning') {
          throw new Error(message);
        }
      },
    });
    const tracks = gpx(parser.parseFromString(text, 'text/xml'));
    // Waypoints are marks on a map, whatever time they carry; only tracks and routes are where someone went.
    return readGeoJson({ features: tracks.features.filter((feature) => feature.geometry?.type !== 'Point') });
  } catch (error) {
    throw error instanceof TrackError
      ? error
      : new TrackError(`This is no GPX file: ${firstLine(error)}`, { cause: error });
  }
}

function readGeoJsonText(text: string): TrackPoint[] {
  try {
    return readGeoJson(JSON.parse(text));
  } catch (error) {
    throw error instanceof TrackError
      ? error
      : new TrackError(`This is no JSON: ${firstLine(error)}`, { cause: error });
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
