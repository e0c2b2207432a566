import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { type DayContext, type DayMark, type DayPunch, judgeDay } from './day.ts';
import { type DayCode, dayCodes } from './day-codes.ts';
import { type CalendarDay, type PlannedDay, plannedDay, scheduleDefaults } from './schedule.ts';
import { minuteMs } from './wall-clock.ts';

const schedule = {
  ...scheduleDefaults,
  id: 'school',
  timeZone: 'Europe/Zurich',
  weekdays: [1, 2, 3, 4, 5],
  entryTime: '08:00',
  exitTime: '16:00',
  validFrom: null,
  validTo: null,
};
const plan = plannedDay(schedule, '2026-03-02') as PlannedDay;
const at = (time: string) => Temporal.ZonedDateTime.from(`2026-03-02T${time}[Europe/Zurich]`).epochMilliseconds;
const enter = (time: string, more: Partial<DayPunch> = {}): DayPunch => ({
  id: `enter-${time}`,
  direction: 'ENTER',
  atMs: at(time),
  status: 'accepted',
  ...more,
});
const exit = (time: string): DayPunch => ({ ...enter(time), id: `exit-${time}`, direction: 'EXIT' });
const evening: DayContext = { nowMs: at('22:00') };
const hours = (count: number) => count * 60 * minuteMs;

describe('a day that has closed', () => {
  it.each<[string, DayPunch[], DayCode[], object]>([
    ['came and left in time', [enter('07:55'), exit('16:02')], ['P'], { workedMs: hours(8) + 7 * minuteMs }],
    ['came at the last moment', [enter('08:10'), exit('16:00')], ['P'], { lateByMinutes: 0 }],
    ['came late', [enter('08:25'), exit('16:00')], ['L'], { lateByMinutes: 25 }],
    ['left early', [enter('08:00'), exit('15:00')], ['LE'], { leftEarlyByMinutes: 60 }],
    ['came late and left early', [enter('10:00'), exit('15:30')], ['L', 'LE'], { lateByMinutes: 120 }],
    ['took a break', [enter('08:00'), exit('12:00'), enter('13:00'), exit('16:00')], ['P'], { workedMs: hours(7) }],
    ['scanned twice', [enter('08:00'), enter('08:02'), exit('16:00'), exit('16:01')], ['P'], { workedMs: hours(8) }],
    ['never left', [enter('08:00')], ['P'], { noExit: true, exitedAtMs: null, workedMs: hours(8) }],
    ['never left and came after the end', [enter('17:00')], ['L'], { noExit: true, workedMs: 0 }],
    ['only left', [exit('16:00')], ['NM'], { noEnter: true }],
    ['did nothing', [], ['NM'], { noExit: false }],
    ['waits for a supervisor', [enter('08:00', { status: 'held' })], ['NM'], { heldPunches: 1 }],
    ['was refused', [enter('08:00', { status: 'refused' })], ['NM'], { heldPunches: 0 }],
    ['was accepted with signals', [enter('08:00', { status: 'accepted-with-signals' }), exit('16:00')], ['P'], {}],
  ])('%s', (_who, punches, codes, more) => {
    expect(judgeDay(plan, null, punches, evening)).toMatchObject({
      state: 'closed',
      codes,
      decidedBy: 'punches',
      ...more,
    });
  });

  it('ends at the planned end when nobody left, not at the closing', () => {
    const atClosing = judgeDay(plan, null, [enter('08:00')], { nowMs: plan.closesAtMs });
    expect(atClosing).toMatchObject({ state: 'open', noExit: false, workedMs: hours(8) });
    const after = judgeDay(plan, null, [enter('08:00')], { nowMs: plan.closesAtMs + 1 });
    expect(after).toMatchObject({ state: 'closed', noExit: true, workedMs: hours(8) });
  });

  it('is absent without a mark only where the organization says so, and nothing is pending', () => {
    const policy = { absentWhenClosed: true, halfDayBelowShare: null };
    expect(judgeDay(plan, null, [], { ...evening, policy }).codes).toEqual(['A']);
    expect(judgeDay(plan, null, [], { nowMs: at('17:00'), policy }).codes, 'still open').toEqual(['NM']);
    expect(judgeDay(plan, null, [enter('08:00', { status: 'held' })], { ...evening, policy }).codes).toEqual(['NM']);
    expect(judgeDay(plan, null, [exit('16:00')], { ...evening, policy }).codes).toEqual(['NM']);
  });

  it('can be a half day by the time worked', () => {
    const policy = { absentWhenClosed: false, halfDayBelowShare: 0.5 };
    expect(judgeDay(plan, null, [enter('08:00'), exit('11:59')], { ...evening, policy }).codes).toEqual(['HD']);
    expect(judgeDay(plan, null, [enter('08:00'), exit('12:00')], { ...evening, policy }).codes).toEqual(['LE']);
  });
});

