import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Muster } from '../compose/muster.ts';
import { dataFolderObstacle, probePort } from '../compose/preflight.ts';
import { configurationFromEnvironment } from '../config/environment.ts';
import { type Configuration, ConfigurationError } from '../config/schema.ts';
import { folderHolder } from '../platform/database/folder-lock.ts';
import { checkDependencies } from '../platform/http/health.ts';
import { describeFailure, schemaMissing } from './report-failure.ts';

interface Finding {
  readonly ok: boolean;
  readonly sentence: string;
}
const good = (sentence: string): Finding => ({ ok: true, sentence });
const bad = (sentence: string): Finding => ({ ok: false, sentence });

/** What a dependency does for Muster, by its name in `/health/ready`. */
const duties: Readonly<Record<string, string>> = {
  database: 'the database answers',
  replica: 'the replica answers and follows the database closely enough to be read',
  jobs: 'jobs can be queued',
  cache: 'the cache answers',
  realtime: 'live messages are passed on',
  objects: 'files can be kept',
};

/** Checks the configuration and all that Muster stands on; the exit code is 1 when something is wrong. */
export const doctor = async (): Promise<void> => {
  let healthy = true;
  for await (const { ok, sentence } of examine()) {
    console.log(`${ok ? 'ok   ' : 'WRONG'}  ${sentence}`);
    healthy &&= ok;
  }
  console.log(healthy ? '\nAll is well.' : '\nSomething is wrong; see above for what to do.');
  if (!healthy) process.exitCode = 1;
};

async function* examine(): AsyncGenerator<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const nodeIsNew = major > 22 || (major === 22 && minor >= 18);
  yield nodeIsNew
    ? good(`Node ${process.versions.node}`)
    : bad(`Node ${process.versions.node} is too old: run Muster through npm (npm start), which brings its own.`);

  let configuration: Configuration;
  try {
    configuration = configurationFromEnvironment();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const sentence of error.sentences) yield bad(sentence);
    return;
  }
  const { dataFolder, publicUrl, MUSTER_DATABASE_URL: externalDatabase } = configuration;
  yield good(`the configuration can be used: data in ${dataFolder}, users come to ${publicUrl}`);
  yield* examineWebApp();

  const obstacle = await dataFolderObstacle(dataFolder);
  if (obstacle !== undefined) {
    yield bad(obstacle);
    return;
  }
  const running = await whoRuns(configuration);
  if (running !== undefined) {
    yield good(running);
    yield* examineRunning(configuration);
    return;
  }
  yield await examinePort(configuration);
  if (externalDatabase === undefined && (await isMissing(join(dataFolder, 'postgres')))) {
    yield good('nothing is set up yet: npm start will do that');
    return;
  }
  yield* examineDependencies(configuration);
}

/** A data folder names the process that uses it; with a database elsewhere, only asking tells. */
const whoRuns = async (configuration: Configuration): Promise<string | undefined> => {
  if (configuration.MUSTER_DATABASE_URL !== undefined) {
    return (await askReadiness(addressOf(configuration))) && 'Muster is running';
  }
  const holder = await folderHolder(configuration.dataFolder);
  return holder === undefined ? undefined : `Muster is running on this data folder (process ${holder})`;
};

async function* examineWebApp(): AsyncGenerator<Finding> {
  const index = join(import.meta.dirname, '../../../web/dist/index.html');
  yield await access(index, constants.R_OK).then(
    () => good('the web app is built'),
    () => bad('the web app is not built: npm start and npx muster serve build it'),
  );
}

const examinePort = (configuration: Configuration): Promise<Finding> =>
  probePort(configuration).then(
    () => good(`Muster is not running; port ${configuration.PORT} is free`),
    (error: unknown) => bad(describeFailure(error)),
  );

const addressOf = ({ HOST, PORT, publicUrl }: Configuration): string => {
  if (PORT === 0) return publicUrl;
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
};

async function* examineRunning(configuration: Configuration): AsyncGenerator<Finding> {
  const address = addressOf(configuration);
  const dependencies = await askReadiness(address);
  if (dependencies === undefined) {
    yield bad(`it does not answer at ${address}: is PORT the same as when it was started? If so, see logs/muster.log`);
    return;
  }
  yield good(`it answers at ${address}`);
  for (const { name, ok } of dependencies) yield ok ? good(duties[name] ?? name) : bad(`${name} is away: see the log`);
}

/** Undefined when nobody answers there, or somebody who is not Muster. */
const askReadiness = async (
  address: string,
): Promise<readonly { readonly name: string; readonly ok: boolean }[] | undefined> => {
  try {
    const answer = await fetch(`${address}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    const { dependencies } = (await answer.json()) as { dependencies?: { name: string; ok: boolean }[] };
    return dependencies;
  } catch {
    return undefined;
  }
};

async function* examineDependencies(configuration: Configuration): AsyncGenerator<Finding> {
  // What the examination has to say goes to the terminal, not into the log of the server.
  const muster = new Muster({ ...configuration, MUSTER_LOG_LEVEL: 'silent', MUSTER_LOG_TO: 'stdout' });
  try {
    await muster.startDatabase();
    const ports = await muster.openPorts();
    // Without the database nothing else can be told.
    await ports.database.check();
    for (const { name, ok, reason = '' } of await checkDependencies(ports)) {
      if (ok) yield good(duties[name] ?? name);
      else yield bad(`${name}: ${/does not exist/.test(reason) ? schemaMissing : reason}`);
    }
  } catch (error) {
    yield bad(describeFailure(error));
  } finally {
    await muster.stop();
  }
}

const isMissing = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    () => true,
  );
