import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startSurroundings } from '../../apps/server/src/platform/testing/servers/surroundings.ts';
import { setTheScene } from '../acceptance/cast.ts';
import { startFleet } from './fleet.ts';
import { expandAsTheNextVersion } from './next-version.ts';

/**
 * The Muster that the acceptance tests speak to here: nine processes on Kafka, Redis Cluster and S3, on a database that a
 * next version has prepared for itself while they run.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const surroundings = await startSurroundings();
  const dataFolder = await mkdtemp(join(tmpdir(), 'muster-nine-'));
  try {
    const fleet = await startFleet({ dataFolder, environment: surroundings.environment });
    try {
      project.provide('musterUrl', fleet.url);
      project.provide('cast', await setTheScene(fleet.url));
      await expandAsTheNextVersion(surroundings.postgres.ownerUrl);
    } catch (error) {
      const text = await fleet.excerpt();
      await fleet.kill();
      throw new Error(`The scene could not be set.\n${text}`, { cause: error });
    }
    return async () => {
      try {
        await fleet.stop();
        const errors = await fleet.errorsLogged();
        if (errors.length > 0) {
          throw new Error(`Errors were logged (${dataFolder}), the first:\n${errors.slice(0, 5).join('\n')}`);
        }
        await rm(dataFolder, { recursive: true, force: true });
      } finally {
        await surroundings.stop();
      }
    };
  } catch (error) {
    await surroundings.stop();
    throw error;
  }
};
