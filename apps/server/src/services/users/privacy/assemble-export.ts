import { createInterface } from 'node:readline';
import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { ZipFile } from 'yazl';
import { appendAudit } from '../../../platform/audit-trail/append.ts';
import type { Tx } from '../../../platform/database/port.ts';
import type { RunningJob } from '../../../platform/jobs/port.ts';
import type { ObjectStore } from '../../../platform/objects/port.ts';
import type { PartFile } from '../../../platform/personal-data/write-part.ts';
import type { Ports } from '../../../platform/service.ts';
import { finishRequest, readPartFiles, readRequest } from './request-store.ts';
import { readRetentionDays } from './retention.ts';

export const assembleExportJob = 'users.assemble-export';

/** The jobs port tries no more often than this. */
const lastAttempt = 5;
const dayMs = 24 * 60 * 60_000;

type AssemblePorts = Pick<Ports, 'database' | 'objects' | 'clock'>;

/** Puts the parts of all services into one ZIP file. May be repeated: the same request makes the same object. */
export const assembleExport =
  (ports: AssemblePorts) =>
  async ({ orgId, payload: { requestId }, attempt }: RunningJob<{ requestId: string }>): Promise<void> => {
    const { database, objects, clock } = ports;
    const inUsers = <T>(work: (tx: Tx) => Promise<T>) => database.inOrganization('users', orgId, work);
    const request = await inUsers((tx) => readRequest(tx, requestId));
    if (request?.state !== 'running') return;
    const files = await inUsers((tx) => readPartFiles(tx, requestId));
    try {
      const { ZipFile: Zip } = await import('yazl');
      const zip = new Zip();
      const objectKey = `${orgId}/exports/${requestId}.zip`;
      const stored = objects.put(objectKey, zip.outputStream as Readable, { contentType: 'application/zip' });
      fill(zip, objects, files, { for: request.subjectName, requestedAt: request.requestedAt });
      const { bytes } = await stored;
      await inUsers(async (tx) => {
        const at = clock.now();
        const { exports: days } = await readRetentionDays(tx);
        const expiresAt = new Date(at.getTime() + days * dayMs);
        await finishRequest(tx, requestId, { state: 'done', at, objectKey, bytes, expiresAt });
        const entry = { action: 'data-export.made', object: { kind: 'user', id: request.subjectId } };
        await appendAudit(tx, { ...entry, actor: { kind: 'system' }, detail: { requestId, bytes } }, clock);
      });
    } catch (error) {
      if (attempt >= lastAttempt) {
        await inUsers((tx) => finishRequest(tx, requestId, { state: 'failed', at: clock.now() }));
      }
      throw error;
    }
    for (const file of files) await objects.delete(file.objectKey);
  };

/** Everything as JSON, as it is; what has rows as CSV as well. Files are read one after the other, as the ZIP is written. */
const fill = (zip: ZipFile, objects: ObjectStore, files: readonly PartFile[], about: Record<string, string>): void => {
  const contents = { ...about, files: files.map(({ table, rows }) => ({ table, rows })) };
  zip.addBuffer(Buffer.from(`${JSON.stringify(contents, null, 2)}\n`), 'contents.json');
  const add = (name: string, open: () => Promise<Readable>) =>
    zip.addReadStreamLazy(name, (give) => {
      open().then(
        (stream) => give(null, stream),
        (error: unknown) => give(error, Readable.from([])),
      );
    });
  for (const { table, objectKey, columns, rows } of files) {
    const open = async () => {
      const stored = await objects.get(objectKey);
      if (stored === null) throw new Error(`The part ${table} is not there.`);
      return stored.content;
    };
    add(`${table}.json`, open);
    if (rows > 0) add(`${table}.csv`, async () => csvOf(await open(), columns));
  }
  // Whatever goes wrong inside ends the file that is being written.
  zip.on('error', (error: Error) => (zip.outputStream as Readable).destroy(error));
  zip.end();
};

/**
 * A JSON array with one row a line as CSV (RFC 4180), with a byte order mark for the sake of Excel. A cell that a
 * spreadsheet would run as a formula starts with an apostrophe instead.
 */
export const csvOf = (json: Readable, columns: readonly string[]): Readable => {
  const csv = stringify({
    bom: true,
    header: true,
    columns: [...columns],
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { object: (value) => JSON.stringify(value), boolean: (value) => (value ? 'true' : 'false') },
  });
  pipeline(Readable.from(rowsOf(json)), csv, () => {});
  return csv;
};

async function* rowsOf(json: Readable): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: json, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.startsWith('{')) yield JSON.parse(line.replace(/,$/, ''));
  }
}
