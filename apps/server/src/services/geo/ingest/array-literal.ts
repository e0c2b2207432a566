/**
 * PostgreSQL array literals of values that need no quotes: numbers, booleans, UUIDs, instants. For thousands of values
 * this is several times as fast as the driver's own conversion, which quotes and escapes each.
 */
export function arrayLiteral<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => string | number | boolean | null,
): string {
  let literal = '{';
  for (const row of rows) {
    const value = valueOf(row);
    literal += literal === '{' ? '' : ',';
    literal += value === null ? 'NULL' : value;
  }
  return `${literal}}`;
}

let lastDay = Number.NaN;
let lastDayText = '';
const dayMs = 24 * 60 * 60_000;
const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** ISO 8601 in UTC. The fixes of an upload are mostly of one day: its date is written once. */
export function instantLiteral(atMs: number): string {
  const day = Math.floor(atMs / dayMs);
  if (day !== lastDay) {
    lastDay = day;
    lastDayText = new Date(day * dayMs).toISOString().slice(0, 11);
  }
  const ms = atMs - day * dayMs;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const [hh, mm, ss] = [twoDigits[Math.floor(minutes / 60)], twoDigits[minutes % 60], twoDigits[seconds % 60]];
  return `${lastDayText}${hh}:${mm}:${ss}.${String(ms % 1000).padStart(3, '0')}Z`;
}
