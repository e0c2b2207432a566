import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createFolderObjects } from './folder.ts';
import { objectsSuite } from './suite.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

objectsSuite('folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-objects-'));
  folders.push(folder);
  return createFolderObjects(folder);
});
