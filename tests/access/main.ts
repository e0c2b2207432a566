import { parseArgs } from 'node:util';
import { runAccessMatrix } from './run-matrix.ts';

/** `npm run access-matrix -- [--json]` */
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const { operations, cases, unexpected, leaks } = await runAccessMatrix((line) => console.log(line));
for (const sentence of unexpected) console.log(`unexpected: ${sentence}`);
for (const sentence of leaks) console.log(`LEAK: ${sentence}`);
if (values.json) {
  console.log(JSON.stringify({ operations, cases, unexpected: unexpected.length, leaks: leaks.length }));
} else {
  console.log(`${operations} operations, ${cases} cases: ${unexpected.length} unexpected, ${leaks.length} leaks.`);
}
process.exitCode = unexpected.length + leaks.length === 0 ? 0 : 1;
