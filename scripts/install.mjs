/**
 * Installs the packages when they are missing or older than package-lock.json. Runs on any Node from 20 on,
 * before anything is installed; everything afterwards runs on the Node that comes as a package.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.muster-install-stamp');

/** What went wrong, in a sentence for whoever ran the command. No stack trace is shown for it. */
export class Refusal extends Error {}

/** The Node 24 of node_modules; where its binary is missing, the running one if it is new enough. */
export function packagedNode() {
  const binary = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  throw new Refusal(
    `The package "node" has no program in ${join('node_modules', 'node', 'bin')}: its install script did not run. ` +
      'Run "npm ci --foreground-scripts" and read what it says.',
  );
}

/** The environment for programs we start: the packaged Node and the tools come first on the path. */
export function toolEnvironment() {
  const separator = process.platform === 'win32' ? ';' : ':';
  return { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${separator}${process.env['PATH'] ?? ''}` };
}

/** @param {string} file */
const packagesOf = (file) =>
  /** @type {Record<string, { version?: string, optional?: boolean }>} */ (
    JSON.parse(readFileSync(file, 'utf8')).packages
  );

/** Whether node_modules, as npm itself recorded it, holds every version that the lock asks for. */
function matchesLock() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (!path.includes('node_modules/') || wanted.version === undefined) return true;
    const found = installed[path];
    return found === undefined ? wanted.optional === true : found.version === wanted.version;
  });
}

/**
 * Says why npm failed, as far as its output tells.
 * @param {string} output
 */
function explain(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT/.test(output)) {
    return 'The packages cannot be fetched: no connection to the npm registry. Check the network or proxy and run it again.';
  }
  if (/ENOSPC/.test(output)) return 'The packages do not fit: the disk is full (about 1 GB is needed).';
  if (/EACCES|EPERM/.test(output)) return `The packages cannot be written: no permission in ${root}.`;
  if (/ENOTEMPTY|EBUSY/.test(output)) {
    return 'The packages cannot be replaced: another npm works in this folder. Wait until it is done and run it again.';
  }
  return `npm ci failed:\n${output.trim().split('\n').slice(-15).join('\n')}`;
}

/**
 * Makes node_modules agree with the lock.
 * @param {(line: string) => void} say shows one line of progress
 * @throws {Refusal} with the reason
 */
export async function ensureInstalled(say) {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Refusal(`Muster needs Node 20 or newer to start; this is ${process.version}.`);

  const stamp = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;

  if (!matchesLock()) {
    say('Installing packages (npm ci), one to three minutes …');
    const startedAt = performance.now();
    // npm itself runs on the Node that started it: the packaged one is about to be replaced.
    const npm = process.env['npm_execpath'];
    const node = process.env['npm_node_execpath'] ?? process.execPath;
    const program = npm?.endsWith('.js') ? /** @type {const} */ ([node, npm]) : /** @type {const} */ (['npm']);
    const result = await run([...program, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
    });
    if (result.code !== 0) throw new Refusal(explain(result.output));
    say(`Installed packages in ${Math.round((performance.now() - startedAt) / 1000)} s.`);
  }
  packagedNode();
  writeFileSync(stampFile, stamp);
}
