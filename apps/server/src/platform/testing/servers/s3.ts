import { findGoProgram, onPath, type Program, ServerMissing } from './programs.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const version = '1.8.0';
const module = 'github.com/versity/versitygw/cmd/versitygw';

/** For the servers of tests only. */
const accessKey = 'muster-test';
const secretKey = 'muster-test-secret';

export interface S3Server extends ServerProcess {
  /** With `user:password@`: access key and secret. `?emulator` marks one that takes any signature and expired links. */
  readonly url: string;
}

/** An S3 server over a folder of its own. */
export const startS3 = async (): Promise<S3Server> => {
  const gateway = await findGoProgram('versitygw', module, version);
  if (gateway !== undefined) return startGateway(gateway);
  const moto = onPath('moto_server');
  if (moto !== undefined) return startMoto({ kind: 'native', file: moto });
  throw new ServerMissing('No S3 server: install Go (versitygw is built once), or pip install "moto[server]"');
};

const urlOf = (port: number): string => `http://${accessKey}:${secretKey}@127.0.0.1:${port}`;

const startGateway = async (program: Program): Promise<S3Server> => {
  const server = await startServer({
    program,
    args: (folder, port) => {
      const listen = ['--port', `127.0.0.1:${port}`, '--quiet'];
      // Objects' attributes beside the objects: a temporary file system may not keep extended ones.
      const keep = ['--sidecar', `${folder}/attributes`, '--versioning-dir', `${folder}/versions`, `${folder}/objects`];
      return [...listen, 'posix', ...keep];
    },
    folders: ['attributes', 'versions', 'objects'],
    environment: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
  });
  return { ...server, url: urlOf(server.port) };
};

const startMoto = async (program: Program): Promise<S3Server> => {
  const server = await startServer({ program, args: (_folder, port) => ['-H', '127.0.0.1', '-p', String(port)] });
  return { ...server, url: `${urlOf(server.port)}/?emulator` };
};
