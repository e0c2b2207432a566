import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { uuidv7 } from '../ids.ts';
import { type Measured, measure, verified } from './measure.ts';
import { isObjectKey, type ObjectStore, type StoredObject } from './port.ts';

/** Objects as files below one folder, each beside a small `.json` that describes it. */
export const createFolderObjects = async (folder: string): Promise<ObjectStore> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pathOf = (key: string): string => {
    if (!isObjectKey(key)) throw new Error(`"${key}" is not an object key.`);
    return join(folder, key);
  };
  return {
    put: async (key, content, { contentType }) => {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const incoming = `${path}.${uuidv7()}.part`;
      try {
        const { bytes, sha256 } = await writeDurably(incoming, content);
        const object: StoredObject = { key, contentType, bytes, sha256 };
        await writeFile(`${path}.json`, JSON.stringify(object), { mode: 0o600 });
        await rename(incoming, path);
        return object;
      } finally {
        await rm(incoming, { force: true });
      }
    },
    get: async (key) => {
      const path = pathOf(key);
      try {
        await access(path, constants.R_OK);
        const object = JSON.parse(await readFile(`${path}.json`, 'utf8')) as StoredObject;
        return { object, content: verified(createReadStream(path), object) };
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    delete: async (key) => {
      const path = pathOf(key);
      await rm(path, { force: true });
      await rm(`${path}.json`, { force: true });
    },
    check: () => access(folder, constants.R_OK | constants.W_OK),
  };
};

const writeDurably = async (path: string, content: Buffer | Readable): Promise<Measured> => {
  let measured: Measured = { bytes: 0, sha256: '' };
  const meter = measure((result) => {
    measured = result;
  });
  const source = Buffer.isBuffer(content) ? Readable.from([content]) : content;
  await pipeline(source, meter, createWriteStream(path, { mode: 0o600 }));
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return measured;
};
