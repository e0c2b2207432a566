import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { asJson } from './figures.ts';
import { measureGrowth } from './growth.ts';
import { measureIngest } from './ingest.ts';

/**
 * `npm run bench [-- --json] [--only single,processes,growth] [--sizes 1000,10000] [--profile]`: what Muster costs.
 *
 * - `single`: one process beside a bare floor, how fast an alert is, idle memory and start.
 * - `processes`: one process against nine, events in PostgreSQL against Kafka; needs the servers of the large deployment.
 * - `growth`: the same work in organizations of 1,000, 10,000 and 100,000 members.
 *
 * With `--json` the last line is one JSON object. `--profile` writes a CPU profile of Muster into the working folder.
 */

const parts = ['single', 'processes', 'growth'] as const;
type Part = (typeof parts)[number];

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    only: { type: 'string', default: parts.join(',') },
    sizes: { type: 'string', default: '1000,10000,100000' },
  },
});

const heading = (words: string): void => console.log(`\n## ${words}\n`);

const main = async (): Promise<void> => {
  const chosen = new Set(options.only.split(',') as Part[]);
  for (const part of chosen) if (!parts.includes(part)) throw new Error(`--only takes ${parts.join(', ')}.`);
  let figures: Record<string, unknown> = {};
  if (chosen.has('single')) {
    heading('One process');
    figures = await measureIngest(options.profile ? ['--cpu-prof', '--cpu-prof-dir=.'] : []);
  }
  if (chosen.has('processes')) {
    heading('One process and nine, PostgreSQL and Kafka');
    figures['processes'] = await compareProcesses();
  }
  if (chosen.has('growth')) {
    heading('As the organization grows');
    figures['growth'] = await measureGrowth(options.sizes.split(',').map(Number));
  }
  if (options.json) console.log(asJson(figures));
};

/** In a process of its own, because the fleet and its surroundings are run by the tests of nine processes. */
const compareProcesses = async (): Promise<unknown> => {
  const program = join(import.meta.dirname, '../../../tests/nine/compare.ts');
  const child = spawn(process.execPath, [program, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill());
  const ended = once(child, 'close');
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('[')) last = line;
    else console.log(line);
  }
  const [code] = (await ended) as [number | null];
  if (code === 0) return JSON.parse(last);
  console.log('It could not be measured here; see above.');
  return null;
};

await main();
