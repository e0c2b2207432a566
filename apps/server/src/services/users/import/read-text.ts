import { Readable } from 'node:stream';
import type { Delimiter } from '@muster/contracts';
import { CsvError, parse } from 'csv-parse';
import { FileFault } from './file-fault.ts';
import type { TableRow } from './table-row.ts';

/** A record longer than this is a quotation mark that was never closed. */
const recordMaxBytes = 64 * 1024;

/**
 * The records of a CSV (RFC 4180), counted as a spreadsheet counts rows.
 * @throws FileFault
 */
export async function* readText(text: string, delimiter: Delimiter): AsyncGenerator<TableRow> {
  const records = parse({
    delimiter,
    relax_column_count: true,
    // 5" pipe
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: recordMaxBytes,
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  let row = 0;
  try {
    for await (const cells of Readable.from(piecesOf(text)).compose(records)) {
      row += 1;
      yield { row, cells: cells as string[] };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new FileFault(
      `Row ${row + 1} cannot be read: a quotation mark (") opens there and does not end. Cells with one are written as "5"" pipe".`,
      { cause: error },
    );
  }
}

/** So that other work gets its turn in between. */
function* piecesOf(text: string): Generator<string> {
  const size = 64 * 1024;
  for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size);
}
