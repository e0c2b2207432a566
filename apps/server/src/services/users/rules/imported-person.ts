import {
  type ImportField,
  type ImportProblem,
  personEmail,
  personLanguage,
  personName,
  personNumber,
  type Role,
} from '@muster/contracts';
import { cellFault, plainCell } from './table-cells.ts';

/** One row of a file, understood. Null: the row says nothing about it, and nothing about it changes. */
export interface ImportedPerson {
  /** As a spreadsheet counts. */
  readonly row: number;
  readonly number: string | null;
  readonly displayName: string | null;
  readonly email: string | null;
  readonly role: ImportedRole | null;
  readonly groups: readonly string[];
  readonly site: string | null;
  readonly joinedOn: string | null;
  readonly language: string | null;
  /** Numbers of members. */
  readonly guardianOf: readonly string[];
}

/** Staff of the office and administrators are made by hand: a file gives nobody power. */
export type ImportedRole = Extract<Role, 'member' | 'supervisor' | 'guardian'>;

const roleWords: Readonly<Record<ImportedRole, readonly string[]>> = {
  member: ['member', 'student', 'employee', 'learner', 'pupil', 'schüler', 'schülerin', 'mitarbeiter', 'mitarbeiterin'],
  supervisor: ['supervisor', 'teacher', 'manager', 'faculty', 'lehrer', 'lehrerin', 'lehrkraft', 'leitung'],
  guardian: ['guardian', 'parent', 'relative', 'father', 'mother', 'eltern', 'elternteil', 'vater', 'mutter'],
};

/** The row as a person, or what is wrong with it. `cells` may be fewer or more than the mapping has columns. */
export const readPersonRow = (
  row: number,
  cells: readonly string[],
  { mapping, columns }: { readonly mapping: readonly (ImportField | null)[]; readonly columns: readonly string[] },
): { readonly person: ImportedPerson } | { readonly problems: readonly ImportProblem[] } => {
  const problems: ImportProblem[] = [];
  const reject = (field: ImportField | null, sentence: string): null => {
    const index = field === null ? -1 : mapping.indexOf(field);
    problems.push({ row, column: columns[index] ?? null, sentence });
    return null;
  };
  if (cells.length > columns.length && cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    reject(null, `There are ${cells.length} cells, and ${columns.length} columns in the first row.`);
  }
  const text = (field: ImportField): string | null => {
    const cell = (cells[mapping.indexOf(field)] ?? '').trim();
    if (cell === '') return null;
    const fault = cellFault(cell);
    return fault === null ? plainCell(cell) : reject(field, fault);
  };
  const fitting = (field: ImportField, schema: { safeParse(value: string): { success: boolean } }, what: string) => {
    const value = text(field);
    return value === null || schema.safeParse(value).success ? value : reject(field, `“${value.slice(0, 60)}” ${what}`);
  };
  const listed = (field: ImportField) =>
    (text(field) ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter(Boolean);

  const whole = text('name');
  const parts = [text('given-name'), text('family-name')].filter((part) => part !== null).join(' ');
  const displayName = whole ?? (parts === '' ? null : parts);
  if (displayName !== null && !personName.safeParse(displayName).success) {
    reject(whole === null ? 'given-name' : 'name', 'This name is too long.');
  }
  const roleWord = text('role');
  const role = roleWord === null ? null : roleOf(roleWord);
  if (role === undefined) {
    reject('role', `“${roleWord?.slice(0, 60)}” is no role that is imported: member, supervisor and guardian are.`);
  }
  const joinedWord = text('joined-on');
  const joinedOn = joinedWord === null ? null : dateOf(joinedWord);
  if (joinedOn === undefined)
    reject('joined-on', `“${joinedWord?.slice(0, 60)}” is not surely a day: write 2026-03-31.`);
  const person: ImportedPerson = {
    row,
    number: fitting('number', personNumber, 'is too long for a number.'),
    displayName,
    email: fitting('email', personEmail, 'is no e-mail address.'),
    role: role ?? null,
    groups: listed('group'),
    site: text('site'),
    joinedOn: joinedOn ?? null,
    language: fitting('language', personLanguage, 'is no language, such as en or de.'),
    guardianOf: listed('guardian-of'),
  };
  if (person.number === null && person.email === null && problems.length === 0) {
    reject('number', 'There is neither a number nor an e-mail address: nobody could sign in.');
  }
  return problems.length > 0 ? { problems } : { person };
};

const roleOf = (word: string): ImportedRole | undefined => {
  const wanted = word.toLowerCase();
  return (Object.keys(roleWords) as ImportedRole[]).find((role) => roleWords[role].includes(wanted));
};

const orders: readonly (readonly [pattern: RegExp, order: 'ymd' | 'dmy' | 'either'])[] = [
  [/^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:T00:00.*)?$/, 'ymd'],
  [/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, 'dmy'],
  [/^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/, 'either'],
];

/** `YYYY-MM-DD`; undefined when it is no day, or may be two: 03/04/2026. */
const dateOf = (word: string): string | undefined => {
  for (const [pattern, order] of orders) {
    const match = pattern.exec(word);
    if (match === null) continue;
    const [first, second, third] = match.slice(1).map(Number) as [number, number, number];
    if (order === 'ymd') return realDay(first, second, third);
    if (order === 'dmy' || first > 12) return realDay(third, second, first);
    return second > 12 || first === second ? realDay(third, first, second) : undefined;
  }
  return undefined;
};

const realDay = (year: number, month: number, day: number): string | undefined => {
  const at = new Date(Date.UTC(year, month - 1, day));
  const isReal = year >= 1900 && year <= 2200 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return isReal ? at.toISOString().slice(0, 10) : undefined;
};
