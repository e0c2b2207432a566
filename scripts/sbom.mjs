/**
 * `npm run sbom`: the software bill of materials of the server, CycloneDX 1.6, as JSON on the standard output.
 * It names what lies in node_modules, without the development tools, and is the same for the same packages.
 */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { productionPackages } from './production-packages.mjs';

/**
 * @typedef {import('./production-packages.mjs').Package} Package
 * @typedef {{ type: string, name: string, version: string, purl: string }} Component
 */

/** @param {Package} found */
const purlOf = ({ manifest: { name, version } }) => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;

/** @param {unknown} license as package.json has it */
function licensesOf(license) {
  if (typeof license !== 'string') return {};
  if (/ (OR|AND|WITH) /.test(license)) return { licenses: [{ expression: license }] };
  const known = /^[\w.+-]+$/.test(license) && license !== 'UNLICENSED';
  return { licenses: [{ license: known ? { id: license } : { name: license } }] };
}

/** @param {string | undefined} integrity of the lock: `sha512-` and Base64 */
function hashesOf(integrity) {
  const [algorithm = '', digest = ''] = integrity?.split(' ')[0]?.split('-') ?? [];
  const name = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' }[algorithm];
  return name === undefined ? {} : { hashes: [{ alg: name, content: Buffer.from(digest, 'base64').toString('hex') }] };
}

/** The same order everywhere. @param {string} a @param {string} b */
const byCodePoint = (a, b) => (a < b ? -1 : Number(a > b));

/**
 * @param {string} root of the repository
 * @param {Map<string, Package>} packages
 * @param {readonly Component[]} beside what else lies in the same place: the runtime, libraries of the system
 */
export function billOfMaterials(root, packages, beside = []) {
  const lock = /** @type {{ version: string, packages: Record<string, { integrity?: string }> }} */ (
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  );
  // One that lies in two folders with the same version is one component.
  /** @type {Map<string, object>} */
  const components = new Map();
  /** @type {Map<string, string[]>} */
  const dependencies = new Map();
  for (const found of packages.values()) {
    const purl = purlOf(found);
    const [group, name] = found.manifest.name.startsWith('@')
      ? found.manifest.name.split('/')
      : [undefined, found.manifest.name];
    components.set(purl, {
      type: 'library',
      'bom-ref': purl,
      ...(group && { group }),
      name,
      version: found.manifest.version,
      scope: 'required',
      ...hashesOf(lock.packages[relative(root, found.folder).replaceAll('\\', '/')]?.integrity),
      ...licensesOf(found.manifest.license),
      purl,
    });
    const needs = [...found.needs].flatMap((folder) => packages.get(folder) ?? []).map(purlOf);
    dependencies.set(purl, [...new Set([...(dependencies.get(purl) ?? []), ...needs])].sort(byCodePoint));
  }
  for (const component of beside) components.set(component.purl, { ...component, 'bom-ref': component.purl });
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': 'muster', name: 'muster', version: lock.version },
    },
    components: [...components.keys()].sort(byCodePoint).map((purl) => components.get(purl)),
    dependencies: [
      { ref: 'muster', dependsOn: [...dependencies.keys()].filter((purl) => purl.includes('/%40muster/server@')) },
      ...[...dependencies.keys()].sort(byCodePoint).map((ref) => ({ ref, dependsOn: dependencies.get(ref) })),
    ],
  };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
  process.stdout.write(`${JSON.stringify(billOfMaterials(root, productionPackages(root)), null, 2)}\n`);
}
