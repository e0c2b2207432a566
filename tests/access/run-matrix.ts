import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Muster } from '../../apps/server/src/compose/muster.ts';
import { configurationFromEnvironment } from '../../apps/server/src/config/environment.ts';
import { startEmbeddedPostgres } from '../../apps/server/src/platform/database/embedded.ts';
import { openMailbox } from '../browser/mailbox.ts';
import { doTheRest } from './afterwards.ts';
import { makeHistory } from './history.ts';
import { listenAsEverybody } from './live.ts';
import { callEverything, type Findings, lookThroughFiles } from './matrix.ts';
import { seedOrganization, seedPlatform, SignedIn } from './organizations.ts';
import type { World } from './cases.ts';

export interface MatrixOptions {
  /** Tables that protect nothing any more: what leaks then has to be found. */
  readonly unprotected?: readonly string[];
  /** Only these are called. */
  readonly operations?: readonly string[];
}

const unprotect = async (ownerUrl: string, tables: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    for (const table of tables) await client.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
  } finally {
    await client.end();
  }
};

/**
 * Runs a Muster with two organizations, calls every operation as everybody, and compares what came of it with the
 * permission table; looks through all that was answered, sent, written and logged for words of those it is not for.
 */
export const runAccessMatrix = async (
  say: (line: string) => void,
  { unprotected = [], operations }: MatrixOptions = {},
): Promise<Findings> => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'muster-access-'));
  // The OS user of PostgreSQL has to get through.
  await chmod(dataFolder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataFolder });
  const mailbox = await openMailbox();
  const muster = new Muster(
    configurationFromEnvironment({
      MUSTER_DATA: dataFolder,
      MUSTER_DATABASE_URL: postgres.runtimeUrl,
      MUSTER_DATABASE_OWNER_URL: postgres.ownerUrl,
      MUSTER_DATABASE_PASSWORDS: `runtime=${postgres.runtimePassword}`,
      MUSTER_DEMO: 'false',
      PORT: '0',
      HOST: '127.0.0.1',
      MUSTER_LOG_TO: 'file',
      MUSTER_SMTP_URL: mailbox.url,
      MUSTER_RATE_LIMIT_PER_ADDRESS: '1000000',
      MUSTER_RATE_LIMIT_PER_USER: '1000000',
    }),
  );
  try {
    await muster.startDatabase();
    await muster.migrate();
    await unprotect(postgres.ownerUrl, unprotected);
    const ports = await muster.openPorts();
    const near = await seedOrganization(ports, 'near');
    const far = await seedOrganization(ports, 'far');
    const platform = await seedPlatform(ports);
    const { port } = await muster.serve();
    const url = `http://127.0.0.1:${port}`;
    const signedIn = new SignedIn(url);
    const [nearHistory, farHistory] = await Promise.all([
      makeHistory(near, signedIn, url),
      makeHistory(far, signedIn, url),
    ]);
    const world: World = { near, far, nearHistory, farHistory, platform };
    say('Two organizations have a history.');
    const findings: Findings = { operations: 0, cases: 0, unexpected: [], leaks: [] };
    // Before everything is changed that may be changed.
    const cursor = await listenAsEverybody(world, signedIn, url, findings);
    await callEverything(world, signedIn, url, findings, operations);
    say('Everything was called as everybody.');
    if (operations === undefined) await doTheRest(world, cursor, signedIn, mailbox, url);
    await muster.stop();
    await lookThroughFiles(world, dataFolder, findings.leaks);
    return findings;
  } finally {
    await muster.stop();
    await postgres.stop();
    await mailbox.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
};
