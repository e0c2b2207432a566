import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Files, type Outcome, type PlantedProject, plant } from './planted-project.ts';

const server = 'apps/server/src';

/** One file per violation, so that one run of a tool shows whether it finds each of them. */
const wrongImports: Readonly<Record<string, Files>> = {
  'no-cycles': {
    [`${server}/services/geo/first.ts`]: "import { second } from './second.ts';\nexport const first = () => second;\n",
    [`${server}/services/geo/second.ts`]: "import { first } from './first.ts';\nexport const second = () => first;\n",
  },
  'no-unresolved-imports': { [`${server}/services/geo/lost.ts`]: "export * from './nowhere.ts';\n" },
  'no-undeclared-packages': { [`${server}/services/geo/undeclared.ts`]: "export { z } from 'zod';\n" },
  'contracts-import-only-zod': { 'packages/contracts/src/hash.ts': "export { createHash } from 'node:crypto';\n" },
  'web-imports-only-contracts': {
    'apps/web/src/cheat.ts': "export { memoryCache } from '../../server/src/platform/cache/memory.ts';\n",
  },
  'web-never-runs-on-node': { 'apps/web/src/files.ts': "export { readFileSync } from 'node:fs';\n" },
  'black-box-tests-import-only-contracts': {
    'tests/acceptance/peek.test.ts':
      "export { isNorthern } from '../../apps/server/src/services/geo/rules/hemisphere.ts';\n",
  },
  'contracts-by-their-front-door': {
    [`${server}/services/geo/back-door.ts`]: "export * from '../../../../../packages/contracts/src/hash.ts';\n",
  },
  'compose-only-from-main': { [`${server}/services/geo/start.ts`]: "export * from '../../compose/targets.ts';\n" },
  'nothing-imports-main': { [`${server}/compose/again.ts`]: "import '../main.ts';\n" },
  'config-only-in-compose': {
    [`${server}/config/schema.ts`]: 'export const port = 3000;\n',
    [`${server}/platform/cache/configured.ts`]: "export { port } from '../../config/schema.ts';\n",
  },
  'config-stands-alone': { [`${server}/config/clever.ts`]: "export * from '../platform/cache/memory.ts';\n" },
  'platform-knows-no-service': { [`${server}/platform/jobs/geo.ts`]: "export * from '../../services/geo/index.ts';\n" },
  'platform-imports-its-own-folder-and-the-ground': {
    [`${server}/platform/jobs/cached.ts`]: "export * from '../cache/memory.ts';\n",
  },
  'service-never-imports-another-service': {
    [`${server}/services/fraud/index.ts`]: "export * from '../geo/index.ts';\n",
  },
  'service-imports-ports-never-adapters': {
    [`${server}/services/geo/adapter.ts`]: "export * from '../../platform/cache/memory.ts';\n",
  },
  'service-never-imports-a-driver': { [`${server}/services/geo/driver.ts`]: "export { Pool } from 'pg';\n" },
  'rules-are-pure': {
    [`${server}/services/geo/rules/reads-files.ts`]: "export { readFileSync } from 'node:fs';\n",
  },
  'tested-code-never-imports-tests': {
    [`${server}/services/geo/hemisphere.test.ts`]: 'export const example = 1;\n',
    [`${server}/services/geo/leaning.ts`]: "export { example } from './hemisphere.test.ts';\n",
  },
  'no-test-packages-in-the-product': { [`${server}/services/geo/guess.ts`]: "export { assert } from 'fast-check';\n" },
};

const inFunction = (statement: string) => `export const planted = (): unknown => {\n  ${statement}\n};\n`;

const wrongCode: Readonly<Record<string, Files>> = {
  'muster(no-vague-names)': { [`${server}/services/geo/utils.ts`]: 'export const planted = 1;\n' },
  'import(no-default-export)': {
    [`${server}/services/geo/by-default.ts`]: 'const planted = 1;\nexport default planted;\n',
  },
  'typescript(no-explicit-any)': {
    [`${server}/services/geo/any.ts`]: 'export const planted = (value: any): unknown => value;\n',
  },
  'eslint(no-restricted-properties)': { [`${server}/services/geo/now.ts`]: inFunction('return Date.now();') },
  'muster(no-ambient-time)': { [`${server}/services/geo/today.ts`]: inFunction('return new Date();') },
  'muster(no-service-base-class)': {
    [`${server}/services/geo/inherits.ts`]: 'class BaseService {}\nexport class Geo extends BaseService {}\n',
  },
  'muster(no-hidden-wiring)': {
    [`${server}/services/geo/wiring.ts`]:
      "import { forwardRef } from '@nestjs/common';\nexport const planted = forwardRef;\n",
  },
  'typescript(no-floating-promises)': {
    [`${server}/services/geo/floating.ts`]: inFunction('Promise.resolve(1);\n  return 1;'),
  },
  'typescript(no-misused-promises)': {
    [`${server}/services/geo/misused.ts`]: inFunction('return Promise.resolve(true) ? 1 : 2;'),
  },
  'typescript(switch-exhaustiveness-check)': {
    [`${server}/services/geo/switch.ts`]:
      "export const planted = (side: 'in' | 'out'): number => {\n  switch (side) {\n    case 'in':\n      return 1;\n  }\n  return 2;\n};\n",
  },
  'typescript(consistent-type-imports)': {
    [`${server}/services/geo/type-import.ts`]: "import { Fix } from '@muster/contracts';\nexport type Planted = Fix;\n",
  },
  'eslint(eqeqeq)': {
    [`${server}/services/geo/equal.ts`]: 'export const planted = (a: string): boolean => a == "1";\n',
  },
  'eslint(no-unused-vars)': { [`${server}/services/geo/unused.ts`]: 'const planted = 1;\nexport const other = 2;\n' },
};

