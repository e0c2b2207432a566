import { CsvError, parse } from 'csv-parse/sync';
import { parseInstant } from '../../services/geo/rules/instant.ts';
import { TrackError, type TrackPoint } from './track.ts';

/** What the columns of track files are called, in lower case; the first that is there counts. */
const spellings = {
  latitude: ['latitude', 'lat', 'y'],
  longitude: ['longitude', 'lon', 'lng', 'long', 'x'],
  time: ['tracked_at', 'timestamp', 'datetime', 'date_time', 'recorded_at', 'fixed_at', 'time', 'utc', 'tst', 'ts'],
  date: ['date'],
  accuracy: ['accuracy', 'acc', 'horizontal_accuracy', 'hacc'],
  altitude: ['altitude', 'alt', 'elevation', 'ele', 'height'],
  speed: ['speed', 'spd', 'velocity'],
  kilometersPerHour: ['speed_kmh', 'speed_kph', 'spd_kph'],
  heading: ['heading', 'bearing', 'course', 'dir'],
} as const;

type Column = keyof typeof spellings;
type Columns = Readonly<Record<Column, number | null>>;
type Row = { readonly line: number; readonly cells: readonly string[] };

/**
 * The points of a CSV file with a header line: comma, semicolon or tab between the columns (whichever the header has
 * most of), a decimal point or comma, times as text or as seconds, milliseconds, micro- or nanoseconds since 1970.
 * Speeds are m/s unless the column says otherwise; an accuracy of 0 is none.
 */
export function readCsv(text: string): TrackPoint[] {
  const [header, ...rows] = readRows(text);
  if (header === undefined) {
    throw new TrackError('The file is empty.');
  }
  const columns = columnsOf(header.cells);
  return rows.map((row) => readPoint(row, columns));
}

function readRows(text: string): Row[] {
  try {
    const records: unknown = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    return (records as { info: { lines: number }; record: string[] }[]).map(({ info, record }) => ({
      line: info.lines,
      cells: record,
    }));
  } catch (error) {
    throw new TrackError(`The file is no CSV: ${error instanceof CsvError ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function delimiterOf(text: string): string {
  const header = text.trimStart().split(/[\r\n]/, 1)[0] ?? '';
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function columnsOf(header: readonly string[]): Columns {
  const names = header.map((name) =>
    name
      .toLowerCase()
      .replace(/\s*[([].*$/, '')
      .trim()
      .replaceAll(/[\s-]+/g, '_'),
  );
  const find = (column: Column) => {
    const spelling = spellings[column].find((name) => names.includes(name));
    return spelling === undefined ? null : names.indexOf(spelling);
  };
  const columns = Object.fromEntries(
    (Object.keys(spellings) as Column[]).map((column) => [column, find(column)]),
  ) as Columns;
  for (const column of ['latitude', 'longitude', 'time'] as const) {
    if (columns[column] === null) {
      throw new TrackError(
        `There is no column for the ${column}: one of ${spellings[column].join(', ')} was expected, the header has ${header.join(', ')}.`,
      );
    }
  }
  return columns;
}

function readPoint(row: Row, columns: Columns): TrackPoint {
  const cell = (column: Column) => {
    const index = columns[column];
    return index === null ? '' : (row.cells[index] ?? '');
  };
  const number = (column: Column) => readNumber(cell(column), column, row.line);
  const [latitude, longitude] = [number('latitude'), number('longitude')];
  if (latitude === null || longitude === null) {
    throw new TrackError(`Line ${row.line} has no ${latitude === null ? 'latitude' : 'longitude'}.`);
  }
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
    throw new TrackError(`Line ${row.line} is no place on earth: latitude ${latitude}, longitude ${longitude}.`);
  }
  const accuracy = number('accuracy');
  const perHour = number('kilometersPerHour');
  return {
    atMs: readTime(cell('date'), cell('time'), row.line),
    latitude,
    longitude,
    accuracyMeters: accuracy !== null && accuracy > 0 ? accuracy : null,
    altitudeMeters: number('altitude'),
    speedMetersPerSecond: notNegative(number('speed') ?? (perHour === null ? null : perHour / 3.6)),
    headingDegrees: notNegative(number('heading')),
  };
}

function readNumber(text: string, column: Column, line: number): number | null {
  if (text === '') {
    return null;
  }
  const value = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
  if (!Number.isFinite(value)) {
    throw new TrackError(`Line ${line} has a ${column} that is no number: "${text.slice(0, 40)}".`);
  }
  return value;
}

/** An instant; or a time of day, when a column of dates goes with it. */
function readTime(date: string, time: string, line: number): number {
  const atMs = /^\d+([.,]\d+)?$/.test(time) ? sinceEpoch(Number(time.replace(',', '.'))) : parseInstant(time);
  const found = Number.isNaN(atMs) && date !== '' ? parseInstant(`${date} ${time}`) : atMs;
  if (!Number.isFinite(found)) {
    throw new TrackError(`Line ${line} has a time that cannot be read: "${time.slice(0, 40)}".`);
  }
  return found;
}

/** The size shows the unit: in seconds, 1e11 is the year 5138; in milliseconds, 1973; and so on. */
function sinceEpoch(count: number): number {
  if (count < 1e11) {
    return Math.floor(count * 1000);
  }
  return Math.floor(count / (count < 1e14 ? 1 : count < 1e17 ? 1e3 : 1e6));
}

function notNegative(value: number | null): number | null {
  return value !== null && value < 0 ? null : value;
}
