import type { Delimiter, FileReading, TextEncoding } from '@muster/contracts';
import { detectDelimiter } from '../rules/delimiters.ts';
import { type OneRosterFiles, oneRosterTable } from '../rules/oneroster.ts';
import { decodeText, detectEncoding, looksBinary } from '../rules/text-encoding.ts';
import { FileFault } from './file-fault.ts';
import { readText } from './read-text.ts';
import { readWorkbook } from './read-workbook.ts';
import type { TableRow } from './table-row.ts';
import { isZip, unpack } from './unpack.ts';

export interface OpenedFile extends Pick<FileReading, 'format' | 'encoding' | 'delimiter'> {
  /** Rows that are not empty. @throws FileFault */
  readonly rows: AsyncIterable<TableRow>;
}

interface Corrections {
  readonly encoding?: TextEncoding | null;
  readonly delimiter?: Delimiter | null;
}

const rowsAtMost = 50_000;
const columnsAtMost = 100;

/**
 * A file as a table, whatever it is: CSV in any encoding and with any delimiter, an Excel workbook, a OneRoster archive.
 * @throws FileFault, also while its rows are read
 */
export const openFile = async (bytes: Buffer, corrections: Corrections = {}): Promise<OpenedFile> => {
  if (bytes.length === 0) throw new FileFault('This file is empty.');
  if (bytes.length > 3 && bytes.readUInt32BE(0) === 0xd0cf11e0) {
    throw new FileFault('This is an old Excel file (.xls), or one with a password. Save it as .xlsx or .csv.');
  }
  if (isZip(bytes)) return openArchive(bytes);
  const encoding = corrections.encoding ?? detectEncoding(bytes);
  const text = decodeText(bytes, encoding);
  if (looksBinary(text)) throw new FileFault('This is no table: choose a .csv or .xlsx file.');
  const delimiter = corrections.delimiter ?? detectDelimiter(text);
  return { format: 'csv', encoding, delimiter, rows: filled(readText(text, delimiter)) };
};

const openArchive = async (bytes: Buffer): Promise<OpenedFile> => {
  const isMarker = (name: string) => name === 'xl/workbook.xml' || baseOf(name) === 'users.csv';
  const found = [...(await unpack(bytes, isMarker)).keys()];
  const shape = { encoding: null, delimiter: null };
  if (found.includes('xl/workbook.xml')) return { format: 'xlsx', ...shape, rows: filled(readWorkbook(bytes)) };
  if (found.length === 0) {
    throw new FileFault('In this archive is neither an Excel workbook nor a OneRoster export (users.csv).');
  }
  return { format: 'oneroster', ...shape, rows: filled(readOneRoster(bytes)) };
};

const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1).toLowerCase();
const rosterFiles = ['users', 'roles', 'orgs', 'classes', 'enrollments'] as const;

async function* readOneRoster(bytes: Buffer): AsyncGenerator<TableRow> {
  const contents = await unpack(bytes, (name) => rosterFiles.some((file) => baseOf(name) === `${file}.csv`));
  const files: Partial<Record<(typeof rosterFiles)[number], string[][]>> = {};
  for (const [name, content] of contents) {
    const rows: string[][] = [];
    for await (const { cells } of readText(decodeText(content, detectEncoding(content)), ',')) {
      if (cells.some((cell) => cell !== '')) rows.push([...cells]);
    }
    files[baseOf(name).replace('.csv', '') as (typeof rosterFiles)[number]] = rows;
  }
  const { users = [] } = files;
  const table = oneRosterTable({ ...files, users } satisfies OneRosterFiles);
  for (const [index, cells] of table.entries()) yield { row: index + 1, cells };
}

/** Without empty rows, and no more than one can look through. */
async function* filled(rows: AsyncIterable<TableRow>): AsyncGenerator<TableRow> {
  let count = 0;
  for await (const each of rows) {
    if (each.cells.every((cell) => cell.trim() === '')) continue;
    count += 1;
    if (count === 1) checkHeader(each.cells);
    if (count > rowsAtMost + 1) throw new FileFault(`There are more than ${rowsAtMost} rows: split the file.`);
    yield each;
  }
  if (count < 2) throw new FileFault('Below the first row, which names the columns, there is no row.');
}

const checkHeader = (columns: readonly string[]): void => {
  if (columns.length > columnsAtMost) throw new FileFault(`There are more than ${columnsAtMost} columns.`);
};
