import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Muster } from '../../apps/server/src/compose/muster.ts';
import { configurationFromEnvironment } from '../../apps/server/src/config/environment.ts';
import { makeHistory } from './history.ts';
import { listenAsEverybody } from './live.ts';
import { callEverything, type Findings, lookThroughFiles } from './matrix.ts';
import { seedOrganization, seedPlatform, SignedIn } from './organizations.ts';
import type { World } from './cases.ts';

/**
 * Runs a Muster with two organizations, calls every operation as everybody, and compares what came of it with the
 * permission table; looks through all that was answered, sent, written and logged for words of those it is not for.
 */
export const runAccessMatrix = async (say: (line: string) => void): Promise<Findings> => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'muster-access-'));
  const muster = new Muster(
    configurationFromEnvironment({
      MUSTER_DATA: dataFolder,
      MUSTER_DEMO: 'false',
      PORT: '0',
      HOST: '127.0.0.1',
      MUSTER_LOG_TO: 'file',
      MUSTER_RATE_LIMIT_PER_ADDRESS: '1000000',
      MUSTER_RATE_LIMIT_PER_USER: '1000000',
    }),
  );
  try {
    await muster.startDatabase();
    await muster.migrate();
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
    await listenAsEverybody(world, signedIn, url, findings);
    await callEverything(world, signedIn, url, findings);
    await muster.stop();
    await lookThroughFiles(world, dataFolder, findings.leaks);
    return findings;
  } finally {
    await muster.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
};
