import { generateSchema } from '../src/platform/database/generate-schema.ts';

const check = process.argv.includes('--check');
if (!(await generateSchema({ check })) && check) {
  console.error('schema.generated.ts does not fit the migrations: run npm run generate');
  process.exitCode = 1;
}
