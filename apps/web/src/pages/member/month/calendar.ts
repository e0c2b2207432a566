import type { AttendanceCode } from '@muster/contracts';
import type { StateKey } from '../../../states.ts';

/** Calendar dates as `YYYY-MM-DD`, months as `YYYY-MM`: neither has a time zone. */

const noon = (date: string): Date => new Date(`${date}T12:00:00Z`);
const dateOf = (at: Date): string => at.toISOString().slice(0, 10);

export const monthOf = (date: string): string => date.slice(0, 7);
export const firstOf = (month: string): string => `${month}-01`;
export const lastOf = (month: string): string => {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return dateOf(new Date(Date.UTC(year, number, 0, 12)));
};
export const shiftMonth = (month: string, by: number): string => {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return dateOf(new Date(Date.UTC(year, number - 1 + by, 1, 12))).slice(0, 7);
};
export const shiftDate = (date: string, by: number): string => dateOf(new Date(noon(date).getTime() + by * 86_400_000));
/** Monday is 1. */
export const weekdayOf = (date: string): number => noon(date).getUTCDay() || 7;

/** The dates of a month, in weeks from Monday to Sunday; null where the week belongs to another month. */
export const weeksOf = (month: string): (string | null)[][] => {
  const first = firstOf(month);
  const last = lastOf(month);
  const weeks: (string | null)[][] = [];
  for (let monday = shiftDate(first, 1 - weekdayOf(first)); monday <= last; monday = shiftDate(monday, 7)) {
    weeks.push(
      Array.from({ length: 7 }, (_, day) => {
        const date = shiftDate(monday, day);
        return date >= first && date <= last ? date : null;
      }),
    );
  }
  return weeks;
};

const states: Record<AttendanceCode, StateKey> = {
  P: 'present',
  L: 'late',
  LE: 'present',
  HD: 'present',
  OD: 'excused',
  A: 'absent',
  AE: 'excused',
  ML: 'excused',
  H: 'holiday',
  OFF: 'holiday',
  NM: 'not-marked',
};
export const stateOfCode = (code: AttendanceCode): StateKey => states[code];

/** What a day brings to the rate: its credit, or null where it counts on neither side, or `open` while undecided. */
export const creditOfCode = (code: AttendanceCode): number | 'open' | null => {
  if (code === 'NM') return 'open';
  if (code === 'AE' || code === 'ML' || code === 'H' || code === 'OFF') return null;
  if (code === 'HD') return 0.5;
  return code === 'A' ? 0 : 1;
};
