import pg from 'pg';

const oid = { int8: 20, int8Array: 1016, date: 1082, dateArray: 1182, textArray: 1009 } as const;

/** A number when it is exact, the digits otherwise. */
function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

const parseTextArray = pg.types.getTypeParser(oid.textArray as number) as (text: string) => (string | null)[];

function arrayOf<T>(parse: (text: string) => T): (text: string) => (T | null)[] {
  return (text) => parseTextArray(text).map((item) => (item === null ? null : parse(item)));
}

const own = new Map<number, (text: string) => unknown>([
  [oid.int8, parseInt8],
  [oid.int8Array, arrayOf(parseInt8)],
  // A calendar day has no time zone: it stays `YYYY-MM-DD` instead of becoming midnight somewhere.
  [oid.date, (text) => text],
  [oid.dateArray, arrayOf((text) => text)],
]);

/** How columns become values: int8 as number, timestamptz as Date, date as string, jsonb parsed, numeric as string. */
export const columnParsers: pg.CustomTypesConfig = {
  getTypeParser(id: number, format?: 'text' | 'binary'): unknown {
    return (format !== 'binary' && own.get(id)) || pg.types.getTypeParser(id, format as 'text');
  },
};
