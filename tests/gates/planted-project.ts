/** A small copy of the project's shape in a temporary folder, for a gate to find something in. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Path in the project → content. */
export type Files = Readonly<Record<string, string>>;

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

export interface PlantedProject {
  /** Runs a tool of node_modules by the path of its script. */
  run(script: string, ...args: string[]): Promise<Outcome>;
  remove(): void;
}

const configuration = [
  '.gitignore',
  '.dependency-cruiser.mjs',
  '.oxlintrc.json',
  'biome.json',
  'knip.json',
  'tsconfig.base.json',
  'tsconfig.json',
  'apps/server/tsconfig.json',
  'apps/web/tsconfig.json',
  'packages/contracts/tsconfig.json',
  'scripts/lint-rules.mjs',
];

const workspace = (name: string, dependencies: Readonly<Record<string, string>>, more: object = {}) =>
  `${JSON.stringify({ name, version: '0.0.0', private: true, type: 'module', ...more, dependencies }, null, 2)}\n`;

/** Sound files that every gate passes. */
const soundFiles: Files = {
  'package.json': workspace(
    'planted',
    {},
    { workspaces: ['apps/*', 'packages/*'], scripts: { lint: 'oxlint' }, devDependencies: { oxlint: '1' } },
  ),
  'packages/contracts/package.json': workspace(
    '@muster/contracts',
    { zod: '4' },
    { exports: { '.': './src/index.ts' } },
  ),
  'packages/contracts/src/index.ts': [
    "import { z } from 'zod';",
    '',
    'export const Fix = z.object({ latitude: z.number(), longitude: z.number() });',
    'export type Fix = z.infer<typeof Fix>;',
    '',
  ].join('\n'),
  'apps/server/package.json': workspace('@muster/server', { '@muster/contracts': '0.0.0' }),
  'apps/server/src/main.ts': [
    "import { compose } from './compose/targets.ts';",
    '',
    'process.stdout.write(compose());',
    '',
  ].join('\n'),
  'apps/server/src/compose/targets.ts': [
    "import { memoryCache } from '../platform/cache/memory.ts';",
    "import { describeFix } from '../services/geo/index.ts';",
    '',
    'export const compose = (): string => describeFix(memoryCache(), { latitude: 1, longitude: 2 });',
    '',
  ].join('\n'),
  'apps/server/src/platform/cache/port.ts': [
    'export interface Cache {',
    '  get(key: string): string | undefined;',
    '}',
    '',
  ].join('\n'),
  'apps/server/src/platform/cache/memory.ts': [
    "import type { Cache } from './port.ts';",
    '',
    'export const memoryCache = (): Cache => ({ get: () => undefined });',
    '',
  ].join('\n'),
  'apps/server/src/services/geo/index.ts': [
    "import type { Fix } from '@muster/contracts';",
    "import type { Cache } from '../../platform/cache/port.ts';",
    "import { isNorthern } from './rules/hemisphere.ts';",
    '',
    'export const describeFix = (cache: Cache, fix: Fix): string =>',
    "  cache.get('fix') ?? (isNorthern(fix) ? 'north' : 'south');",
    '',
  ].join('\n'),
  'apps/server/src/services/geo/rules/hemisphere.ts': [
    "import { createHash } from 'node:crypto';",
    "import type { Fix } from '@muster/contracts';",
    '',
    "export const isNorthern = (fix: Fix): boolean => fix.latitude > 0 && createHash('sha256').digest('hex') !== '';",
    '',
  ].join('\n'),
  'apps/web/package.json': workspace('@muster/web', { '@muster/contracts': '0.0.0' }),
  'apps/web/src/main.tsx': [
    "import { Fix } from '@muster/contracts';",
    '',
    "document.title = Fix.safeParse({}).success ? 'fix' : 'no fix';",
    '',
  ].join('\n'),
};

/** The project's own packages must be the planted ones, all others the installed ones. */
function linkPackages(folder: string): void {
  const installed = join(root, 'node_modules');
  mkdirSync(join(folder, 'node_modules', '@muster'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== '@muster' && name !== '.bin') symlinkSync(join(installed, name), join(folder, 'node_modules', name));
  }
  symlinkSync(join(folder, 'packages', 'contracts'), join(folder, 'node_modules', '@muster', 'contracts'));
}

/** Makes the sound project with `planted` laid over it; a file may replace a sound one. */
export function plant(planted: Files = {}): PlantedProject {
  const folder = mkdtempSync(join(tmpdir(), 'muster-gate-'));
  for (const file of configuration) cpSync(join(root, file), join(folder, file));
  for (const [file, content] of Object.entries({ ...soundFiles, ...planted })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  linkPackages(folder);
  return {
    run: (script, ...args) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
          cwd: folder,
          stdio: ['ignore', 'pipe', 'pipe'],
          timeout: 30_000,
        });
        let output = '';
        const collect = (text: unknown) => {
          output += String(text);
        };
        child.stdout.on('data', collect);
        child.stderr.on('data', collect);
        child.once('error', reject);
        child.once('close', (code) => resolve({ code: code ?? -1, output }));
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
