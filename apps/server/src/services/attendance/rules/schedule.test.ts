import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { type CalendarDay, dayOf, plannedDay, type Schedule, scheduleDefaults, scheduleOn } from './schedule.ts';
import { clockTime, localDate, minuteMs, minutesOfDay } from './wall-clock.ts';

const zones = ['Europe/Zurich', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'] as const;
const everyDay = [1, 2, 3, 4, 5, 6, 7];

const school: Schedule = {
  ...scheduleDefaults,
  id: 'school',
  timeZone: 'Europe/Zurich',
  weekdays: [1, 2, 3, 4, 5],
  entryTime: '08:00',
  exitTime: '16:00',
  closesAt: '18:00',
  validFrom: null,
  validTo: null,
};

const hostel: Schedule = {
  ...school,
  id: 'hostel',
  weekdays: everyDay,
  entryTime: '21:30',
  exitTime: '06:00',
  closesAt: 90,
};

const instant = (text: string) => Temporal.ZonedDateTime.from(text).epochMilliseconds;
const zurich = (text: string) => instant(`${text}[Europe/Zurich]`);

function plan(schedule: Schedule, date: string, calendarDay: CalendarDay | null = null) {
  const planned = plannedDay(schedule, date, calendarDay);
  expect(planned, `${date} is held`).not.toBeNull();
  return planned as NonNullable<typeof planned>;
}

describe('the plan of a school day', () => {
  it('turns wall-clock times into instants', () => {
    expect(plan(school, '2026-03-02')).toEqual({
      date: '2026-03-02',
      scheduleId: 'school',
      timeZone: 'Europe/Zurich',
      opensAtMs: zurich('2026-03-02T07:30'),
      entryAtMs: zurich('2026-03-02T08:00'),
      lateAtMs: zurich('2026-03-02T08:10'),
      freeUntilAtMs: zurich('2026-03-02T09:00'),
      exitAtMs: zurich('2026-03-02T16:00'),
      closesAtMs: zurich('2026-03-02T18:00'),
      weight: 1,
    });
  });

  it('is null on other weekdays and outside the validity, both ends included', () => {
    const term = { ...school, validFrom: '2026-03-02', validTo: '2026-03-06' };
    expect(plannedDay(school, '2026-03-01'), 'a Sunday').toBeNull();
    expect(plannedDay(term, '2026-02-27')).toBeNull();
    expect(plannedDay(term, '2026-03-02')).not.toBeNull();
    expect(plannedDay(term, '2026-03-06')).not.toBeNull();
    expect(plannedDay(term, '2026-03-09')).toBeNull();
  });

  it('refuses a time it cannot read instead of guessing', () => {
    for (const entryTime of ['8:00', '24:00', '08:60', '0800', '']) {
      expect(() => plannedDay({ ...school, entryTime }, '2026-03-02')).toThrow(RangeError);
    }
  });
});

describe('a day that crosses midnight', () => {
  it('belongs to the date on which it starts', () => {
    const night = plan(hostel, '2026-03-02');
    expect(night.entryAtMs).toBe(zurich('2026-03-02T21:30'));
    expect(night.exitAtMs).toBe(zurich('2026-03-03T06:00'));
    expect(night.closesAtMs).toBe(zurich('2026-03-03T07:30'));
  });

  it('closes at the first closing time after the exit', () => {
    const guard = plan({ ...hostel, closesAt: '05:00' }, '2026-03-02');
    expect(guard.closesAtMs).toBe(zurich('2026-03-04T05:00'));
  });
});

describe('the calendar', () => {
  it('holds nothing on a holiday', () => {
    expect(plannedDay(school, '2026-03-02', { kind: 'holiday', date: '2026-03-02', name: 'Carnival' })).toBeNull();
  });

  it('ends a half day early and weighs it half', () => {
    const half = plan(school, '2026-03-02', { kind: 'half-day', date: '2026-03-02', name: 'Fair', exitTime: '12:00' });
    expect(half.exitAtMs).toBe(zurich('2026-03-02T12:00'));
    expect(half.weight).toBe(0.5);
  });

  it('holds a special day on any weekday, with its own times', () => {
    const saturday: CalendarDay = { kind: 'special', date: '2026-03-07', name: 'Examination', entryTime: '10:00' };
    const special = plan(school, '2026-03-07', saturday);
    expect(special.entryAtMs).toBe(zurich('2026-03-07T10:00'));
    expect(special.exitAtMs).toBe(zurich('2026-03-07T16:00'));
  });

  it('never applies a calendar day to another date', () => {
    expect(() => plannedDay(school, '2026-03-03', { kind: 'holiday', date: '2026-03-02', name: 'Carnival' })).toThrow(
      RangeError,
    );
  });

  it('takes the schedule that started last', () => {
    const summer = { ...school, id: 'summer', validFrom: '2026-06-01' };
    expect(scheduleOn([school, summer], '2026-05-29')?.id).toBe('school');
    expect(scheduleOn([school, summer], '2026-06-01')?.id).toBe('summer');
    expect(scheduleOn([{ ...school, validTo: '2026-01-01' }], '2026-06-01')).toBeNull();
  });
});

describe('the day an instant belongs to', () => {
  it('is the planned day that is open', () => {
    expect(dayOf(hostel, zurich('2026-03-02T22:15'))).toBe('2026-03-02');
    expect(dayOf(hostel, zurich('2026-03-03T05:59'))).toBe('2026-03-02');
    expect(dayOf(hostel, zurich('2026-03-03T07:30')), 'closing itself').toBe('2026-03-02');
  });

  it('is tomorrow when tomorrow opens before midnight', () => {
    const early = { ...school, weekdays: everyDay, entryTime: '00:10', exitTime: '08:00', closesAt: 0 };
    expect(dayOf(early, zurich('2026-03-02T23:40'))).toBe('2026-03-03');
    expect(dayOf(early, zurich('2026-03-02T23:39'))).toBe('2026-03-02');
  });

  it('is the local date when nothing is open', () => {
    expect(dayOf(school, zurich('2026-03-02T04:00'))).toBe('2026-03-02');
    expect(dayOf(school, zurich('2026-03-01T12:00')), 'a Sunday').toBe('2026-03-01');
    expect(dayOf(hostel, zurich('2026-03-03T12:00'))).toBe('2026-03-03');
  });

  it('knows the calendar: a special Saturday night is open on Sunday morning', () => {
    const weekNights = { ...hostel, weekdays: [1, 2, 3, 4] };
    const calendar = new Map<string, CalendarDay>([
      ['2026-03-07', { kind: 'special', date: '2026-03-07', name: 'Camp' }],
    ]);
    expect(dayOf(weekNights, zurich('2026-03-08T03:00'), calendar)).toBe('2026-03-07');
    expect(dayOf(weekNights, zurich('2026-03-08T03:00'))).toBe('2026-03-08');
  });
});

describe('daylight saving', () => {
  it('shortens the spring night and lengthens the autumn night by an hour in Zurich', () => {
    const hours = (date: string) => (plan(hostel, date).exitAtMs - plan(hostel, date).entryAtMs) / 3_600_000;
    expect(hours('2026-03-27')).toBe(8.5);
    expect(hours('2026-03-28')).toBe(7.5);
    expect(hours('2026-10-24')).toBe(9.5);
  });

  it('changes the Lord Howe night by half an hour', () => {
    const night = plan({ ...hostel, timeZone: 'Australia/Lord_Howe' }, '2026-10-03');
    expect((night.exitAtMs - night.entryAtMs) / 3_600_000).toBe(8);
  });

  it('moves an entry out of the hour that does not exist, and the exit with it', () => {
    const inTheGap = plan({ ...hostel, entryTime: '02:30', exitTime: '03:00' }, '2026-03-29');
    expect(clockTime(inTheGap.entryAtMs, 'Europe/Zurich')).toBe('03:30');
    expect(clockTime(inTheGap.exitAtMs, 'Europe/Zurich')).toBe('04:00');
  });

  it('holds nothing on the Friday that Samoa skipped, and the night before is whole', () => {
    const samoa = { ...hostel, timeZone: 'Pacific/Apia' };
    expect(plannedDay(samoa, '2011-12-30')).toBeNull();
    const before = plan(samoa, '2011-12-29');
    expect((before.exitAtMs - before.entryAtMs) / 3_600_000).toBe(8.5);
    expect(localDate(before.exitAtMs, 'Pacific/Apia').toString()).toBe('2011-12-31');
  });
});

const anyTime = fc
  .integer({ min: 0, max: 1439 })
  .map((minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`);

const anySchedule: fc.Arbitrary<Schedule> = fc.record({
  id: fc.constant('any'),
  timeZone: fc.constantFrom(...zones),
  weekdays: fc.constant(everyDay),
  entryTime: anyTime,
  exitTime: anyTime,
  opensBeforeMinutes: fc.integer({ min: 0, max: 240 }),
  freeUntilMinutes: fc.integer({ min: 0, max: 600 }),
  lateAfterMinutes: fc.integer({ min: 0, max: 600 }),
  closesAt: fc.oneof(anyTime, fc.integer({ min: 0, max: 720 })),
  validFrom: fc.constant(null),
  validTo: fc.constant(null),
});

/** Any date of two years, and often one around a change of the clocks in one of the zones. */
const anyDate = fc.oneof(
  fc.integer({ min: 0, max: 730 }).map((days) => Temporal.PlainDate.from('2025-01-01').add({ days }).toString()),
  fc.constantFrom('2026-03-28', '2026-03-29', '2026-10-24', '2026-10-25', '2026-03-07', '2026-03-08', '2026-11-01'),
  fc.constantFrom('2026-04-04', '2026-04-05', '2026-10-03', '2026-10-04', '2011-12-28', '2011-12-29', '2011-12-31'),
);

describe('whatever the zone, the date and the times', () => {
  it('the instants of a day keep their order', () => {
    fc.assert(
      fc.property(anySchedule, anyDate, (schedule, date) => {
        const day = plan(schedule, date);
        expect(day.opensAtMs).toBeLessThanOrEqual(day.entryAtMs);
        expect(day.entryAtMs).toBeLessThanOrEqual(day.lateAtMs);
        expect(day.entryAtMs).toBeLessThanOrEqual(day.freeUntilAtMs);
        expect(day.entryAtMs).toBeLessThan(day.exitAtMs);
        expect(day.lateAtMs).toBeLessThanOrEqual(day.exitAtMs);
        expect(day.freeUntilAtMs).toBeLessThanOrEqual(day.exitAtMs);
        expect(day.exitAtMs).toBeLessThanOrEqual(day.closesAtMs);
      }),
      { numRuns: 400 },
    );
  });

  it('the day adds up: its length is the planned one less what the clocks jumped', () => {
    fc.assert(
      fc.property(anySchedule, anyDate, (schedule, date) => {
        const day = plan(schedule, date);
        const shown = (atMs: number) => clockTime(atMs, schedule.timeZone);
        // Only where both wall times exist: a time that was jumped over has tests of its own above.
        fc.pre(shown(day.entryAtMs) === schedule.entryTime && shown(day.exitAtMs) === schedule.exitTime);
        const skipped = Temporal.PlainDate.from(date).until(localDate(day.exitAtMs, schedule.timeZone)).days > 1;
        fc.pre(!skipped);
        const entry = minutesOfDay(schedule.entryTime);
        const exit = minutesOfDay(schedule.exitTime);
        const plannedMs = (exit <= entry ? exit + 1440 - entry : exit - entry) * minuteMs;
        const offsetMs = (atMs: number) =>
          Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(schedule.timeZone).offsetNanoseconds / 1e6;
        expect(day.exitAtMs - day.entryAtMs).toBe(plannedMs - (offsetMs(day.exitAtMs) - offsetMs(day.entryAtMs)));
      }),
      { numRuns: 400 },
    );
  });

  it('round-the-clock days follow each other without a gap or an overlap', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), anyTime, anyDate, (timeZone, time, date) => {
        const guard = { ...school, timeZone, weekdays: everyDay, entryTime: time, exitTime: time };
        const next = Temporal.PlainDate.from(date).add({ days: 1 }).toString();
        fc.pre(plannedDay(guard, next) !== null);
        expect(plan(guard, next).entryAtMs).toBe(plan(guard, date).exitAtMs);
      }),
      { numRuns: 300 },
    );
  });

  it('an instant inside a day belongs to it, or to a later day that has opened too', () => {
    fc.assert(
      fc.property(anySchedule, anyDate, fc.double({ min: 0, max: 1, noNaN: true }), (schedule, date, share) => {
        const day = plan(schedule, date);
        const atMs = Math.round(day.opensAtMs + share * (day.closesAtMs - day.opensAtMs));
        const found = dayOf(schedule, atMs);
        expect(found >= date).toBe(true);
        const owner = plan(schedule, found);
        expect(owner.opensAtMs).toBeLessThanOrEqual(atMs);
        expect(atMs).toBeLessThanOrEqual(owner.closesAtMs);
      }),
      { numRuns: 300 },
    );
  });
});
