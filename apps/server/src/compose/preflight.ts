import cluster from 'node:cluster';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type Configuration, ConfigurationError } from '../config/schema.ts';
import { folderHolder } from '../platform/database/folder-lock.ts';

/**
 * Looks, before anything is started or written, at what would make the start fail half-way; then makes the data folder.
 * @throws ConfigurationError for the data folder, EADDRINUSE and the like for the port
 */
export const preflight = async (configuration: Configuration): Promise<void> => {
  const { dataFolder } = configuration;
  const obstacle = await dataFolderObstacle(dataFolder);
  if (obstacle !== undefined) throw new ConfigurationError([obstacle]);
  if (configuration.MUSTER_DATABASE_URL === undefined) {
    const holder = await folderHolder(dataFolder);
    if (holder !== undefined) throw new ConfigurationError([folderInUse(dataFolder, holder)]);
  }
  // The primary of a fleet holds the ports of its workers.
  if (!cluster.isWorker) await probePort(configuration);
  await makeDataFolder(dataFolder);
};

const folderInUse = (folder: string, holder: number): string =>
  `Muster is running on the data folder ${folder} already (process ${holder}). Stop that one first, or give this one a folder and a port of its own: MUSTER_DATA=.muster-2 PORT=3001 npm start`;

/** What keeps us from keeping data in the folder, in a sentence; undefined when nothing does. Changes nothing. */
export const dataFolderObstacle = async (folder: string): Promise<string | undefined> => {
  for (const path of [folder, join(folder, 'logs'), join(folder, 'logs', 'muster.log')]) {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
    if (found instanceof Error) {
      if (found.code === 'ENOENT') break;
      return `The data folder ${folder} cannot be reached (${found.code}). ${howToMove}`;
    }
    if (path === folder && !found.isDirectory()) return `${folder} is a file, not a folder. ${howToMove}`;
    if (!(await isWritable(path))) return `${path} belongs to another user and cannot be written to. ${howToMove}`;
  }
  return undefined;
};

const howToMove = 'Change its owner, or choose another data folder with MUSTER_DATA.';

const makeDataFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(join(folder, 'logs'), { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError([
      `The data folder ${folder} cannot be made in ${dirname(folder)} (${code}). ${howToMove}`,
    ]);
  }
};

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );

/** Resolves when nobody listens on our port. @throws the error that listening would give */
export const probePort = ({
  HOST,
  PORT,
  MUSTER_REUSE_PORT: reusePort,
}: Pick<Configuration, 'HOST' | 'PORT' | 'MUSTER_REUSE_PORT'>): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port: PORT, host: HOST, reusePort }, () => probe.close(() => resolve()));
  });
