import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A condition in a source file that holds a statement to one organization. */
export interface Condition {
  readonly id: number;
  /** `services/users/people-store.ts:66` */
  readonly place: string;
  readonly text: string;
}

/** What takes its place in a mutant, with as few changes to the rest of the statement as can be. */
type Kind = 'comparison' | 'using-among-others' | 'using-alone';

interface Found {
  readonly kind: Kind;
  readonly at: number;
  readonly text: string;
}

const column = String.raw`(?:[a-z_]+\.)?org_id`;
const value = String.raw`\$\{[^{}]*\}`;

/** Comparisons of two columns or of a column and a value, in either order, and the shared columns of a join. */
const patterns: readonly (readonly [Kind, RegExp])[] = [
  ['comparison', new RegExp(String.raw`(?<![\w.])${column}\s*=\s*(?:${value}|[a-z_]+\.(?:org_id|id)\b)`, 'g')],
  ['comparison', new RegExp(String.raw`(?<![\w.])(?:${value}|[a-z_]+\.id)\s*=\s*${column}\b`, 'g')],
  ['using-alone', /\bUSING \(org_id\)/g],
  ['using-among-others', /(?<=\bUSING \()org_id, /g],
];

export const conditionsIn = (source: string): Found[] =>
  patterns
    .flatMap(([kind, pattern]) =>
      [...source.matchAll(pattern)].map((match) => ({ kind, at: match.index, text: match[0] })),
    )
    .sort((one, other) => one.at - other.at);

/** The source with every condition between two comments, which PostgreSQL reads over. */
export const marked = (source: string, ids: readonly number[]): string => {
  let text = '';
  let done = 0;
  for (const [index, { kind, at, text: condition }] of conditionsIn(source).entries()) {
    text += `${source.slice(done, at)}/*<${ids[index]} ${kind}>*/${condition}/*</${ids[index]}>*/`;
    done = at + condition.length;
  }
  return text + source.slice(done);
};

const mark = /\/\*<(\d+) ([a-z-]+)>\*\/(.*?)\/\*<\/\1>\*\//gs;

const without: Readonly<Record<Kind, (condition: string) => string>> = {
  // The comparison stays behind: PostgreSQL would not know the type of a parameter that stands nowhere.
  comparison: (condition) => `(true OR ${condition})`,
  'using-among-others': () => '',
  'using-alone': () => 'ON true',
};

/** A statement without one of its conditions, or without all of them. */
export interface Mutant {
  readonly conditionIds: readonly number[];
  readonly statement: string;
}

/** One for each condition that the statement was marked with, and one without any. */
export const mutantsOf = (statement: string): Mutant[] => {
  const ids = [...new Set([...statement.matchAll(mark)].map((match) => Number(match[1])))];
  const sets = ids.length > 1 ? [...ids.map((id) => [id]), ids] : ids.map((id) => [id]);
  return sets.map((conditionIds) => ({
    conditionIds,
    statement: statement.replace(mark, (whole, id: string, kind: Kind, condition: string) =>
      conditionIds.includes(Number(id)) ? without[kind](condition) : whole,
    ),
  }));
};

/** Every file of a folder that may hold statements; tests, and what only tests use, are none. */
const sourceFilesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith('.ts') && !/\.test\.ts$|\.generated\.ts$/.test(file.name))
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => !path.includes(`${sep}testing${sep}`))
    .sort();

/** All conditions below a folder, by the file they stand in. */
export const findConditions = (folder: string): Map<string, Condition[]> => {
  const byFile = new Map<string, Condition[]>();
  let id = 0;
  for (const path of sourceFilesIn(folder)) {
    const source = readFileSync(path, 'utf8');
    const conditions = conditionsIn(source).map(({ at, text }) => {
      id += 1;
      const line = source.slice(0, at).split('\n').length;
      return { id, place: `${relative(folder, path).replaceAll(sep, '/')}:${line}`, text };
    });
    if (conditions.length > 0) byFile.set(path, conditions);
  }
  return byFile;
};
