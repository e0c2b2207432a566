import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { DayPunch, Direction } from './day.ts';
import { nextPunch, type RescanPolicy, rescanPolicyDefaults } from './rescan.ts';

const policy: RescanPolicy = { ...rescanPolicyDefaults, timeZone: 'Europe/Zurich' };
const breaks: RescanPolicy = { ...policy, pairsPerDay: 2 };
const at = (time: string) => Temporal.ZonedDateTime.from(`2026-03-02T${time}[Europe/Zurich]`).epochMilliseconds;
const punch = (direction: Direction, time: string, status: DayPunch['status'] = 'accepted'): DayPunch => ({
  id: `${direction} ${time}`,
  direction,
  atMs: at(time),
  status,
});
const entered = [punch('ENTER', '08:00')];
const complete = [...entered, punch('EXIT', '16:00')];

describe('the next scan of the day', () => {
  it.each<[string, DayPunch[], Direction, string, object]>([
    ['the first ENTER', [], 'ENTER', '08:00', { kind: 'new' }],
    ['an EXIT without ENTER', [], 'EXIT', '16:00', { kind: 'refused', code: 'not-entered' }],
    ['the same ENTER at once', entered, 'ENTER', '08:00', { kind: 'same', punchId: 'ENTER 08:00' }],
    ['the same ENTER after five minutes', entered, 'ENTER', '08:05', { kind: 'same' }],
    [
      'another ENTER',
      entered,
      'ENTER',
      '08:05:01',
      { code: 'already-entered', sentence: 'You are already inside since 08:00.' },
    ],
    ['the EXIT', entered, 'EXIT', '16:00', { kind: 'new' }],
    ['the EXIT a minute after ENTER', entered, 'EXIT', '08:01', { kind: 'new' }],
    ['the same EXIT', complete, 'EXIT', '16:04', { kind: 'same', punchId: 'EXIT 16:00' }],
    ['another EXIT', complete, 'EXIT', '17:00', { code: 'already-left', sentence: 'You already left at 16:00.' }],
    [
      'ENTER again',
      complete,
      'ENTER',
      '16:30',
      { code: 'day-complete', sentence: 'Today is already complete. You left at 16:00.' },
    ],
    ['ENTER while the first is held', [punch('ENTER', '08:00', 'held')], 'ENTER', '08:03', { kind: 'same' }],
    ['ENTER after a refused one', [punch('ENTER', '07:00', 'refused')], 'ENTER', '07:02', { kind: 'new' }],
    [
      'ENTER, EXIT, ENTER in a minute',
      [punch('ENTER', '08:00'), punch('EXIT', '08:01')],
      'ENTER',
      '08:02',
      { code: 'day-complete' },
    ],
    ['an offline ENTER that arrives late', [punch('EXIT', '16:00')], 'ENTER', '08:00', { kind: 'new' }],
    ['an offline ENTER just before a known one', entered, 'ENTER', '07:58', { kind: 'same' }],
    ['an offline ENTER long before a known one', entered, 'ENTER', '07:40', { code: 'already-entered' }],
    ['an EXIT at the moment of the ENTER', entered, 'EXIT', '08:00', { kind: 'new' }],
  ])('%s', (_name, punches, direction, time, expected) => {
    expect(nextPunch(punches, direction, at(time), policy)).toMatchObject(expected);
  });

  it('may start another pair where breaks are punched', () => {
    expect(nextPunch(complete, 'ENTER', at('16:30'), breaks).kind).toBe('new');
    // In the order of a day the ENTER of a moment comes before its EXIT: this one would be the second in a row.
    expect(nextPunch(complete, 'ENTER', at('16:00'), breaks)).toMatchObject({ code: 'already-entered' });
    const twice = [...complete, punch('ENTER', '16:30'), punch('EXIT', '17:00')];
    expect(nextPunch(twice, 'ENTER', at('17:30'), breaks)).toMatchObject({ code: 'day-complete' });
  });
});

describe('a day built scan by scan', () => {
  const scans = fc.array(
    fc.record({
      direction: fc.constantFrom<Direction[]>('ENTER', 'EXIT'),
      minutes: fc.integer({ min: 0, max: 600 }),
    }),
    { maxLength: 30 },
  );
  const build = (list: { direction: Direction; minutes: number }[], rules: RescanPolicy) => {
    const punches: DayPunch[] = [];
    for (const [index, { direction, minutes }] of list.entries()) {
      const atMs = at('07:00') + minutes * 60_000;
      if (nextPunch(punches, direction, atMs, rules).kind === 'new') {
        punches.push({ id: String(index), direction, atMs, status: 'accepted' });
      }
    }
    return punches.sort((a, b) => a.atMs - b.atMs || a.direction.localeCompare(b.direction));
  };

  it('alternates and keeps to the pairs allowed, in whatever order scans arrive', () => {
    fc.assert(
      fc.property(scans, fc.constantFrom(policy, breaks), (list, rules) => {
        const punches = build(list, rules);
        for (const direction of ['ENTER', 'EXIT'] as const) {
          const count = punches.filter((each) => each.direction === direction).length;
          expect(count).toBeLessThanOrEqual(rules.pairsPerDay);
        }
        for (const [index, each] of punches.entries()) {
          expect(each.direction).toBe(index % 2 === 0 ? 'ENTER' : 'EXIT');
        }
      }),
    );
  });

  it('does not change when a scan is sent again', () => {
    fc.assert(
      fc.property(scans, (list) => {
        const twice = list.flatMap((scan) => [scan, scan]);
        expect(build(twice, breaks).map(({ atMs }) => atMs)).toEqual(build(list, breaks).map(({ atMs }) => atMs));
      }),
    );
  });
});
