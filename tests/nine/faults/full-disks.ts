import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Target } from './fault.ts';
import { propOf } from './props.ts';

const fullForMs = 10_000;
const noticedWithinMs = 20_000;
/** Recovery has to write, and may have given up when there was no room for it; then somebody has to start it again. */
const recoversWithinMs = 10_000;
const resumesWithinMs = 30_000;

/** No room for data nor for the write-ahead log, until there is. */
export const fillDatabaseDisk = async (target: Target): Promise<void> => {
  const { surroundings, props, lengthen, violated, tell } = target;
  const { ownerUrl } = surroundings.postgres;
  const disk = propOf(props, 'databaseDisk');
  await disk.fill();
  const what = await firstRefusal(ownerUrl);
  if (what === undefined) violated('the disk was full, and PostgreSQL wrote on');
  else tell(`PostgreSQL said: ${what}`);
  await sleep(fullForMs * lengthen);
  await disk.free();
  if (!(await answersWithin(ownerUrl, recoversWithinMs))) {
    tell('PostgreSQL had ended, and was started again when there was room');
    await surroundings.postgres.restartPrimary();
  }
  for (const damage of await damages(ownerUrl)) violated(damage);
};

/** Writes to the log until PostgreSQL has no room for it; what was laid in lasts for a while. */
const firstRefusal = async (url: string): Promise<string | undefined> => {
  const deadline = performance.now() + noticedWithinMs;
  while (performance.now() < deadline) {
    try {
      await withClient(url, async (client) => {
        for (;;) await client.query(`SELECT pg_logical_emit_message(false, 'fault', repeat('x', 1000000))`);
      });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
};

const answersWithin = async (url: string, withinMs: number): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const answers = await withClient(url, (client) => client.query('SELECT 1')).then(
      () => true,
      () => false,
    );
    if (answers) return true;
    await sleep(200);
  }
  return false;
};

/** Every table and every index of Muster's, looked through by PostgreSQL's own amcheck. */
const damages = async (url: string): Promise<string[]> =>
  withClient(url, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS amcheck');
    const found: string[] = [];
    const { rows: indexes } = await client.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_am a ON a.oid = c.relam JOIN pg_index i ON i.indexrelid = c.oid
       WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p' AND i.indisvalid`,
    );
    for (const { name } of indexes) {
      await client.query('SELECT bt_index_check($1::regclass, true)', [name]).catch((error: Error) => {
        found.push(`the index ${name} is damaged: ${error.message}`);
      });
    }
    const { rows: heaps } = await client.query<{ name: string; message: string }>(
      `SELECT c.oid::regclass::text AS name, v.msg AS message
       FROM pg_class c CROSS JOIN LATERAL verify_heapam(c.oid) v WHERE c.relkind = 'r' AND c.relpersistence = 'p'`,
    );
    for (const { name, message } of heaps) found.push(`the table ${name} is damaged: ${message}`);
    if (indexes.length < 50) found.push(`only ${indexes.length} indexes were looked through`);
    return found;
  });

/** No room for the lines of any process; then they go on. */
export const fillLogDisk = async ({ props, lengthen, violated }: Target): Promise<void> => {
  const disk = propOf(props, 'logsDisk');
  await disk.fill();
  await sleep(fullForMs * lengthen);
  await disk.free();
  const before = await bytesIn(disk.folder);
  const deadline = performance.now() + resumesWithinMs;
  while ((await bytesIn(disk.folder)) <= before) {
    if (performance.now() > deadline) return violated('no line was logged any more when there was room again');
    await sleep(200);
  }
};

const bytesIn = async (folder: string): Promise<number> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};

const withClient = async <T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000, query_timeout: 60_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};
