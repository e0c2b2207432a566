/** What `npm test` runs, in order. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packagedNode, root } from './install.mjs';

/**
 * @typedef {readonly [string, ...string[]]} Command
 * @typedef {{ name: string, about: string, commands: Command[], hint?: string }} Gate a check that passes or fails as one
 * @typedef {{ name: string, about: string, projects: string[], fast?: boolean, needs?: 'chromium' | 'web', deadlineMs: number }} Suite
 *   projects of vitest.config.ts run together
 */

/**
 * A tool of node_modules by its script, so that it runs on the packaged Node.
 * @param {string[]} path
 */
const tool = (...path) => join(root, 'node_modules', ...path);

/** Folders with a tsconfig.json and something to check. */
const typedFolders = ['.', 'packages/contracts', 'apps/server', 'apps/web', 'tests/acceptance'];

/** The folders that the import table speaks of, as far as they exist. */
const cruisedFolders = ['apps', 'packages', 'tests', 'scripts'];

/** @returns {Gate[]} */
export function gates() {
  const node = packagedNode();
  return [
    {
      name: 'format',
      about: 'formatting (Biome)',
      commands: [[node, tool('@biomejs/biome/bin/biome'), 'format', '--colors=off', '--reporter=summary']],
      hint: 'npm run format',
    },
    {
      name: 'lint',
      about: 'lint with types (oxlint)',
      commands: [[node, tool('oxlint/bin/oxlint'), '--format=unix', '--deny-warnings']],
    },
    {
      name: 'types',
      about: 'types (TypeScript)',
      commands: typedFolders.map((folder) => [node, tool('@typescript/native/bin/tsc'), '--noEmit', '-p', folder]),
    },
    {
      name: 'imports',
      about: 'import table (dependency-cruiser)',
      commands: [
        [
          node,
          tool('dependency-cruiser/bin/dependency-cruise.mjs'),
          '--config=.dependency-cruiser.mjs',
          ...cruisedFolders.filter((folder) => existsSync(join(root, folder))),
        ],
      ],
    },
    {
      name: 'unused',
      about: 'unused files, exports and packages (knip)',
      commands: [[node, tool('knip/bin/knip.js'), '--no-progress', '--no-config-hints']],
    },
    {
      name: 'generated',
      about: 'generated files are up to date',
      commands: [[node, 'scripts/generate.mjs', '--check']],
      hint: 'npm run generate',
    },
    {
      name: 'lock',
      about: 'package-lock.json is complete for every platform',
      commands: [[node, 'scripts/complete-lock.mjs', '--check']],
      hint: 'node scripts/complete-lock.mjs',
    },
  ];
}

/** @type {Suite[]} */
export const suites = [
  { name: 'pure', about: 'rules and other pure code', projects: ['pure'], fast: true, deadlineMs: 3 * 60_000 },
  { name: 'gates', about: 'each gate is seen to fail', projects: ['gates'], deadlineMs: 3 * 60_000 },
  { name: 'db', about: 'database tests on a real PostgreSQL', projects: ['db'], deadlineMs: 10 * 60_000 },
  {
    name: 'servers',
    about: 'large adapters on real Redis, S3 and Kafka',
    projects: ['servers'],
    deadlineMs: 15 * 60_000,
  },
  {
    name: 'cli',
    about: 'the command line: start, stop, kill, refusals, doctor',
    projects: ['cli'],
    needs: 'web',
    deadlineMs: 5 * 60_000,
  },
  {
    name: 'access',
    about: 'every operation as everybody: the permission table, and nothing else',
    projects: ['access'],
    deadlineMs: 8 * 60_000,
  },
  {
    name: 'image',
    about: 'the image is built, runs without rights, and is small',
    projects: ['image'],
    // The first time on a machine a base and all packages are fetched; afterwards it is a minute.
    deadlineMs: 15 * 60_000,
  },
  {
    name: 'acceptance',
    about: 'the story over HTTP and WebSocket',
    projects: ['acceptance'],
    needs: 'web',
    deadlineMs: 12 * 60_000,
  },
  {
    name: 'nine',
    about: 'the same story on nine processes with Kafka, Redis Cluster, S3 and a replica',
    projects: ['nine'],
    needs: 'web',
    deadlineMs: 12 * 60_000,
  },
  {
    name: 'faults',
    about: 'the nine processes lose nothing, whatever breaks',
    projects: ['faults'],
    deadlineMs: 8 * 60_000,
  },
  {
    name: 'browser',
    about: 'the story in Chromium windows',
    projects: ['browser'],
    needs: 'chromium',
    deadlineMs: 20 * 60_000,
  },
];

/** Whether a suite has any test file yet; an empty one is left out without a word in the count. */
export const browserTestsExist = () => {
  const folder = join(root, 'tests', 'browser');
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((file) => String(file).endsWith('.test.ts'))
  );
};
