/**
 * A migration comes before the processes that need it: those of the version before go on beside it. So it may add what
 * they do not know of, and take nothing away that they use; that is left to a file `….contract.sql`, which runs when none
 * of them is left. (Expand, then contract: https://martinfowler.com/bliki/ParallelChange.html.)
 */

/** The end of the name of a migration, without `.sql`, that takes away. */
const contractEnding = '.contract';
export const isContraction = (migrationName: string): boolean => migrationName.endsWith(contractEnding);

const name = String.raw`(?:IF (?:NOT )?EXISTS )?([\w.]+)`;
const pattern = (text: string): RegExp => new RegExp(text, 'i');
const making = pattern(`^CREATE (?:TABLE|VIEW) ${name}`);
/** One of the things that an ALTER TABLE does, up to the next. */
const column = String.raw`ADD (?:COLUMN )?(?:(?!\bADD\b|\bDEFAULT\b|\bGENERATED\b).)*`;

/** Statements about what was there before; the first group names it. */
const takingAway = [
  pattern(`^DROP (?:TABLE|VIEW|SCHEMA|TYPE|FUNCTION|ROLE) ${name}`),
  pattern(String.raw`^ALTER TABLE ${name} .*\b(?:DROP COLUMN|RENAME)\b`),
  pattern(
    String.raw`^ALTER TABLE ${name} .*\bALTER (?:COLUMN )?\w+ (?:TYPE|SET DATA TYPE|SET NOT NULL|DROP DEFAULT)\b`,
  ),
  // Who does not know a column leaves it empty.
  pattern(String.raw`^ALTER TABLE ${name} .*\b${column}\bNOT NULL\b(?!(?:(?!\bADD\b).)*\b(?:DEFAULT|GENERATED)\b)`),
  pattern(
    String.raw`^ALTER TABLE ${name} .*\bADD (?:CONSTRAINT \w+ )?(?:CHECK|UNIQUE|PRIMARY KEY|FOREIGN KEY|EXCLUDE)\b`,
  ),
  pattern(String.raw`^CREATE UNIQUE INDEX .*?\bON ${name}`),
  pattern(`^REVOKE .*? ON (?:TABLE |SCHEMA |FUNCTION )?${name}`),
] as const;

/**
 * The statements of a migration that would break processes of the version before it. What the same file has made may be
 * changed by it in any way.
 */
export const contractionsIn = (migration: string): string[] => {
  const own = new Set<string>();
  const found: string[] = [];
  for (const statement of statementsOf(migration)) {
    const made = making.exec(statement)?.[1]?.toLowerCase();
    if (made !== undefined) own.add(made);
    const about = takingAway.map((each) => each.exec(statement)?.[1]?.toLowerCase()).find(Boolean);
    if (about !== undefined && !own.has(about)) found.push(statement);
  }
  return found;
};

/** Without comments, texts and bodies of functions, each on one line. */
const statementsOf = (migration: string): string[] =>
  migration
    .replace(/--[^\n]*/g, '')
    .replace(/\$(\w*)\$.*?\$\1\$/gs, "''")
    .replace(/'(?:[^']|'')*'/g, "''")
    .split(';')
    .map((statement) => statement.trim().replace(/\s+/g, ' '))
    .filter((statement) => statement !== '');
