import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findProgram } from '../testing/servers/programs.ts';
import { freePort } from '../testing/servers/server-process.ts';
import { PostgresDatabase } from './postgres.ts';
import { interleave, transactionsToTry as transactions } from './testing/interleave.ts';
import { type TestDatabase, testDatabase } from './testing/test-database.ts';

/** A pooler that gives each transaction whichever connection is free: whatever a session keeps is the next one's. */
let test: TestDatabase;
let pooled: PostgresDatabase;
let pooler: ChildProcess;
let folder: string;
beforeAll(async () => {
  const program = await findProgram('pgbouncer', ['pgbouncer'], 'edoburu/pgbouncer:v1.24.0-p1');
  if (program.kind !== 'native') throw new Error('pgbouncer is tried where it is installed.');
  test = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-pgbouncer-'));
  await chmod(folder, 0o755);
  const server = new URL(test.connectionString);
  const port = await freePort();
  const target = `host=${server.hostname} port=${server.port} dbname=${server.pathname.slice(1)}`;
  const login = `user=${server.username} password=${decodeURIComponent(server.password)}`;
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
muster = ${target} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
max_client_conn = 100
ignore_startup_parameters = extra_float_digits,statement_timeout,idle_in_transaction_session_timeout
`,
  );
  const isRoot = process.getuid?.() === 0;
  pooler = spawn(program.file, ['-q', ...(isRoot ? ['-u', 'nobody'] : []), file], { stdio: 'ignore' });
  const connectionString = `postgres://muster@127.0.0.1:${port}/muster`;
  await untilItAnswers(connectionString);
  // More than the pooler has, so that sessions and connections are not the same.
  pooled = new PostgresDatabase({ connectionString, poolSize: 15, preparedStatements: false });
});
afterAll(async () => {
  await pooled?.close();
  pooler?.kill('SIGKILL');
  await test?.drop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const untilItAnswers = async (connectionString: string): Promise<void> => {
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(100);
    } finally {
      await client.end().catch(() => {});
    }
  }
};

it('keeps users and organizations apart behind pgbouncer, which pools transactions', { timeout: 900_000 }, async () => {
  expect(await interleave(pooled, test.ownerPool, transactions)).toEqual([]);
});
