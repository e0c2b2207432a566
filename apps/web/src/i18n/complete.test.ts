import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Texts = { readonly [key: string]: string | Texts };

const source = join(import.meta.dirname, '..');
const folders = globSync('**/en.json', { cwd: source }).map((file) => dirname(file));
const read = (folder: string, language: string): Texts =>
  JSON.parse(readFileSync(join(source, folder, `${language}.json`), 'utf8')) as Texts;
const flat = (texts: Texts, prefix = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  );
const variables = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();

/** Findings and steps arrive as English sentences; only other languages have texts of their own for them. */
const isSaidByTheServer = (key: string): boolean => /^(finding|steps)\./.test(key);

describe('texts', () => {
  it('live in folders of different names, because the name is the namespace', () => {
    const names = folders.map((folder) => folder.split('/').at(-1));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(folders)('%s is complete in every language', (folder) => {
    const english = new Map(flat(read(folder, 'en')));
    const german = new Map(flat(read(folder, 'de')));
    expect([...german.keys()].filter((key) => !isSaidByTheServer(key)).sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) {
      expect(text.trim(), key).not.toBe('');
      expect(variables(german.get(key) ?? ''), key).toEqual(variables(text));
    }
  });
});
