import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { writePermissionTable } from '../access/permission-table.ts';
import { isContraction } from './contractions.ts';
import type { ServiceName } from './port.ts';

/**
 * The order in which services migrate: a published view may build on services above it. The migrator sorts by name,
 * so the number is a part of the name for good: `20-auth/0001_sessions`.
 */
const parts = {
  platform: '00-platform',
  users: '10-users',
  auth: '20-auth',
  attendance: '30-attendance',
  geo: '40-geo',
  notifications: '50-notifications',
  fraud: '60-fraud',
  reports: '70-reports',
  audit: '80-audit',
} as const;

/** These make roles. All others act as the owner of schemas and tables. */
const asAdministrators = new Set(['00-platform/0001_platform', '00-platform/0006_logins', '00-platform/0008_scope']);

/** Who signs in: a process that runs all services, or one that runs one of them. */
export type LoginName = 'runtime' | ServiceName;

export interface MigrateOptions {
  /** An administrator: a superuser, or a role with CREATEROLE that owns the database. */
  ownerUrl: string;
  /** Passwords to give to logins; of the others whoever runs the server takes care. */
  passwords?: ReadonlyMap<LoginName, string>;
  /** Whether no process of an older version is left, so that what only those used may be taken away. */
  contract: boolean;
}

/** Names of migrations. */
export interface Migrated {
  readonly ran: readonly string[];
  /** Those that take away what an older version uses: they run when they are asked for. */
  readonly waiting: readonly string[];
}

/** The database's name for it. */
export const loginRole = (login: LoginName): string =>
  login === 'runtime' ? 'muster_runtime' : `muster_${login}_login`;

/**
 * Brings the database to the newest version: plain SQL files, forward only, everything or nothing. Processes that
 * start together wait for each other. A database that a newer version has expanded already is left as it is.
 * @throws Error with a sentence when a newer version has taken away what this one needs
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const pool = new pg.Pool({ connectionString: options.ownerUrl, max: 1, application_name: 'muster migrate' });
  pool.on('error', () => {});
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const known = await readMigrations();
    const before = await executed(db);
    const newer = [...before].filter((name) => !(name in known));
    const taken = newer.find(isContraction);
    if (taken !== undefined) {
      throw new Error(
        `A newer Muster has changed this database for good (${taken}): start that version or a later one.`,
      );
    }
    // Its permission table is the newer version's, too.
    if (newer.length > 0) return { ran: [], waiting: [] };
    const waiting = options.contract
      ? []
      : Object.keys(known).filter((name) => isContraction(name) && !before.has(name));
    const wanted = Object.fromEntries(Object.entries(known).filter(([name]) => !waiting.includes(name)));
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => wanted },
      migrationTableSchema: 'platform',
      // A second migration of users may be newer than the first of geo.
      allowUnorderedMigrations: true,
    });
    const { error, results } = await migrator.migrateToLatest();
    if (error) {
      const failed = results?.find((result) => result.status === 'Error')?.migrationName;
      // No migration has begun: the database could not be reached, or did not let us in.
      if (failed === undefined) throw error instanceof Error ? error : new Error('Migration failed.', { cause: error });
      const reason = error instanceof Error ? error.message : 'unknown';
      throw new Error(`Migration failed: ${failed}: ${reason}`, {
        cause: error,
      });
    }
    await writePermissionTable(db);
    for (const [login, password] of options.passwords ?? []) await setPassword(db, login, password);
    return { ran: (results ?? []).map((result) => result.migrationName), waiting };
  } finally {
    await db.destroy();
  }
}

/** Names of the migrations that have run, whichever version brought them. */
async function executed(db: Kysely<unknown>): Promise<ReadonlySet<string>> {
  const { rows: tables } = await sql<{ found: boolean }>`
    SELECT to_regclass('platform.kysely_migration') IS NOT NULL AS found`.execute(db);
  if (tables[0]?.found !== true) return new Set();
  const { rows } = await sql<{ name: string }>`SELECT name FROM platform.kysely_migration`.execute(db);
  return new Set(rows.map((row) => row.name));
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {};
  for (const [part, prefix] of Object.entries(parts)) {
    const folder = join(import.meta.dirname, part === 'platform' ? 'migrations' : `../../services/${part}/migrations`);
    for (const file of await sqlFiles(folder)) {
      const text = await readFile(join(folder, file), 'utf8');
      const name = `${prefix}/${file.slice(0, -'.sql'.length)}`;
      migrations[name] = asAdministrators.has(name) ? asAdministrator(text) : asOwner(text);
    }
  }
  return migrations;
}

async function sqlFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.sql')).sort();
}

function asAdministrator(text: string): Migration {
  return {
    async up(db) {
      await sql.raw(text).execute(db);
      await sql.raw('RESET ROLE').execute(db);
    },
  };
}

function asOwner(text: string): Migration {
  return asAdministrator(`SET LOCAL ROLE muster_owner; SET LOCAL muster.migrating = 'on'; ${text}`);
}

async function setPassword(db: Kysely<unknown>, login: LoginName, password: string): Promise<void> {
  await sql`ALTER ROLE ${sql.id(loginRole(login))} PASSWORD ${sql.lit(password)}`.execute(db);
}
