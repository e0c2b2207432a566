import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayAt, planOn, plansBetween } from './plan-at.ts';
import { dayOf, type Schedule, scheduleDefaults } from './schedule.ts';

const night: Schedule = {
  ...scheduleDefaults,
  id: 'night',
  timeZone: 'Europe/Vienna',
  weekdays: [1, 2, 3, 4, 5],
  entryTime: '22:00',
  exitTime: '06:00',
  validFrom: '2026-03-02',
  validTo: '2026-03-10',
};
const early: Schedule = {
  ...night,
  id: 'early',
  entryTime: '06:00',
  exitTime: '14:00',
  validFrom: '2026-03-11',
  validTo: null,
};

describe('the day of an instant', () => {
  it('over one schedule is that of the schedule', () => {
    const around = fc.integer({ min: Date.parse('2026-02-27'), max: Date.parse('2026-04-02') });
    fc.assert(
      fc.property(around, (atMs) => {
        expect(dayAt([night], atMs, 'Europe/Vienna').date).toBe(dayOf(night, atMs));
      }),
    );
  });

  it('goes on by the schedule it began with, although another is valid since midnight', () => {
    const found = dayAt([night, early], Date.parse('2026-03-11T02:00:00+01:00'), 'Europe/Vienna');
    expect(found).toMatchObject({ date: '2026-03-10', plan: { scheduleId: 'night' } });
    expect(dayAt([night, early], Date.parse('2026-03-11T08:30:00+01:00'), 'Europe/Vienna')).toMatchObject({
      date: '2026-03-11',
      plan: { scheduleId: 'early' },
    });
  });

  it('without anything planned is the date on the calendar', () => {
    const sunday = Date.parse('2026-03-15T12:00:00+01:00');
    expect(dayAt([night, early], sunday, 'Europe/Vienna')).toEqual({ date: '2026-03-15', plan: null });
    expect(dayAt([], sunday, 'Asia/Tokyo')).toEqual({ date: '2026-03-15', plan: null });
  });
});

it('the planned days of a period change schedules with their validity', () => {
  const plans = plansBetween([early, night], '2026-03-09', '2026-03-15');
  expect(plans.map((plan) => `${plan.date} ${plan.scheduleId}`)).toEqual([
    '2026-03-09 night',
    '2026-03-10 night',
    '2026-03-11 early',
    '2026-03-12 early',
    '2026-03-13 early',
  ]);
  expect(planOn([night], '2026-03-01')).toBeNull();
});