const environmentRead: Files = { [`${server}/services/geo/environment.ts`]: inFunction("return process.env['HOME'];") };

/** A tool's script in node_modules and its arguments, as scripts/test-stages.mjs calls it. */
type Command = readonly [script: string, ...args: string[]];
const lint: Command = ['oxlint/bin/oxlint', '--format=unix', '--deny-warnings'];
const imports: Command = [
  'dependency-cruiser/bin/dependency-cruise.mjs',
  '--config=.dependency-cruiser.mjs',
  'apps',
  'packages',
];
const unused: Command = ['knip/bin/knip.js', '--no-progress', '--no-config-hints'];
const format: Command = ['@biomejs/biome/bin/biome', 'format', '--colors=off'];
const types: Command = ['@typescript/native/bin/tsc', '--noEmit', '-p', 'apps/server'];

const merged = (files: Readonly<Record<string, Files>>): Files => Object.assign({}, ...Object.values(files)) as Files;

const projects: PlantedProject[] = [];
const planted = (files?: Files): PlantedProject => {
  const project = plant(files);
  projects.push(project);
  return project;
};
afterAll(() => {
  for (const project of projects) project.remove();
});

describe('a sound project', () => {
  it.each([
    ['format', format],
    ['lint', lint],
    ['imports', imports],
    ['unused', unused],
    ['types', types],
  ] as const)('passes the gate %s', async (_name, command) => {
    const { code, output } = await planted().run(...command);
    expect(output, output).not.toMatch(/error/i);
    expect(code, output).toBe(0);
  });
});

describe('the import table', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await planted(merged(wrongImports)).run(...imports, 'tests');
  });

  it('fails', () => expect(outcome.code).not.toBe(0));

  it.each(Object.entries(wrongImports))('finds %s', (rule, files) => {
    const lines = outcome.output.split('\n').filter((line) => line.includes(`error ${rule}:`));
    expect(
      lines.some((line) => Object.keys(files).some((file) => line.includes(`${rule}: ${file}`))),
      outcome.output,
    ).toBe(true);
  });
});

describe('lint', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await planted({ ...merged(wrongCode), ...environmentRead }).run(...lint);
  });

  it('fails', () => expect(outcome.code).not.toBe(0));

  const cases = [...Object.entries(wrongCode), ['eslint(no-restricted-properties)', environmentRead]] as const;
  it.each(cases)('finds %s', (rule, files) => {
    const [file = ''] = Object.keys(files);
    const lines = outcome.output.split('\n').filter((line) => line.startsWith(`${file}:`));
    expect(lines.join('\n'), outcome.output).toContain(`[Error/${rule}]`);
  });
});

describe('the other gates', () => {
  it('format finds an unformatted file', async () => {
    const { code, output } = await planted({ [`${server}/services/geo/untidy.ts`]: 'export const a = "1"\n' }).run(
      ...format,
    );
    expect(code).not.toBe(0);
    expect(output).toContain('untidy.ts');
  });

  it('unused finds a file, an export and a package that nobody uses', async () => {
    const { code, output } = await planted({
      [`${server}/services/geo/forgotten.ts`]: 'export const forgotten = 1;\n',
      [`${server}/platform/cache/memory.ts`]: [
        "import type { Cache } from './port.ts';",
        '',
        'export const memoryCache = (): Cache => ({ get: () => undefined });',
        'export const unusedCache = 1;',
        '',
      ].join('\n'),
      'apps/web/package.json': `${JSON.stringify({
        name: '@muster/web',
        version: '0.0.0',
        private: true,
        type: 'module',
        dependencies: { '@muster/contracts': '0.0.0', dexie: '4' },
      })}\n`,
    }).run(...unused);
    expect(code).not.toBe(0);
    expect(output).toMatch(/Unused files[^]*forgotten\.ts/);
    expect(output).toMatch(/Unused dependencies[^]*dexie/);
    expect(output).toMatch(/Unused exports[^]*unusedCache/);
  });

  it('types finds a type error and syntax that cannot be stripped', async () => {
    const { code, output } = await planted({
      [`${server}/services/geo/mistyped.ts`]: "export const planted: number = 'one';\n",
      [`${server}/services/geo/enumerated.ts`]: 'export enum Planted {\n  One,\n}\n',
    }).run(...types);
    expect(code).not.toBe(0);
    expect(output).toMatch(/mistyped\.ts\(1,14\): error TS2322/);
    expect(output).toMatch(/enumerated\.ts\(1,13\): error TS1294/);
  });
});
