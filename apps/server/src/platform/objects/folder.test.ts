import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { createFolderObjects } from './folder.ts';
import { objectsSuite } from './suite.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

objectsSuite('folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-objects-'));
  folders.push(folder);
  return createFolderObjects(folder);
});

it('does not hand out a file that somebody changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-objects-'));
  folders.push(folder);
  const objects = await createFolderObjects(folder);
  const key = `${uuidv7()}/reports/${uuidv7()}.csv`;
  await objects.put(key, Buffer.from('98 %'), { contentType: 'text/csv' });
  await writeFile(join(folder, key), '99 %');
  const read = await objects.get(key);
  await expect(read && buffer(read.content)).rejects.toThrow(/not what was stored/);
});
