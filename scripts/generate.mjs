/**
 * `npm run generate`: writes every generated file anew; with `--check` only says whether one is out of date.
 * A generator is the scripts/generate.ts of a workspace, or a generate-….ts beside the file it writes; it
 * understands `--check` and ends with a code other than 0 when its file is out of date.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packagedNode, root, toolEnvironment } from './install.mjs';
import { run } from './processes.mjs';

/** @param {string} folder @returns {string[]} paths within it; none where it does not exist */
const filesIn = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : []);

const generators = ['packages', 'apps']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .flatMap((workspace) => [
    join(workspace, 'scripts', 'generate.ts'),
    ...filesIn(join(root, workspace, 'src'))
      .map((file) => join(workspace, 'src', file))
      .filter((file) => /[\\/]generate-[^\\/]+(?<!\.test)\.ts$/.test(file)),
  ])
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
