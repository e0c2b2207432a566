import { describe, expect, it } from 'vitest';
import { addDays, addMonths, dateIn, daysOfMonth, isoWeekday } from './calendar.ts';

describe('calendar dates', () => {
  it('count months and leap days', () => {
    expect(daysOfMonth('2028-02')).toHaveLength(29);
    expect(daysOfMonth('2031-12').at(-1)).toBe('2031-12-31');
    expect(addMonths('2031-12', 1)).toBe('2032-01');
    expect(addMonths('2031-01', -1)).toBe('2030-12');
  });

  it('step over the change to summer time', () => {
    expect(addDays('2031-03-29', 1)).toBe('2031-03-30');
    expect(addDays('2031-03-30', 1)).toBe('2031-03-31');
  });

  it('begin weeks on Monday', () => {
    expect(isoWeekday('2031-03-03')).toBe(1);
    expect(isoWeekday('2031-03-09')).toBe(7);
  });

  it('belong to the zone of the site', () => {
    const at = Date.UTC(2031, 2, 3, 23, 30);
    expect(dateIn(at, 'Europe/Vienna')).toBe('2031-03-04');
    expect(dateIn(at, 'America/Lima')).toBe('2031-03-03');
  });
});
