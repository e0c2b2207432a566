/**
 * SQLSTATEs that say something about the moment and nothing about the statement: connection (08), conflicts with
 * others (40), resources such as disk or connections (53), lock timeout, shutdown and start-up (57P), standby.
 */
const passing = /^(08...|40...|53...|55P03|57P0[1-5]|25006)$/;

/** True when trying again later may simply work. */
export function isOutage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && passing.test(error.code);
}
