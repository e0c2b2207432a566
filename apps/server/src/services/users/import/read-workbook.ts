import { PassThrough, type Readable } from 'node:stream';
import type { CellValue } from '@protobi/exceljs';
import { FileFault } from './file-fault.ts';
import type { TableRow } from './table-row.ts';
import { unpack } from './unpack.ts';

const isNeeded = (name: string): boolean =>
  /^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml|worksheets\/sheet\d+\.xml)$/.test(
    name,
  );

/** In this order the reader needs no temporary files. */
const order = [/_rels/, /workbook\.xml$/, /sharedStrings/, /styles/, /sheet/];
const placeOf = (name: string): number => order.findIndex((pattern) => pattern.test(name));
const numberOf = (name: string): number => Number(/(\d+)\.xml$/.exec(name)?.[1] ?? 0);

/**
 * The rows of the first sheet of an Excel workbook. The reader gets a new archive of what was unpacked and measured
 * here, and nothing else that the file may hold.
 * @throws FileFault
 */
export async function* readWorkbook(bytes: Buffer): AsyncGenerator<TableRow> {
  const parts = [...(await unpack(bytes, isNeeded))];
  const sheets = parts.filter(([name]) => name.includes('/sheet'));
  const [first] = sheets.sort(([one], [other]) => numberOf(one) - numberOf(other));
  if (first === undefined) throw new FileFault('There is no sheet in this workbook.');
  const kept = [...parts.filter(([name]) => !name.includes('/sheet')), first];
  kept.sort(([one], [other]) => placeOf(one) - placeOf(other));
  const { default: excel } = await import('@protobi/exceljs');
  const reader = new excel.stream.xlsx.WorkbookReader(await packed(kept), {
    worksheets: 'emit',
    sharedStrings: 'cache',
    styles: 'cache',
    hyperlinks: 'ignore',
  });
  try {
    for await (const sheet of reader) {
      for await (const row of sheet) {
        const cells: string[] = [];
        row.eachCell({ includeEmpty: false }, (cell, column) => {
          if (column > 1_000) throw new FileFault('There are more than a thousand columns in this sheet.');
          while (cells.length < column) cells.push('');
          cells[column - 1] = textOf(cell.value);
        });
        yield { row: row.number, cells };
      }
    }
  } catch (error) {
    if (error instanceof FileFault) throw error;
    throw new FileFault('This workbook is damaged and cannot be read.', { cause: error });
  }
}

const packed = async (parts: readonly (readonly [string, Buffer])[]): Promise<Readable> => {
  const { ZipFile } = await import('yazl');
  const archive = new ZipFile();
  for (const [name, content] of parts) archive.addBuffer(content, name, { compress: false });
  archive.end();
  return archive.outputStream.pipe(new PassThrough());
};

/** As a person reads the cell; a formula is shown as one, so that it is refused like one. */
const textOf = (value: CellValue): string => {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : dayOf(value);
  if (typeof value !== 'object') return String(value);
  if ('formula' in value || 'sharedFormula' in value) return '=formula';
  if ('richText' in value) return value.richText.map(({ text }) => text).join('');
  if ('text' in value) return String(value.text);
  return 'error' in value ? String(value.error) : '';
};

const dayOf = (at: Date): string => at.toISOString().replace(/T00:00:00\.000Z$/, '');
