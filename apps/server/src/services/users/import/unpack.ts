import type { ZipFile } from 'yauzl';
import { FileFault } from './file-fault.ts';

/** So much may come out of one file, whatever it says of itself: ten thousand people as XML are a tenth of it. */
const unpackedMaxBytes = 100 * 1024 * 1024;
const entriesAtMost = 1_000;

export const isZip = (bytes: Buffer): boolean => bytes.length > 3 && bytes.readUInt32LE(0) === 0x04034b50;

/**
 * The wanted files of an archive. How much they unpack to is added up before anything is unpacked, and counted while it
 * is: an archive that lies about it is given up as soon as it shows.
 * @throws FileFault
 */
export const unpack = async (
  bytes: Buffer,
  isWanted: (name: string) => boolean,
  maxBytes = unpackedMaxBytes,
): Promise<Map<string, Buffer>> => {
  const { fromBufferPromise } = await import('yauzl');
  const archive = await fromBufferPromise(bytes).catch(unreadable);
  try {
    const names = await namesWithin(archive, maxBytes);
    if (!names.some(isWanted)) return new Map();
    return await contentsOf(await fromBufferPromise(bytes), isWanted, maxBytes);
  } catch (error) {
    return unreadable(error);
  }
};

const unreadable = (error: unknown): never => {
  if (error instanceof FileFault) throw error;
  throw new FileFault('This archive is damaged and cannot be unpacked.', { cause: error });
};

const tooLarge = (maxBytes: number) =>
  new FileFault(
    `Unpacked, this file is larger than ${Math.round(maxBytes / 1024 / 1024)} MB: split it into smaller ones.`,
  );

const namesWithin = async (archive: ZipFile, maxBytes: number): Promise<string[]> => {
  const names: string[] = [];
  let announced = 0;
  for await (const entry of archive.eachEntry()) {
    announced += entry.uncompressedSize;
    if (announced > maxBytes) throw tooLarge(maxBytes);
    names.push(entry.fileName);
    if (names.length > entriesAtMost)
      throw new FileFault(`There are more than ${entriesAtMost} files in this archive.`);
    if (entry.isEncrypted()) throw new FileFault('This file is locked by a password: save it without one.');
  }
  return names;
};

const contentsOf = async (
  archive: ZipFile,
  isWanted: (name: string) => boolean,
  maxBytes: number,
): Promise<Map<string, Buffer>> => {
  const contents = new Map<string, Buffer>();
  let unpacked = 0;
  for await (const entry of archive.eachEntry()) {
    if (!isWanted(entry.fileName) || contents.has(entry.fileName)) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of await archive.openReadStreamPromise(entry)) {
      unpacked += (chunk as Buffer).length;
      if (unpacked > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk as Buffer);
    }
    contents.set(entry.fileName, Buffer.concat(chunks));
  }
  return contents;
};
