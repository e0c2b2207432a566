/** Which packages the server needs while it runs, as they lie in node_modules. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {{ name: string, version: string, license?: unknown, dependencies?: Record<string, string>,
 *   optionalDependencies?: Record<string, string>, peerDependencies?: Record<string, string>,
 *   peerDependenciesMeta?: Record<string, { optional?: boolean }> }} Manifest
 * @typedef {{ folder: string, manifest: Manifest, needs: Set<string> }} Package `needs`: folders of other packages
 */

/** @param {string} folder @returns {Manifest} */
const manifestIn = (folder) => /** @type {Manifest} */ (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));

/**
 * Every package that can be reached from a workspace without devDependencies, itself included, found as Node finds it.
 * `npm sbom --omit dev` will not do: it leaves out what some tool needs as well, the database driver among them.
 * @param {string} root of the repository
 * @param {{ workspace?: string, without?: readonly string[] }} [options] `without`: names left out with all they need
 * @returns {Map<string, Package>} by folder
 * @throws Error when one that is needed is not installed
 */
export function productionPackages(root, { workspace = 'apps/server', without = [] } = {}) {
  /** @type {Map<string, Package>} */
  const found = new Map();
  const waiting = [join(root, workspace)];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (found.has(folder)) continue;
    const manifest = manifestIn(folder);
    /** @type {Set<string>} */
    const needs = new Set();
    for (const { name, optional } of needsOf(manifest)) {
      if (without.includes(name)) continue;
      const needed = resolvePackage(root, folder, name);
      if (needed !== undefined) needs.add(needed);
      else if (!optional) throw new Error(`${manifest.name} needs ${name}, which is not installed: run npm ci.`);
    }
    found.set(folder, { folder, manifest, needs });
    waiting.push(...needs);
  }
  return found;
}

/** @param {Manifest} manifest @returns {{ name: string, optional: boolean }[]} */
function needsOf({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [
    ...Object.keys(optionalDependencies).map((name) => ({ name, optional: true })),
    ...[...Object.keys(dependencies), ...peers]
      .filter((name) => !(name in optionalDependencies))
      .map((name) => ({ name, optional: false })),
  ];
}

/**
 * Upwards through the node_modules, but not past the root of the repository.
 * @param {string} root @param {string} from @param {string} name
 */
function resolvePackage(root, from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}
