import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Muster } from '../compose/muster.ts';
import { configurationFromEnvironment } from '../config/environment.ts';
import { ConfigurationError } from '../config/schema.ts';
import { folderHolder } from '../platform/database/folder-lock.ts';
import { checkDependencies } from '../platform/http/health.ts';

interface Finding {
  readonly ok: boolean;
  readonly sentence: string;
}
const good = (sentence: string): Finding => ({ ok: true, sentence });
const bad = (sentence: string): Finding => ({ ok: false, sentence });

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
  const nodeIsNew = major > 22 || (major === 22 && minor >= 12);
  yield nodeIsNew
    ? good(`Node ${process.versions.node}`)
    : bad(`Node ${process.versions.node} is too old: run Muster through npm (npm start), which brings its own.`);

  let configuration: ReturnType<typeof configurationFromEnvironment>;
  try {
    configuration = configurationFromEnvironment();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const sentence of error.sentences) yield bad(sentence);
    return;
  }
  yield good(`configuration: data in ${configuration.dataFolder}, ${configuration.publicUrl}`);
  yield* examineWebApp();

  const holder = await folderHolder(configuration.dataFolder);
  if (configuration.MUSTER_DATABASE_URL === undefined && holder !== undefined) {
    yield good(`Muster is running on this data folder (process ${holder})`);
    yield* examineRunning(configuration.publicUrl);
    return;
  }
  yield* examineDependencies(configuration);
}

async function* examineWebApp(): AsyncGenerator<Finding> {
  const index = join(import.meta.dirname, '../../../web/dist/index.html');
  yield await access(index, constants.R_OK).then(
    () => good('the web app is built'),
    () => bad('the web app is not built: run npm start, which builds it, or npm run build -w apps/web'),
  );
}

async function* examineRunning(publicUrl: string): AsyncGenerator<Finding> {
  try {
    const answer = await fetch(`${publicUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    const { dependencies } = (await answer.json()) as { dependencies: { name: string; ok: boolean }[] };
    for (const { name, ok } of dependencies) yield ok ? good(name) : bad(`${name} is away: see the log`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    yield bad(`it does not answer at ${publicUrl} (${reason}): check PORT and MUSTER_PUBLIC_URL, or restart it`);
  }
}

async function* examineDependencies(
  configuration: ReturnType<typeof configurationFromEnvironment>,
): AsyncGenerator<Finding> {
  const fresh = await stat(configuration.dataFolder).then(
    () => false,
    () => true,
  );
  if (fresh && configuration.MUSTER_DATABASE_URL === undefined) {
    yield good('nothing is set up yet: npm start will do that');
    return;
  }
  const muster = new Muster(configuration);
  try {
    await muster.startDatabase();
    for (const { name, ok, reason } of await checkDependencies(await muster.openPorts())) {
      yield ok ? good(name) : bad(`${name}: ${reason}`);
    }
  } catch (error) {
    yield bad(`database: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await muster.stop();
  }
}
