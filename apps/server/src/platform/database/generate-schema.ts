import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { generate, PostgresDialect as GeneratorDialect } from 'kysely-codegen';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';

/*
 * Writes schema.generated.ts from the migrations, on a throw-away server.
 *   node generate-schema.ts           writes
 *   node generate-schema.ts --check   fails when what is written is out of date
 */

const file = join(import.meta.dirname, 'schema.generated.ts');

/** The types of the tables, as column-parsers.ts delivers their values. */
async function generateTypes(ownerUrl: string): Promise<string> {
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: ownerUrl }) }),
  });
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
      await migrate({ ownerUrl: server.ownerUrl });
      return await work(server.ownerUrl);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

const types = format(await onThrowAwayServer(generateTypes));
if (!process.argv.includes('--check')) {
  await writeFile(file, types);
} else if ((await readFile(file, 'utf8')) !== types) {
  console.error('schema.generated.ts does not fit the migrations: run npm run generate');
  process.exitCode = 1;
}
