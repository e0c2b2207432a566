/** Calendar arithmetic on `YYYY-MM-DD`, which has no time zone. */

const dayMs = 86_400_000;
const atNoon = (date: string): number => Date.parse(`${date}T12:00:00Z`);

/** The calendar date of an instant in a zone. */
export const dateIn = (atMs: number, timeZone: string): string =>
  // Canada writes dates as ISO 8601 does.
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(atMs);

export const addDays = (date: string, days: number): string =>
  new Date(atNoon(date) + days * dayMs).toISOString().slice(0, 10);

export const addMonths = (month: string, months: number): string => {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 15)).toISOString().slice(0, 7);
};

/** Monday is 1. */
export const isoWeekday = (date: string): number => new Date(atNoon(date)).getUTCDay() || 7;

export const daysOfMonth = (month: string): string[] => {
  const first = `${month}-01`;
  const count = Math.round((atNoon(`${addMonths(month, 1)}-01`) - atNoon(first)) / dayMs);
  return Array.from({ length: count }, (_, index) => addDays(first, index));
};
