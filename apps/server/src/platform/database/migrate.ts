import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { writePermissionTable } from '../access/permission-table.ts';
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
}

/** The database's name for it. */
export const loginRole = (login: LoginName): string =>
  login === 'runtime' ? 'muster_runtime' : `muster_${login}_login`;

/**
 * Brings the database to the newest version: plain SQL files, forward only, everything or nothing. Processes that
 * start together wait for each other. Resolves with the names of the migrations that ran.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: options.ownerUrl, max: 1, application_name: 'muster migrate' });
  pool.on('error', () => {});
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: readMigrations },
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
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
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
