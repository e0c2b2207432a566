import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { wordsIn } from './judge.ts';
import { runAccessMatrix } from './run-matrix.ts';

const zipOf = async (text: string): Promise<Buffer> => {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('nothing here '.repeat(50)), 'first.txt');
  zip.addBuffer(Buffer.from(text), 'second.txt', { compress: true });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

describe('looking for words', () => {
  it('finds them as they are and in packed files, and no others', async () => {
    const words = ['canary', 'raven'];
    expect(wordsIn(Buffer.from('a canary sings'), words)).toEqual(['canary']);
    expect(wordsIn(await zipOf('the raven and the canary, '.repeat(20)), words)).toEqual(words);
    expect(wordsIn(await zipOf('a sparrow'), words)).toEqual([]);
    expect(wordsIn(gzipSync('a sparrow'), words)).toEqual([]);
  });
});

describe('access', () => {
  it('is what the permission table says, for every operation and everybody, and nothing leaks', async () => {
    const { operations, cases, unexpected, leaks } = await runAccessMatrix(() => undefined);
    expect(unexpected).toEqual([]);
    expect(leaks).toEqual([]);
    expect(operations).toBeGreaterThan(100);
    expect(cases).toBeGreaterThan(2_000);
  });
});
