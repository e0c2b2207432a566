import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { generate, PostgresDialect as GeneratorDialect } from 'kysely-codegen';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';

const file = join(import.meta.dirname, 'schema.generated.ts');

/** The types of the tables, as column-parsers.ts delivers their values. */
async function generateTypes(ownerUrl: string): Promise<string> {
  const pool = new pg.Pool({ connectionString: ownerUrl });
  // The server stops while the last connections are still saying goodbye.
  pool.on('error', () => {});
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await generate({
      db,
      dialect: new GeneratorDialect(),
      outFile: null,
      excludePattern: '{platform.kysely_*,platform.pg_stat_*}',
      typeMapping: { int8: 'number', date: 'string' },
    });
  } finally {
    await db.destroy();
  }
}

function format(source: string): string {
  const biome = join(import.meta.dirname, '../../../../../node_modules/.bin/biome');
  return execFileSync(biome, ['format', `--stdin-file-path=${file}`], { input: source, encoding: 'utf8' });
}

async function onThrowAwayServer<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'muster-schema-'));
  await chmod(dataFolder, 0o755);
  try {
    const server = await startEmbeddedPostgres({ dataFolder, settings: { fsync: 'off' } });
    try {
      await migrate({ ownerUrl: server.ownerUrl, contract: true });
      return await work(server.ownerUrl);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/**
 * Writes schema.generated.ts from the migrations, on a throw-away server; `check` writes nothing.
 * @returns whether the file was up to date already
 */
export async function generateSchema(options: { check: boolean }): Promise<boolean> {
  const types = format(await onThrowAwayServer(generateTypes));
  const upToDate = (await readFile(file, 'utf8').catch(() => '')) === types;
  if (!upToDate && !options.check) await writeFile(file, types);
  return upToDate;
}
