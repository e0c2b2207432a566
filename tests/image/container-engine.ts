import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, onPath, ServerMissing } from '../../apps/server/src/platform/testing/servers/programs.ts';
import { debianBase } from './debian-base.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const buildWithinMs = 540_000;
const commandWithinMs = 60_000;
const containerPrefix = 'muster-image-test-';

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

export interface Container {
  readonly name: string;
  output(): string;
  /** Runs a program beside the one that the container was started with. */
  exec(...command: string[]): Promise<Outcome>;
  /** SIGTERM, and after 30 s SIGKILL; resolves with the exit code of the container. */
  stop(): Promise<Outcome>;
  ended(): Promise<Outcome>;
}

/** Docker where it answers, else buildah and podman with a storage of their own. */
export class ContainerEngine {
  readonly #build: readonly string[];
  readonly #run: readonly string[];
  /** Of `run`: what this engine needs on a machine that is a container, too. */
  readonly #runOptions: readonly string[];

  private constructor(build: readonly string[], run: readonly string[], runOptions: readonly string[]) {
    this.#build = build;
    this.#run = run;
    this.#runOptions = runOptions;
  }

  /** @throws ServerMissing where there is none and none can be installed */
  static async find(): Promise<ContainerEngine> {
    if (process.platform !== 'linux') throw new ServerMissing('Images are built and run on Linux only');
    if ((await attempt('docker', ['info'])).code === 0) return new ContainerEngine(['docker', 'build'], ['docker'], []);
    const packages = ['buildah', 'podman', 'runc', 'debootstrap'];
    if (process.getuid?.() !== 0) {
      throw new ServerMissing(`No container engine: start Docker, or run as root with ${packages.join(', ')}`);
    }
    for (const name of packages) await findProgram(name, packages, '');
    const driver = await storageDriver();
    const storage = [...storageIn(driver), '--storage-driver', driver];
    const base = await debianBase(['buildah', ...storage]);
    const build = ['bud', '--isolation=chroot', '--format=docker', '--layers', `--build-arg=BASE=${base}`];
    const engine = new ContainerEngine(
      ['buildah', ...storage, ...build],
      ['podman', ...storage, '--runtime=runc', '--cgroup-manager=cgroupfs', '--events-backend=file'],
      // Higher limits than our own may be forbidden to us.
      ['--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'],
    );
    await engine.#tidyUp();
    return engine;
  }

  /** Builds the Dockerfile as it is. @throws Error with the output */
  async build(tag: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'muster-npmrc-'));
    try {
      const secret = join(folder, 'npmrc');
      await writeFile(secret, await npmSettings());
      await chmod(secret, 0o600);
      const args = ['--file=deploy/Dockerfile', `--secret=id=npmrc,src=${secret}`, `--tag=${tag}`, '.'];
      const [program = '', ...before] = this.#build;
      const { code, output } = await attempt(program, [...before, ...args], buildWithinMs);
      if (code !== 0) throw new Error(`The image does not build:\n${output.slice(-4_000)}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** What the image says of itself, and its size in bytes, not compressed. */
  async inspect(tag: string): Promise<{ size: number; config: Record<string, unknown> }> {
    const { output } = await this.#command('image', 'inspect', tag);
    const [image] = JSON.parse(output) as { Size: number; Config: Record<string, unknown>; Healthcheck?: unknown }[];
    if (image === undefined) throw new Error(`There is no image ${tag}`);
    return { size: image.Size, config: { Healthcheck: image.Healthcheck, ...image.Config } };
  }

  /** Starts the image with a read-only root, no privileges, and the network of this machine. */
  start(tag: string, args: readonly string[], environment: Readonly<Record<string, string>>): Container {
    const name = `${containerPrefix}${process.pid}-${(count += 1)}`;
    const options = [
      'run',
      '--rm',
      `--name=${name}`,
      '--network=host',
      '--no-healthcheck',
      ...this.#runOptions,
      '--read-only',
      '--tmpfs=/tmp',
      '--cap-drop=all',
      '--security-opt=no-new-privileges',
      ...Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`),
    ];
    const [program = '', ...before] = this.#run;
    const child = spawn(program, [...before, ...options, tag, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    }
    const ended = endOf(child).then((code) => ({ code, output: text }));
    return {
      name,
      output: () => text,
      exec: (...command) => this.#command('exec', name, ...command),
      stop: async () => {
        await this.#command('stop', '--time=30', name);
        return ended;
      },
      ended: () => ended,
    };
  }

  #command(...args: string[]): Promise<Outcome> {
    const [program = '', ...before] = this.#run;
    return attempt(program, [...before, ...args]);
  }

  /** Test runs that were killed leave containers behind; intermediate images older than three days make room. */
  async #tidyUp(): Promise<void> {
    const { output } = await this.#command('ps', '--all', '--format={{.Names}}');
    for (const name of output.split('\n').filter((line) => line.startsWith(containerPrefix))) {
      const pid = name.slice(containerPrefix.length).split('-')[0] ?? '';
      if (!existsSync(`/proc/${pid}`)) await this.#command('rm', '--force', name);
    }
    await this.#command('image', 'prune', '--force', '--filter=until=72h');
  }
}

let count = 0;

const attempt = async (program: string, args: readonly string[], timeout = commandWithinMs): Promise<Outcome> => {
  try {
    const { stdout, stderr } = await execute(program, args, { cwd: root, timeout, maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
      message,
    } = error as Error & Partial<Outcome & { stdout: string; stderr: string }>;
    return { code: typeof code === 'number' ? code : null, output: stdout + stderr || message };
  }
};

const endOf = async (child: ChildProcess): Promise<number | null> => {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
};

/** Outside the repository: it is large, and serves every checkout. */
const storageIn = (driver: string): string[] => [
  '--root',
  join(homedir(), `.cache/muster/containers-${driver}`),
  '--runroot',
  join(tmpdir(), `muster-containers-${driver}`),
];

/** Overlay needs the kernel; copying whole folders works anywhere, slowly. */
const storageDriver = async (): Promise<string> => {
  await mkdir(join(homedir(), '.cache/muster'), { recursive: true });
  const { code } = await attempt('buildah', [...storageIn('overlay'), '--storage-driver', 'overlay', 'info']);
  return code === 0 ? 'overlay' : 'vfs';
};

/** How npm reaches its packages on this machine, for npm in the build: nothing of it stays in the image. */
const npmSettings = async (): Promise<string> => {
  const npm = onPath('npm') ?? 'npm';
  const files = await Promise.all(
    ['globalconfig', 'userconfig'].map(async (name) => {
      const { code, output } = await attempt(npm, ['config', 'get', name, '--loglevel=silent']);
      const file = output.trim();
      return code === 0 && existsSync(file) ? readFile(file, 'utf8') : '';
    }),
  );
  const registry = process.env['npm_config_registry'] ?? process.env['NPM_CONFIG_REGISTRY'];
  return [...files, registry === undefined ? '' : `registry=${registry}`].join('\n');
};
