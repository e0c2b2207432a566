/** The views by which it is decided, now, who may see whom and how much. */
const decidesAccess = /"?published"?\."?(reach|location_access|permission)\b/i;

/** How a transaction of `Database.reading` runs, wherever it runs. */
export const onlyReading = {
  readOnly: true,
  inspect: (statement: string): void => {
    const view = decidesAccess.exec(statement)?.[1];
    if (view === undefined) return;
    throw new Error(`Who may see whom is not decided by what may be old: published.${view} is asked on the primary.`);
  },
};

const readOnlyTransaction = '25006';

/** @throws the error; in words of its own where work that only reads tried to write. */
export const rejectWrites = (error: unknown): never => {
  if (error instanceof Error && 'code' in error && error.code === readOnlyTransaction) {
    throw new Error(`Work that only reads tried to write: ${error.message}`, { cause: error });
  }
  throw error;
};
