import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { wordsIn } from './judge.ts';

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

/** The program that `npm run access-matrix` runs: only there can what it loads be marked for taking conditions out. */
const runMatrix = async (...options: string[]): Promise<{ text: string; counts: Record<string, number> }> => {
  const script = join(import.meta.dirname, 'main.ts');
  const run = spawn(process.execPath, [script, '--json', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of run.stdout.setEncoding('utf8')) text += String(chunk);
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`The matrix did not come to an end:\n${text}`);
  return { text, counts: JSON.parse(last) as Record<string, number> };
};

describe('access', () => {
  it('is what the permission table says, for every operation and everybody, and nothing leaks, whichever condition on the organization is missing', async () => {
    const { text, counts } = await runMatrix();
    const complaints = text.split('\n').filter((line) => /^(unexpected|not tried|LEAK): /.test(line));
    expect(complaints).toEqual([]);
    expect(counts).toMatchObject({ unexpected: 0, leaks: 0, untried: 0 });
    expect(counts['operations']).toBeGreaterThan(100);
    expect(counts['cases']).toBeGreaterThan(2_000);
    // All that there are; so many, or the search for them is broken.
    expect(counts['mutants']).toBe(counts['conditions']);
    expect(counts['conditions']).toBeGreaterThan(80);
  });

  it('would be seen to leak where a table protects nothing', async () => {
    const { text } = await runMatrix('--unprotected', 'users.account', '--operations', 'listPeople');
    expect(text).toMatch(/^LEAK: services\/users\/people-store\.ts:\d+ without account\.org_id = \$\{filter\.orgId\}/m);
  });
});
