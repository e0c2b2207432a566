import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram, type Program } from './programs.ts';
import { runProgram, type ServerProcess, startServer } from './server-process.ts';

const packages = ['redis-server', 'redis-tools'];
const image = 'redis:7.4';
const formWithinMs = 60_000;

/** Nothing is written to disk, and nothing is dropped to make room. */
const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];

export interface RedisServer extends ServerProcess {
  readonly url: string;
}

/** One Redis of its own. */
export const startRedis = async (): Promise<RedisServer> => {
  const program = await findProgram('redis-server', packages, image);
  const server = await startServer({
    program,
    args: (folder, port) => [...settings, '--port', String(port), '--dir', folder],
  });
  return { ...server, url: `redis://127.0.0.1:${server.port}` };
};

export interface RedisCluster {
  /** Every node, separated by commas: what MUSTER_REDIS_URL takes. */
  readonly url: string;
  /** Kills the master that serves a key's slot; its replica takes over after a few seconds. */
  killMasterOf(key: string): Promise<void>;
  stop(): Promise<void>;
}

/** Three masters and three replicas, in step with each other when it resolves. */
export const startRedisCluster = async (): Promise<RedisCluster> => {
  const program = await findProgram('redis-server', packages, image);
  const cli: Program = await findProgram('redis-cli', packages, image);
  const nodes: ServerProcess[] = [];
  const ask = (port: number, ...command: string[]): Promise<string> =>
    runProgram(cli, ['-p', String(port), ...command], 10_000);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const addresses = (): string[] => nodes.map(({ port }) => `127.0.0.1:${port}`);
  try {
    while (nodes.length < 6) nodes.push(await startNode(program));
    await runProgram(
      cli,
      ['--cluster', 'create', ...addresses(), '--cluster-replicas', '1', '--cluster-yes'],
      formWithinMs,
    );
    await inStep(nodes, ask);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: addresses()
      .map((address) => `redis://${address}`)
      .join(','),
    killMasterOf: async (key) => {
      const port = nodes[0]?.port ?? 0;
      const slot = Number(await ask(port, 'CLUSTER', 'KEYSLOT', key));
      const master = ownerOf(slot, await ask(port, 'CLUSTER', 'NODES'));
      await nodes.find((node) => node.port === master)?.kill();
    },
    stop,
  };
};

const startNode = (program: Program): Promise<ServerProcess> =>
  startServer({
    program,
    args: (folder, port) =>
      settings.concat(
        ['--port', String(port), '--dir', folder, '--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
        ['--cluster-node-timeout', '2000', '--repl-diskless-sync-delay', '0'],
      ),
  });

/** A master that dies before its replica has caught up takes the cluster down for good. */
const inStep = async (
  nodes: readonly ServerProcess[],
  ask: (port: number, ...command: string[]) => Promise<string>,
): Promise<void> => {
  const deadline = performance.now() + formWithinMs;
  for (const { port } of nodes) {
    for (;;) {
      const [replication, cluster] = [await ask(port, 'INFO', 'replication'), await ask(port, 'CLUSTER', 'INFO')];
      const following = replication.includes('role:master') || replication.includes('master_link_status:up');
      const masterAlone = replication.includes('role:master') && !replication.includes('connected_slaves:1');
      if (cluster.includes('cluster_state:ok') && following && !masterAlone) break;
      if (performance.now() > deadline) throw new Error(`The Redis node on port ${port} does not join the cluster.`);
      await sleep(100);
    }
  }
};

const ownerOf = (slot: number, nodes: string): number => {
  for (const line of nodes.split('\n')) {
    const [, address = '', flags = '', , , , , , ...ranges] = line.split(' ');
    if (!flags.includes('master')) continue;
    const owns = ranges.some((range) => {
      const [first = Number.NaN, last = first] = range.split('-').map(Number);
      return first <= slot && slot <= last;
    });
    if (owns) return Number(/:(\d+)@/.exec(address)?.[1]);
  }
  throw new Error(`No master serves the slot ${slot}.`);
};
