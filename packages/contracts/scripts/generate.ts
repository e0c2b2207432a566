/** Writes openapi.json and asyncapi.json; with `--check` only says whether they are what the contracts say. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApiDocument, openApiDocument } from '../src/index.ts';

const documents = { 'openapi.json': openApiDocument(), 'asyncapi.json': asyncApiDocument() };
const check = process.argv.includes('--check');

const readOrEmpty = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

for (const [name, document] of Object.entries(documents)) {
  const path = join(import.meta.dirname, '..', name);
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (readOrEmpty(path) === text) continue;
  if (check) {
    console.error(`packages/contracts/${name} is out of date: run npm run generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
  }
}
