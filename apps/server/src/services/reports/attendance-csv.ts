import { pipeline, Readable, type Transform } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { AttendanceLine } from './attendance-store.ts';

const columns = [
  { key: 'groupName', header: 'Group' },
  { key: 'number', header: 'Number' },
  { key: 'displayName', header: 'Name' },
  { key: 'date', header: 'Date' },
  { key: 'code', header: 'Code' },
  { key: 'entered', header: 'Entered' },
  { key: 'exited', header: 'Left' },
  { key: 'lateByMinutes', header: 'Late (min)' },
  { key: 'leftEarlyByMinutes', header: 'Left early (min)' },
  { key: 'workedMinutes', header: 'Present (min)' },
  { key: 'noExit', header: 'No exit' },
] as const satisfies readonly { key: keyof AttendanceLine; header: string }[];

/**
 * Attendance lines as CSV (RFC 4180), as they come. It starts with a byte order mark, or Excel would take UTF-8 for
 * something else; a cell that a spreadsheet would run as a formula starts with an apostrophe instead.
 */
export const attendanceCsv = (lines: AsyncIterable<AttendanceLine>): Transform => {
  const csv = stringify({
    bom: true,
    header: true,
    columns: [...columns],
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { boolean: (value) => (value ? 'yes' : '') },
  });
  // An error on either side destroys both; whoever reads the CSV sees it.
  pipeline(Readable.from(lines), csv, () => {});
  return csv;
};
