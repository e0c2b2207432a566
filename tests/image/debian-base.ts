import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onPath, ServerMissing } from '../../apps/server/src/platform/testing/servers/programs.ts';

const execute = promisify(execFile);
const makeWithinMs = 300_000;
const certificates = 'etc/ssl/certs/ca-certificates.crt';

/**
 * An image with what the Dockerfile asks of its BASE, made of this machine's Debian packages and of the Node and npm
 * that are here: no registry of images is needed. Made once, then kept in the storage.
 * @param buildah the program and where its storage is
 * @throws ServerMissing where Debian's packages cannot be had
 */
export const debianBase = async (buildah: readonly string[]): Promise<string> => {
  const [program = '', ...storage] = buildah;
  const run = async (...args: string[]): Promise<string> => {
    const { stdout } = await execute(program, [...storage, ...args], { timeout: makeWithinMs });
    return stdout.trim();
  };
  const codename = /^VERSION_CODENAME=(\S+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const tag = `localhost/muster-base:${codename}-node${process.versions.node}`;
  const there = await run('inspect', '--type=image', tag).catch(() => undefined);
  if (there !== undefined) return tag;
  const cache = join(homedir(), '.cache/muster');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'base-'));
  try {
    await fill(folder, codename);
    await execute('tar', ['-cf', `${folder}.tar`, '-C', folder, '.'], { timeout: makeWithinMs });
    const container = await run('from', 'scratch');
    await run('add', container, `${folder}.tar`, '/');
    await run('config', '--env=PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container);
    await run('commit', '--quiet', '--rm', container, tag);
    return tag;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(`${folder}.tar`, { force: true });
  }
};

const fill = async (folder: string, codename: string): Promise<void> => {
  const mirror = await mirrorOf(codename);
  const args = ['--variant=minbase', '--include=ca-certificates', codename, folder, mirror];
  await execute('debootstrap', args, { timeout: makeWithinMs, maxBuffer: 16 * 1024 * 1024 }).catch((error: Error) => {
    throw new ServerMissing(`debootstrap makes no base for images: ${error.message.split('\n').slice(-3).join(' ')}`);
  });
  // The authorities that this machine trusts.
  await copyFile(join('/', certificates), join(folder, certificates));
  await copyFile(process.execPath, join(folder, 'usr/local/bin/node'));
  const npm = dirname(dirname(await realpath(onPath('npm') ?? '/usr/lib/node_modules/npm/bin/npm-cli.js')));
  await cp(npm, join(folder, 'usr/local/lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm'));
};

/** Where apt finds the packages of this release. */
const mirrorOf = async (codename: string): Promise<string> => {
  const format = ['indextargets', '--format', '$(CODENAME) $(COMPONENT) $(REPO_URI)', 'Created-By: Packages'];
  const { stdout } = await execute('apt-get', format);
  const line = stdout.split('\n').find((entry) => entry.startsWith(`${codename} main `));
  if (line === undefined) throw new ServerMissing(`apt knows no packages of ${codename}`);
  return line.split(' ')[2] ?? '';
};
