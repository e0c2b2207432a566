/**
 * Completes package-lock.json after `npm install`: adds an entry for every optional platform package (the
 * linter's binary for another operating system, …) that npm left out because the registry in use did not
 * serve it. Without the entry `npm ci` calls the lock out of step and refuses to install anywhere.
 *
 * The entries name version and platform only, no integrity: that is known to whoever installs from a full
 * registry, and `npm install` there fills it in.
 *
 *   node scripts/complete-lock.mjs            writes the lock
 *   node scripts/complete-lock.mjs --check    only says whether something is missing (exit code 1)
 */
import { readFileSync, writeFileSync } from 'node:fs';

const operatingSystems = new Set(['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']);
const architectures = new Set(['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64']);

/**
 * @typedef {{ version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   engines?: Record<string, string>, optionalDependencies?: Record<string, string> }} LockEntry
 */

/**
 * What a platform package's name says about where it runs: `@oxlint/binding-linux-arm64-musl` → linux, arm64, musl.
 * @param {string} name
 * @returns {{ os: string, cpu: string, libc?: string } | undefined}
 */
export function platformOf(name) {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const os = words.find((word) => operatingSystems.has(word));
  const cpu = words.find((word) => architectures.has(word));
  if (os === undefined || cpu === undefined) return undefined;
  if (words.some((word) => word.startsWith('musl'))) return { os, cpu, libc: 'musl' };
  if (words.some((word) => word.startsWith('gnu'))) return { os, cpu, libc: 'glibc' };
  return { os, cpu };
}

/**
 * The entries that a lock needs and lacks, by their key in `packages`.
 * @param {Record<string, LockEntry>} packages
 * @returns {Record<string, LockEntry>}
 */
export function missingEntries(packages) {
  /** @type {Record<string, LockEntry>} */
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (packages[`node_modules/${name}`] !== undefined || packages[`${path}/node_modules/${name}`] !== undefined)
        continue;
      const platform = platformOf(name);
      if (platform === undefined || !/^\d/.test(version)) continue;
      missing[`node_modules/${name}`] = {
        version,
        cpu: [platform.cpu],
        ...(entry.dev === true ? { dev: true } : {}),
        ...(platform.libc === undefined ? {} : { libc: [platform.libc] }),
        optional: true,
        os: [platform.os],
      };
    }
  }
  return missing;
}

if (process.argv[1]?.endsWith('complete-lock.mjs')) {
  const file = new URL('../package-lock.json', import.meta.url);
  const lock = /** @type {{ packages: Record<string, LockEntry> }} */ (JSON.parse(readFileSync(file, 'utf8')));
  const missing = missingEntries(lock.packages);
  const names = Object.keys(missing);
  if (names.length === 0) {
    console.log('package-lock.json is complete.');
  } else if (process.argv.includes('--check')) {
    console.error(`package-lock.json lacks ${names.length} platform packages; run: node scripts/complete-lock.mjs`);
    for (const name of names) console.error(`  ${name}`);
    process.exitCode = 1;
  } else {
    const [root, ...rest] = Object.entries({ ...lock.packages, ...missing });
    rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
    lock.packages = Object.fromEntries(root === undefined ? rest : [root, ...rest]);
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
    console.log(`Added ${names.length} platform packages to package-lock.json.`);
  }
}
