/** Builds the web app into apps/web/dist when anything it is made of has changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { packagedNode, Refusal, root, toolEnvironment } from './install.mjs';
import { run } from './processes.mjs';

const webFolder = join(root, 'apps', 'web');
const stampFile = join(webFolder, 'dist', '.muster-build-stamp');

/** @param {string} folder @returns {string[]} */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());

/** A fingerprint of all that goes into the build. */
function fingerprint() {
  const sources = ['src', 'public', 'build', 'index.html', 'vite.config.ts', 'package.json', 'tsconfig.json']
    .map((name) => join(webFolder, name))
    .concat(join(root, 'packages', 'contracts', 'src'), join(root, 'package-lock.json'))
    .filter((path) => existsSync(path))
    .flatMap((path) => (statSync(path).isFile() ? [path] : filesIn(path)))
    .filter((path) => !/\.test\.tsx?$/.test(path))
    .sort();
  const hash = createHash('sha256');
  for (const path of sources) {
    hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** Beside each file that shrinks stands its compressed form, so that the server need not compress while it serves. */
function compressBuilt() {
  for (const path of filesIn(join(webFolder, 'dist'))) {
    if (!/\.(js|css|html|svg|webmanifest)$/.test(path)) continue;
    const content = readFileSync(path);
    if (content.length < 1024) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    writeFileSync(`${path}.br`, brotliCompressSync(content, quality));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
}

/**
 * @param {(line: string) => void} say shows one line of progress
 * @throws {Refusal} with the output of the build when it fails
 */
export async function ensureWebBuilt(say) {
  if (!existsSync(join(webFolder, 'index.html'))) return;
  const stamp = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  say('Building the web app …');
  const startedAt = performance.now();
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const result = await run([packagedNode(), vite, 'build', '--logLevel', 'warn'], {
    cwd: webFolder,
    env: toolEnvironment(),
    deadlineMs: 5 * 60_000,
  });
  if (result.code !== 0) throw new Refusal(`The web app does not build:\n${result.output.trim()}`);
  compressBuilt();
  writeFileSync(stampFile, stamp);
  say(`Built the web app in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}
