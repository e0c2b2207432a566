import { type RawBuilder, sql } from 'kysely';

/**
 * A condition on what may be left out; where it is, everything fits.
 *
 * Never `(${value} IS NULL OR column = ${value})`: a statement that comes often is planned once, for whatever values come
 * (statement-names.ts), and the plan for few rows takes minutes for all of them.
 */
export const whereGiven = <Value>(
  value: Value | null | undefined,
  condition: (value: Value) => RawBuilder<unknown>,
): RawBuilder<unknown> => (value === null || value === undefined ? sql`true` : condition(value));
