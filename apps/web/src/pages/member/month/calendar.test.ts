import { describe, expect, it } from 'vitest';
import { creditOfCode, lastOf, shiftDate, shiftMonth, weekdayOf, weeksOf } from './calendar.ts';

describe('a month', () => {
  it('ends where it ends, in leap years too', () => {
    expect(lastOf('2028-02')).toBe('2028-02-29');
    expect(lastOf('2031-02')).toBe('2031-02-28');
    expect(lastOf('2031-12')).toBe('2031-12-31');
  });

  it('moves over the turn of the year', () => {
    expect(shiftMonth('2031-01', -1)).toBe('2030-12');
    expect(shiftMonth('2030-12', 1)).toBe('2031-01');
    expect(shiftDate('2031-03-30', 1)).toBe('2031-03-31');
    expect(shiftDate('2031-01-01', -1)).toBe('2030-12-31');
  });

  it('is laid out in weeks that start on Monday, each day once', () => {
    for (const month of ['2031-03', '2027-02', '2026-08']) {
      const weeks = weeksOf(month);
      const dates = weeks.flat().filter((date) => date !== null);
      expect(dates).toHaveLength(Number(lastOf(month).slice(8)));
      expect(new Set(dates).size).toBe(dates.length);
      for (const week of weeks) {
        expect(week).toHaveLength(7);
        for (const [index, date] of week.entries()) if (date) expect(weekdayOf(date)).toBe(index + 1);
      }
    }
  });
});

describe('what a day brings to the rate', () => {
  it('leaves out what counts on neither side', () => {
    expect([creditOfCode('P'), creditOfCode('L'), creditOfCode('OD')]).toEqual([1, 1, 1]);
    expect([creditOfCode('HD'), creditOfCode('A')]).toEqual([0.5, 0]);
    expect([creditOfCode('AE'), creditOfCode('H')]).toEqual([null, null]);
    expect(creditOfCode('NM')).toBe('open');
  });
});
