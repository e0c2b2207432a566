import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Program } from './programs.ts';

const execute = promisify(execFile);
const usualStartWithinMs = 30_000;
const prefix = 'muster-server-';

export interface ServerProcess {
  readonly port: number;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Holds it still (SIGSTOP): connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same port and folder; resolves when it answers. */
  restart(): Promise<void>;
  /** Kills it and removes its folder. */
  stop(): Promise<void>;
}

export interface ServerSettings {
  readonly program: Program;
  /** The command line for a folder of its own and a free port. */
  readonly args: (folder: string, port: number) => readonly string[];
  /** To be made in its folder before it starts. */
  readonly folders?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Default 30,000. */
  readonly startWithinMs?: number;
}

/** Starts a server on 127.0.0.1 and waits until its port answers. */
export const startServer = async (settings: ServerSettings): Promise<ServerProcess> => {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const port = await freePort();
  for (const name of settings.folders ?? []) await mkdir(join(folder, name));
  let running = await launch(settings, folder, port);
  return {
    port,
    kill: () => running.end(),
    freeze: () => running.child.kill('SIGSTOP'),
    thaw: () => running.child.kill('SIGCONT'),
    restart: async () => {
      await running.end();
      running = await launch(settings, folder, port);
    },
    stop: async () => {
      await running.end();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};

interface Running {
  readonly child: ChildProcess;
  end(): Promise<void>;
}

const launch = async (settings: ServerSettings, folder: string, port: number): Promise<Running> => {
  const { file, args, end } = commandOf(settings, folder, port);
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...process.env, ...settings.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const note = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-2_000);
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  child.on('error', (error) => note(Buffer.from(error.message)));
  await writeFile(join(folder, 'owner'), `${process.pid} ${child.pid ?? 0}`);
  const running: Running = {
    child,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      await end();
      child.kill('SIGKILL');
      await gone;
    },
  };
  const deadline = performance.now() + (settings.startWithinMs ?? usualStartWithinMs);
  while (!(await answers(port))) {
    if (child.pid === undefined || child.exitCode !== null) throw new Error(`${file} ended: ${output}`);
    if (performance.now() > deadline) {
      await running.end();
      throw new Error(`${file} does not answer on port ${port}: ${output}`);
    }
    await sleep(20);
  }
  return running;
};

const commandOf = ({ program, args }: ServerSettings, folder: string, port: number) => {
  const given = args(folder, port);
  if (program.kind === 'native') return { file: program.file, args: given, end: async () => undefined };
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  const docker = ['run', '--rm', '--name', name, '--network=host', '--volume', `${folder}:${folder}`];
  return {
    file: 'docker',
    args: [...docker, program.image, program.file, ...given],
    // The client that we started is not the server.
    end: () =>
      execute('docker', ['kill', name]).then(
        () => undefined,
        () => undefined,
      ),
  };
};

/** Runs a program to its end. */
export const runProgram = async (program: Program, args: readonly string[], timeoutMs: number): Promise<string> => {
  const { stdout } =
    program.kind === 'native'
      ? await execute(program.file, args, { timeout: timeoutMs })
      : await execute('docker', ['run', '--rm', '--network=host', program.image, program.file, ...args], {
          timeout: timeoutMs,
        });
  return stdout;
};

/** Test runs that were killed leave servers and folders behind. */
export const removeAbandoned = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(tmpdir(), name);
    const [owner = 0, server = 0] = (await readFile(join(folder, 'owner'), 'utf8').catch(() => ''))
      .split(' ')
      .map(Number);
    if (owner === 0 || isAlive(owner)) continue;
    const worksIn = await readlink(`/proc/${server}/cwd`).catch(() => undefined);
    if (worksIn === folder) process.kill(server, 'SIGKILL');
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A port of 127.0.0.1 that nobody listens on; small enough that a cluster bus port (+10000) exists too. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
