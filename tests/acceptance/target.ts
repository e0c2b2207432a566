import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Cast, setTheScene } from './cast.ts';
import { errorsLogged, freePort, type MusterProcess, startMuster } from './muster-process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    musterUrl: string;
    cast: Cast;
  }
}

/**
 * The Muster that the acceptance tests speak to: the one at MUSTER_ACCEPTANCE_URL (with the demonstration organization,
 * on a day on which its members have not entered yet), otherwise a process of their own on an empty data folder.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const given = process.env['MUSTER_ACCEPTANCE_URL'];
  if (given !== undefined && given !== '') {
    const url = given.replace(/\/+$/, '');
    project.provide('musterUrl', url);
    project.provide('cast', await setTheScene(url));
    return async () => undefined;
  }
  const dataFolder = await mkdtemp(join(tmpdir(), 'muster-acceptance-'));
  const muster = await startMuster({ dataFolder, port: await freePort() });
  try {
    project.provide('musterUrl', muster.url);
    project.provide('cast', await setTheScene(muster.url));
  } catch (error) {
    const text = await muster.excerpt();
    await muster.kill();
    throw new Error(`The scene could not be set.\n${text}`, { cause: error });
  }
  return () => end(muster, dataFolder);
};

/** What a run leaves behind is only kept when something went wrong. */
const end = async (muster: MusterProcess, dataFolder: string): Promise<void> => {
  const metrics = await (await fetch(`${muster.url}/metrics`)).text();
  await muster.stop();
  const buried = metrics.match(/^muster_consumer_dead_letters\S* [1-9].*$/gm) ?? [];
  if (buried.length > 0) throw new Error(`Consumers gave up on events (${dataFolder}): ${buried.join(', ')}`);
  const errors = await errorsLogged(dataFolder);
  if (errors.length > 0) {
    throw new Error(
      `Muster logged ${errors.length} errors (${dataFolder}), the first:\n${errors.slice(0, 5).join('\n')}`,
    );
  }
  await rm(dataFolder, { recursive: true, force: true });
};
