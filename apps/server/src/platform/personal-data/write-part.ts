import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { EventPayload } from '@muster/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { ObjectStore } from '../objects/port.ts';
import type { PersonalData } from './port.ts';

export type PartFile = EventPayload<'platform.personal-data-exported'>['files'][number];
type Row = Readonly<Record<string, unknown>>;

const rowsAtOnce = 2_000;

/** Puts one JSON file for each table aside: an array, one row a line. A repeat writes the same files. */
export const writePart = async (
  tx: Tx,
  objects: ObjectStore,
  { tables }: Pick<PersonalData, 'tables'>,
  about: { readonly orgId: string; readonly userId: string; readonly requestId: string },
): Promise<PartFile[]> => {
  const files: PartFile[] = [];
  for (const [table, query] of Object.entries(tables)) {
    const objectKey = `${about.orgId}/exports/${idOf(`${about.requestId} ${table}`)}.json`;
    const seen = { rows: 0, columns: [] as string[] };
    const lines = linesOf(tx, query(sql.lit(about.userId)), seen);
    await objects.put(objectKey, Readable.from(lines), { contentType: 'application/json' });
    files.push({ table, objectKey, ...seen });
  }
  return files;
};

/** Read by a cursor: a month of positions does not have to fit into memory. */
async function* linesOf(
  tx: Tx,
  query: RawBuilder<unknown>,
  seen: { rows: number; columns: string[] },
): AsyncGenerator<string> {
  await sql`DECLARE personal NO SCROLL CURSOR FOR ${query}`.execute(tx);
  yield '[';
  for (;;) {
    const { rows } = await sql<Row>`FETCH ${sql.lit(rowsAtOnce)} FROM personal`.execute(tx);
    if (rows[0] !== undefined && seen.rows === 0) seen.columns = Object.keys(rows[0]);
    for (const row of rows) {
      yield `${seen.rows === 0 ? '' : ','}\n${JSON.stringify(row)}`;
      seen.rows += 1;
    }
    if (rows.length < rowsAtOnce) break;
  }
  yield '\n]\n';
  await sql`CLOSE personal`.execute(tx);
}

/** The same id for the same text, in the form of a UUID. */
const idOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
