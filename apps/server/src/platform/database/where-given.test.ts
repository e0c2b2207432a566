import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '../..');

/** A parameter that is asked whether it is there: `${id}::uuid IS NULL OR …`, `(${id === null} OR …`. */
const asksParameter = /\$\{[^{}]*\}(?:::\w+)? IS NULL OR\b|\$\{[^{}]* === (?:null|undefined)\} OR\b/;

describe('a statement', () => {
  it.each([
    ['WHERE ${id}::uuid IS NULL OR site.id = ${id}', true],
    ['AND (${id ?? null} IS NULL OR id = ${id ?? null})', true],
    ['AND (${after === null} OR (at, id) < (SELECT 1))', true],
    ['WHERE valid_to IS NULL OR valid_to >= ${date}', false],
    ['AND ${whereGiven(id, (given) => sql`id = ${given}`)}', false],
  ])('is seen to ask whether a parameter is there: %s', (statement, asks) => {
    expect(asksParameter.test(statement)).toBe(asks);
  });

  it('never does: it would be planned for few rows, and read them all', () => {
    const files = globSync('**/*.ts', { cwd: source }).filter((file) => !file.endsWith('.test.ts'));
    expect(files.length).toBeGreaterThan(100);
    // This one says why.
    const others = files.filter((file) => !file.endsWith('where-given.ts'));
    expect(others.filter((file) => asksParameter.test(readFileSync(join(source, file), 'utf8')))).toEqual([]);
  });
});
