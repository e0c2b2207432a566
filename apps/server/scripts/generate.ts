/** Writes the types of all columns and the reference of all variables; with `--check` only says what is out of date. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configurationReference } from '../src/config/reference.ts';
import { generateSchema } from '../src/platform/database/generate-schema.ts';

const check = process.argv.includes('--check');
const outOfDate = (name: string, source: string): void => {
  console.error(`${name} does not fit ${source}: run npm run generate`);
  process.exitCode = 1;
};

if (!(await generateSchema({ check })) && check) outOfDate('schema.generated.ts', 'the migrations');

const referencePath = join(import.meta.dirname, '../../../docs/configuration.md');
const reference = configurationReference();
if ((await readFile(referencePath, 'utf8').catch(() => '')) !== reference) {
  if (check) outOfDate('docs/configuration.md', 'the configuration schema');
  else await writeFile(referencePath, reference);
}
