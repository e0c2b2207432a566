import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutateStatementsOf, verdictOn } from './mutants/mutate.ts';

/**
 * `npm run access-matrix -- [--json] [--operations a,b] [--unprotected a.b,c.d]`: the last switches row-level security
 * off for tables, to see that what leaks then is found.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    operations: { type: 'string' },
    unprotected: { type: 'string' },
  },
});
// Before anything of the server is loaded.
const mutation = mutateStatementsOf(join(import.meta.dirname, '../../apps/server/src'));
const { runAccessMatrix } = await import('./run-matrix.ts');
const { operations, cases, unexpected, leaks } = await runAccessMatrix((line) => console.log(line), {
  ...(values.operations === undefined ? {} : { operations: values.operations.split(',') }),
  ...(values.unprotected === undefined ? {} : { unprotected: values.unprotected.split(',') }),
});
const mutants = verdictOn(mutation);
const all = [...leaks, ...mutants.leaks];
for (const sentence of unexpected) console.log(`unexpected: ${sentence}`);
for (const sentence of mutants.untried) console.log(`not tried: ${sentence}`);
for (const sentence of all) console.log(`LEAK: ${sentence}`);
const counts = {
  operations,
  cases,
  conditions: mutants.conditions,
  mutants: mutants.tried,
  mutantRuns: mutants.runs,
  untried: mutants.untried.length,
  unexpected: unexpected.length,
  leaks: all.length,
};
console.log(
  values.json
    ? JSON.stringify(counts)
    : `${operations} operations, ${cases} cases, ${counts.mutants} of ${counts.conditions} conditions taken out in ${counts.mutantRuns} runs: ` +
        `${counts.unexpected} unexpected, ${counts.leaks} leaks.`,
);
process.exitCode = unexpected.length + all.length === 0 ? 0 : 1;
