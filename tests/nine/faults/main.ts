import { parseArgs } from 'node:util';
import { type FaultReport, runFaults } from './run-faults.ts';

/** `npm run faults -- [--seed N] [--only TEXT|TEXT] [--short] [--lengthen N] [--json]` */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    lengthen: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
console.log(`Seed ${seed}`);
const reports: FaultReport[] = await runFaults({
  seed,
  lengthen: Number(values.lengthen),
  chosen: ({ name, short }) =>
    (!values.short || short === true) &&
    (values.only === undefined || values.only.split('|').some((text) => name.includes(text))),
  say: (line) => console.log(line),
});
const violations = reports.reduce((sum, report) => sum + report.violations.length, 0);
if (values.json) {
  const faults = reports.map(({ name, row, violations: found, recoveredMs, notTried }) => ({
    name,
    row,
    violations: found.length,
    recoveredMs,
    ...(notTried !== undefined && { notTried }),
  }));
  console.log(JSON.stringify({ seed, violations, faults }));
} else {
  const left = reports.filter(({ notTried }) => notTried !== undefined).length;
  console.log(`${reports.length - left} faults, ${violations} violations${left > 0 ? `, ${left} not tried` : ''}.`);
}
process.exitCode = violations === 0 ? 0 : 1;
