import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { type PlannedDay, plannedDay, scheduleDefaults } from './schedule.ts';
import { minuteMs } from './wall-clock.ts';
import {
  judgeEntry,
  judgeExit,
  judgeManualEntry,
  judgeManualExit,
  lateByMinutes,
  leftEarlyByMinutes,
} from './window.ts';

function planIn(timeZone: string, date: string, entryTime = '08:00', exitTime = '16:00'): PlannedDay {
  const plan = plannedDay(
    {
      ...scheduleDefaults,
      id: 'school',
      timeZone,
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      entryTime,
      exitTime,
      validFrom: null,
      validTo: null,
    },
    date,
  );
  return plan as PlannedDay;
}

const day = planIn('Europe/Zurich', '2026-03-02');
const at = (time: string) => Temporal.ZonedDateTime.from(`2026-03-02T${time}[Europe/Zurich]`).epochMilliseconds;

describe('an ENTER', () => {
  it.each([
    ['07:29:59.999', { kind: 'refused', code: 'too-early', sentence: 'Entry opens at 07:30.', opensAtMs: at('07:30') }],
    ['07:30', { kind: 'free', late: false, lateByMinutes: 0 }],
    ['08:10', { kind: 'free', late: false, lateByMinutes: 0 }],
    ['08:10:00.001', { kind: 'free', late: true, lateByMinutes: 10 }],
    ['09:00', { kind: 'free', late: true, lateByMinutes: 60 }],
    ['09:00:01', { kind: 'reason-needed', late: true, lateByMinutes: 60 }],
    ['18:00', { kind: 'reason-needed', late: true, lateByMinutes: 600 }],
    ['18:00:01', { kind: 'refused', code: 'site-closed' }],
  ])('at %s', (time, expected) => {
    expect(judgeEntry(day, at(time))).toMatchObject(expected);
  });

  it('passes the free window with a reason, which is more than blanks', () => {
    expect(judgeEntry(day, at('10:00'), { reason: ' Dentist ' })).toEqual({
      kind: 'with-reason',
      late: true,
      lateByMinutes: 120,
      reason: 'Dentist',
    });
    expect(judgeEntry(day, at('10:00'), { reason: '   ' }).kind).toBe('reason-needed');
  });

  it('cannot be talked in early', () => {
    expect(judgeEntry(day, at('06:00'), { reason: 'Keen' }).kind).toBe('refused');
  });

  it('is refused when nothing is planned', () => {
    expect(judgeEntry(null, at('10:00'))).toMatchObject({ kind: 'refused', code: 'no-schedule' });
    expect(judgeExit(null, at('10:00'))).toMatchObject({ kind: 'refused', code: 'no-schedule' });
  });

  it('may need a reason without being late: the two are judged apart', () => {
    const relaxed = { ...day, lateAtMs: at('12:00') };
    expect(judgeEntry(relaxed, at('10:00'))).toMatchObject({ kind: 'reason-needed', late: false, lateByMinutes: 0 });
  });

  it('names the opening time as the site shows it', () => {
    const kolkata = planIn('Asia/Kolkata', '2026-03-02', '00:10', '08:00');
    const judgement = judgeEntry(kolkata, kolkata.opensAtMs - 1);
    expect(judgement).toMatchObject({ sentence: 'Entry opens at 23:40.' });
  });
});

describe('an EXIT', () => {
  it.each([
    ['15:59:59.999', { kind: 'reason-needed', leftEarly: true, leftEarlyByMinutes: 1 }],
    ['14:30', { kind: 'reason-needed', leftEarlyByMinutes: 90, sentence: 'Leaving before 16:00 needs a reason.' }],
    ['16:00', { kind: 'free', leftEarly: false, leftEarlyByMinutes: 0 }],
    ['18:00', { kind: 'free' }],
    ['18:00:01', { kind: 'refused', code: 'site-closed' }],
  ])('at %s', (time, expected) => {
    expect(judgeExit(day, at(time))).toMatchObject(expected);
  });

  it('may be early for a reason, and stays marked', () => {
    expect(judgeExit(day, at('12:00'), { reason: 'Unwell' })).toEqual({
      kind: 'with-reason',
      leftEarly: true,
      leftEarlyByMinutes: 240,
      reason: 'Unwell',
    });
  });
});

describe('attendance written by staff', () => {
  it('needs a reason for every late entry, inside the free window too', () => {
    expect(judgeManualEntry(day, at('08:05')).kind).toBe('free');
    expect(judgeManualEntry(day, at('08:30')).kind).toBe('reason-needed');
    expect(judgeManualEntry(day, at('08:30'), { reason: 'Bus' }).kind).toBe('with-reason');
    expect(judgeManualEntry(day, at('07:00'), { reason: 'Bus' }).kind).toBe('refused');
  });

  it('allows the exit only from the official time on', () => {
    expect(judgeManualExit(day, at('15:59'))).toMatchObject({ kind: 'refused', code: 'before-exit-time' });
    expect(judgeManualExit(day, at('16:00')).kind).toBe('free');
  });
});

describe('over every change of the clocks', () => {
  const anyDay = fc
    .tuple(
      fc.constantFrom('Europe/Zurich', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'),
      fc.constantFrom('2026-03-28', '2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05', '2026-10-04'),
      fc.constantFrom('00:15', '01:45', '02:15', '08:00', '21:30'),
      fc.constantFrom('02:20', '03:10', '06:00', '16:00'),
    )
    .map(([timeZone, date, entry, exit]) => planIn(timeZone, date, entry, exit));
  const offset = fc.integer({ min: 0, max: 30 * 60 * minuteMs });

  it('a later ENTER is never less late, and a later EXIT never more early', () => {
    fc.assert(
      fc.property(anyDay, offset, offset, (plan, a, b) => {
        const [earlier, later] = [plan.opensAtMs + Math.min(a, b), plan.opensAtMs + Math.max(a, b)];
        expect(lateByMinutes(plan, later)).toBeGreaterThanOrEqual(lateByMinutes(plan, earlier));
        expect(leftEarlyByMinutes(plan, later)).toBeLessThanOrEqual(leftEarlyByMinutes(plan, earlier));
      }),
    );
  });

  it('the verdict only ever moves from too early to free to reason to closed', () => {
    const stage = (plan: PlannedDay, atMs: number) => {
      const judgement = judgeEntry(plan, atMs);
      const stages = ['too-early', 'free', 'reason-needed', 'site-closed'];
      return stages.indexOf(judgement.kind === 'refused' ? judgement.code : judgement.kind);
    };
    fc.assert(
      fc.property(anyDay, offset, offset, (plan, a, b) => {
        const start = plan.opensAtMs - 60 * minuteMs;
        expect(stage(plan, start + Math.max(a, b))).toBeGreaterThanOrEqual(stage(plan, start + Math.min(a, b)));
      }),
    );
  });

  it('lateness is counted in elapsed minutes, whatever the clocks do', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 11, max: 50 }), (plan, minutes) => {
        const atMs = plan.entryAtMs + minutes * minuteMs;
        fc.pre(atMs > plan.lateAtMs);
        expect(lateByMinutes(plan, atMs)).toBe(minutes);
      }),
    );
  });
});
