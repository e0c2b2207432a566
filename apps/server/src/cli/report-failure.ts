import { ConfigurationError } from '../config/schema.ts';

/** What errors of the system and of PostgreSQL carry besides their message. */
interface Details {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly path?: unknown;
  /** Of an AggregateError: one per address that a name stands for. */
  readonly errors?: readonly unknown[];
}

const checkDatabaseUrl = 'Check MUSTER_DATABASE_URL and MUSTER_DATABASE_OWNER_URL, and that PostgreSQL runs there.';

const sentencesByCode: Readonly<Record<string, (details: Details, message: string) => string>> = {
  EADDRINUSE: ({ port }) => portTaken(port),
  EADDRNOTAVAIL: ({ address }) =>
    `This machine has no address ${String(address)}. Set HOST to one that it has; 0.0.0.0 means all.`,
  EACCES: (details, message) =>
    details.syscall === 'listen'
      ? `Port ${String(details.port)} may be used by administrators only. Choose one above 1023: PORT=3000 npm start`
      : `Something may not be read or written: ${message}. Check who owns the folder.`,
  ENOSPC: () => 'The disk is full. Free some space, then start again: nothing that was acknowledged is lost.',
  EROFS: (_details, message) =>
    `The disk is read-only: ${message}. Set MUSTER_DATA to a folder that can be written to.`,
  ECONNREFUSED: (details) => `No database answers at ${addressOf(details)}. ${checkDatabaseUrl}`,
  ENOTFOUND: (_details, message) => `There is no machine of that name (${message}). ${checkDatabaseUrl} Or check HOST.`,
  '28P01': (_details, message) => `The database refuses the password (${message}). ${checkDatabaseUrl}`,
  '28000': (_details, message) => `The database refuses the sign-in (${message}). ${checkDatabaseUrl}`,
  '3D000': (_details, message) => `The server has no such database (${message}). ${checkDatabaseUrl}`,
  '3F000': () => schemaMissing,
  '42P01': () => schemaMissing,
};

/** What to do when the database holds no tables of Muster yet, or those of an older one. */
export const schemaMissing =
  'The database has no schema of this Muster yet: run muster migrate with MUSTER_DATABASE_OWNER_URL set.';

/** What to do when somebody else listens on our port. */
export const portTaken = (port: unknown): string =>
  `Port ${String(port)} is taken by another program. Stop that one, or choose another port: PORT=${Number(port) + 1} npm start`;

/** Says in a sentence what went wrong, and sets the exit code. Only what nobody foresaw shows its stack. */
export const reportFailure = (error: unknown): void => {
  process.exitCode = 1;
  console.error(describeFailure(error));
};

/** The sentence for an error; for one that nobody foresaw, its stack. */
export const describeFailure = (error: unknown): string => {
  if (error instanceof ConfigurationError) return error.sentences.join('\n');
  if (!(error instanceof Error)) return String(error);
  const details = error as Details;
  const sentence = typeof details.code === 'string' ? sentencesByCode[details.code] : undefined;
  if (sentence !== undefined) return sentence(details, error.message);
  return error.name === 'Error' ? error.message : (error.stack ?? error.message);
};

const addressOf = (details: Details): string => {
  const one = (details.errors?.[0] ?? details) as Details;
  return `${String(one.address)}:${String(one.port)}`;
};
