import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Condition, findConditions, marked, mutantsOf } from './conditions.ts';

/**
 * What a forgotten condition would do: every statement that holds itself to one organization also runs without each of
 * its conditions, in the same transaction and at the same moment, and is undone. What it finds, or touches, has to be
 * what the statement itself does; anything more would be somebody else's.
 */

export interface Reached {
  readonly condition: Condition;
  /** How often a mutant of it ran. */
  runs: number;
  /** In an organization; elsewhere, what a migration has opened by name, and no organization to leak into. */
  runsInside: number;
  /** What a mutant found or touched, and the statement did not. */
  readonly differences: string[];
  /** Where a mutant is no statement. */
  readonly failures: string[];
}

export interface Mutation {
  /** All there are in the sources. */
  readonly conditions: readonly Condition[];
  readonly reached: ReadonlyMap<number, Reached>;
}

/** From here on, what is loaded from the folder is marked, and every marked statement is tried without its conditions. */
export const mutateStatementsOf = (folder: string): Mutation => {
  const byFile = findConditions(folder);
  const conditions = [...byFile.values()].flat();
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const own = url.startsWith('file:') ? byFile.get(fileURLToPath(url)) : undefined;
      if (own === undefined) return loaded;
      const ids = own.map(({ id }) => id);
      return { ...loaded, source: marked(Buffer.from(loaded.source as Uint8Array).toString('utf8'), ids) };
    },
  });
  const reached = new Map<number, Reached>();
  tryEveryStatement((conditionId) => {
    const condition = conditions.find(({ id }) => id === conditionId);
    if (condition === undefined) throw new Error(`There is no condition ${conditionId}.`);
    const known = reached.get(conditionId) ?? { condition, runs: 0, runsInside: 0, differences: [], failures: [] };
    reached.set(conditionId, known);
    return known;
  });
  return { conditions, reached };
};

type Query = (text: string, values: readonly unknown[]) => Promise<pg.QueryResult>;

/** Of the ways to call `query`, those that the program uses: text and values, or both in an object that may have a name. */
const statementIn = ([first, second]: readonly unknown[]): { text: string; values: readonly unknown[] } => {
  const given = typeof first === 'object' && first !== null ? first : { text: first, values: second };
  const { text, values } = given as { readonly text?: unknown; readonly values?: unknown };
  return { text: typeof text === 'string' ? text : '', values: Array.isArray(values) ? values : [] };
};

/** Stands in for the driver's `query` and hands on what holds no mark. */
const tryEveryStatement = (recordOf: (conditionId: number) => Reached): void => {
  const { prototype } = pg.Client as unknown as { prototype: { query: (...given: unknown[]) => unknown } };
  const original = prototype.query;
  prototype.query = function query(this: pg.Client, ...given: unknown[]) {
    const { text, values } = statementIn(given);
    const mutants = mutantsOf(text);
    if (mutants.length === 0) return original.apply(this, given);
    const ask: Query = (...asked) => original.apply(this, asked) as Promise<pg.QueryResult>;
    return (async () => {
      for (const { conditionIds, statement } of mutants) {
        const outcome = await outcomeOf(ask, text, statement, values);
        for (const conditionId of conditionIds) note(recordOf(conditionId), outcome);
      }
      return original.apply(this, given);
    })();
  };
};

interface Outcome {
  readonly isInside: boolean;
  readonly difference?: string;
  readonly failure?: string;
}

const note = (record: Reached, { isInside, difference, failure }: Outcome): void => {
  record.runs += 1;
  if (isInside) record.runsInside += 1;
  if (difference !== undefined) record.differences.push(difference);
  if (failure !== undefined) record.failures.push(failure);
};

const outcomeOf = async (
  ask: Query,
  statement: string,
  mutant: string,
  values: readonly unknown[],
): Promise<Outcome> => {
  const setting = await ask(`SELECT coalesce(current_setting('muster.org_id', true), '') AS org_id`, []);
  const isInside = (setting.rows[0] as { org_id: string }).org_id !== '';
  // What others commit meanwhile shows as a difference, too: it counts when it stays.
  for (let attempt = 1; ; attempt += 1) {
    const before = await undone(ask, statement, values);
    const without = await undone(ask, mutant, values);
    // What the statement itself refuses, it refuses without the condition, too.
    if (before.failed !== null) return { isInside };
    if (without.failed !== null) return { isInside, failure: without.failed };
    if (without.found === before.found) return { isInside };
    const after = await undone(ask, statement, values);
    if (before.found !== after.found && attempt < 5) continue;
    return { isInside, difference: `${shortened(without.found)} instead of ${shortened(before.found)}` };
  }
};

const shortened = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text);

interface Tried {
  /** The rows, or how many were touched, as text. */
  readonly found: string;
  readonly failed: string | null;
}

const undone = async (ask: Query, statement: string, values: readonly unknown[]): Promise<Tried> => {
  await ask('SAVEPOINT mutant', []);
  try {
    const { rows, rowCount } = await ask(statement, values);
    // The order of what is sorted by nothing is nobody's promise.
    return {
      found: `${rowCount}: ${rows
        .map((row) => JSON.stringify(row))
        .sort()
        .join('\n')}`,
      failed: null,
    };
  } catch (error) {
    return { found: '', failed: error instanceof Error ? error.message : String(error) };
  } finally {
    await ask('ROLLBACK TO SAVEPOINT mutant; RELEASE SAVEPOINT mutant', []);
  }
};

/**
 * Looks for somebody in all organizations, which is what it is for: nobody is signed in yet, and it shows its rows to
 * nobody. Without its condition it finds the same accounts, once for each organization.
 */
const outsideByDesign = ['services/auth/account-store.ts'];

export interface Verdict {
  readonly conditions: number;
  /** Of the conditions, those that were taken out at least once in an organization, or where there is none. */
  readonly tried: number;
  readonly runs: number;
  readonly leaks: readonly string[];
  readonly untried: readonly string[];
}

export const verdictOn = ({ conditions, reached }: Mutation): Verdict => {
  const records = [...reached.values()];
  const leaks = records.flatMap(({ condition, differences, runsInside }) => {
    const isByDesign = runsInside === 0 && outsideByDesign.some((file) => condition.place.startsWith(`${file}:`));
    return isByDesign ? [] : differences.slice(0, 1).map((sentence) => `${inWords(condition)}: ${sentence}`);
  });
  const failed = records.filter(({ failures }) => failures.length > 0);
  const isTried = ({ id }: Condition) => (reached.get(id)?.failures.length ?? 1) === 0;
  return {
    conditions: conditions.length,
    tried: conditions.filter(isTried).length,
    runs: records.reduce((sum, { runs }) => sum + runs, 0),
    leaks,
    untried: [
      ...conditions.filter(({ id }) => !reached.has(id)).map((condition) => `${inWords(condition)}: never reached`),
      ...failed.map(({ condition, failures }) => `${inWords(condition)}: ${failures[0]}`),
    ],
  };
};

const inWords = ({ place, text }: Condition): string => `${place} without ${text.trim()}`;
