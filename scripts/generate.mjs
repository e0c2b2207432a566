/**
 * `npm run generate`: writes every generated file anew; with `--check` only says whether one is out of date.
 * A workspace takes part by having scripts/generate.ts, which understands `--check`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packagedNode, root, toolEnvironment } from './install.mjs';
import { run } from './processes.mjs';

const generators = ['packages', 'apps']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name, 'scripts', 'generate.ts')))
  .filter((file) => existsSync(join(root, file)));

if (generators.length === 0) console.log('Nothing is generated yet.');
for (const generator of generators) {
  console.log(generator);
  const result = await run([packagedNode(), generator, ...process.argv.slice(2)], {
    cwd: root,
    env: toolEnvironment(),
    show: true,
    deadlineMs: 2 * 60_000,
  });
  if (result.code !== 0) process.exitCode = 1;
}