describe('a day in progress', () => {
  it('is not marked before anything happened, and counts the time so far', () => {
    expect(judgeDay(plan, null, [], { nowMs: at('06:00') })).toMatchObject({ state: 'upcoming', codes: ['NM'] });
    expect(judgeDay(plan, null, [], { nowMs: at('09:00') })).toMatchObject({ state: 'open', codes: ['NM'] });
    expect(judgeDay(plan, null, [enter('08:00')], { nowMs: at('09:30') })).toMatchObject({
      state: 'open',
      codes: ['P'],
      workedMs: hours(1.5),
    });
  });
});

describe('a day on which nothing is held', () => {
  it('is a holiday by the calendar, otherwise a day off, and weighs nothing', () => {
    const holiday: CalendarDay = { kind: 'holiday', date: '2026-03-02', name: 'Carnival' };
    expect(judgeDay(null, holiday, [], evening)).toMatchObject({ state: 'not-held', codes: ['H'], weight: 0 });
    expect(judgeDay(null, null, [enter('08:00'), exit('09:00')], evening)).toMatchObject({
      codes: ['OFF'],
      workedMs: hours(1),
    });
  });
});

describe('marks', () => {
  const mark = (by: DayMark['by'], code: DayCode, time: string): DayMark => ({
    id: `${by}-${time}`,
    by,
    code,
    atMs: at(time),
  });
  const judged = (...marks: DayMark[]) => judgeDay(plan, null, [], { ...evening, marks });

  it('stand side by side: office over supervisor, the latest of each, a claim decides nothing', () => {
    expect(judged(mark('claim', 'P', '09:00')).codes).toEqual(['NM']);
    expect(judged(mark('supervisor', 'A', '09:00'), mark('claim', 'P', '10:00'))).toMatchObject({
      codes: ['A'],
      decidedBy: 'mark',
      markId: 'supervisor-09:00',
    });
    expect(judged(mark('office', 'ML', '09:00'), mark('supervisor', 'A', '10:00')).codes).toEqual(['ML']);
    expect(judged(mark('supervisor', 'A', '10:00'), mark('supervisor', 'AE', '11:00')).codes).toEqual(['AE']);
  });

  it('leave the punches’ figures as they are', () => {
    const marks = [mark('office', 'AE', '12:00')];
    const day = judgeDay(plan, null, [enter('09:30'), exit('16:00')], { ...evening, marks });
    expect(day).toMatchObject({ codes: ['AE'], lateByMinutes: 90, workedMs: hours(6.5) });
  });
});

describe('the codes', () => {
  it('are data: nothing unknown counts, and nothing excused does', () => {
    const named = (test: (code: DayCode) => boolean) => (Object.keys(dayCodes) as DayCode[]).filter(test);
    expect(named((code) => dayCodes[code].countsAsAttended)).toEqual(['P', 'L', 'LE', 'HD', 'OD']);
    expect(named((code) => dayCodes[code].countsInRate)).toEqual(['P', 'L', 'LE', 'HD', 'OD', 'A']);
    expect(named((code) => dayCodes[code].excused)).toEqual(['AE', 'ML']);
    expect(named((code) => dayCodes[code].undecided)).toEqual(['NM']);
    expect(named((code) => dayCodes[code].onSite)).toEqual(['P', 'L', 'LE', 'HD']);
    expect(named((code) => dayCodes[code].credit > 0 && !dayCodes[code].countsAsAttended)).toEqual([]);
  });
});

describe('whatever the punches', () => {
  const anyPunches = fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 0, max: 50 }).map(String),
      direction: fc.constantFrom<DayPunch['direction'][]>('ENTER', 'EXIT'),
      atMs: fc.integer({ min: plan.opensAtMs, max: plan.closesAtMs }),
      status: fc.constantFrom<DayPunch['status'][]>('accepted', 'accepted-with-signals', 'held', 'refused'),
    }),
    { selector: (punch) => punch.id, maxLength: 12 },
  );
  const anyNow = fc.integer({ min: plan.opensAtMs, max: plan.closesAtMs + hours(5) });

  it('shuffled and repeated they give the same day', () => {
    const disturbed = anyPunches.chain((punches) =>
      fc.tuple(fc.constant(punches), fc.shuffledSubarray([...punches, ...punches], { minLength: punches.length * 2 })),
    );
    fc.assert(
      fc.property(disturbed, anyNow, ([punches, shuffled], nowMs) => {
        expect(judgeDay(plan, null, shuffled, { nowMs })).toEqual(judgeDay(plan, null, punches, { nowMs }));
      }),
    );
  });

  it('time worked is never negative nor longer than the day, and no ENTER never means present', () => {
    fc.assert(
      fc.property(anyPunches, anyNow, (punches, nowMs) => {
        const day = judgeDay(plan, null, punches, { nowMs });
        expect(day.workedMs).toBeGreaterThanOrEqual(0);
        expect(day.workedMs).toBeLessThanOrEqual(plan.closesAtMs - plan.opensAtMs);
        const entered = punches.some((punch) => punch.direction === 'ENTER' && punch.status.startsWith('accepted'));
        expect(day.codes.includes('NM')).toBe(!entered);
        expect(day.noExit).toBe(day.state === 'closed' && day.enteredAtMs !== null && day.exitedAtMs === null);
      }),
    );
  });
});
