import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeviceUse,
  detectGeoViolation,
  detectRepeatedManual,
  detectSeveralDevices,
  type ExcursionFacts,
} from './detect-habits.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const startMs = 1_772_438_400_000;

describe('a geo violation', () => {
  const excursion: ExcursionFacts = { id: 'e1', startedAtMs: startMs, durationMs: 12 * minuteMs, farthestMeters: 340 };

  it.each<[string, Partial<ExcursionFacts>]>([
    ['twelve minutes away', {}],
    ['exactly five minutes', { durationMs: 5 * minuteMs }],
    ['exactly fifty meters', { farthestMeters: 50 }],
    ['all day', { durationMs: dayMs, farthestMeters: 40_000 }],
  ])('is %s', (_name, more) => {
    expect(detectGeoViolation({ ...excursion, ...more })).toMatchObject({
      kind: 'geo-violation',
      points: 5,
      causeKey: 'excursion:e1',
      sentence: expect.stringMatching(/^Outside the site for \d+ min, up to \d+ m away\.$/) as unknown,
    });
  });

  it.each<[string, Partial<ExcursionFacts>]>([
    ['a moment', { durationMs: 5 * minuteMs - 1 }],
    ['a step over the boundary', { farthestMeters: 49 }],
    ['a permitted errand', { permitted: true }],
  ])('is not %s', (_name, more) => {
    expect(detectGeoViolation({ ...excursion, ...more })).toBeNull();
  });
});

describe('several devices', () => {
  /** `A B A` is three uses, two hours apart. */
  const uses = (text: string, hoursApart = 2): DeviceUse[] =>
    text.split(' ').map((deviceId, index) => ({ deviceId, atMs: startMs + index * hoursApart * 60 * minuteMs }));

  it.each<[string, DeviceUse[], string[]]>([
    ['by turns', uses('A B A'), ['devices:mia:A+B']],
    ['by turns all day', uses('A B A B A B'), ['devices:mia:A+B']],
    ['three', uses('A B C A B C'), ['devices:mia:A+B', 'devices:mia:A+C', 'devices:mia:B+C']],
    ['at the end of a day', uses('A B A', 12), ['devices:mia:A+B']],
  ])('%s', (_name, list, causes) => {
    const signals = detectSeveralDevices('mia', list);
    expect(signals.map((signal) => signal.causeKey).sort()).toEqual(causes);
    expect(signals[0]).toMatchObject({ kind: 'several-devices', points: 20 });
  });

  it.each<[string, DeviceUse[]]>([
    ['one device', uses('A A A A')],
    ['a new phone', uses('A A B B B')],
    ['two new phones', uses('A B C')],
    ['back from repair after two days', uses('A B A', 24)],
    ['nothing', []],
  ])('are not %s', (_name, list) => {
    expect(detectSeveralDevices('mia', list)).toEqual([]);
  });

  it('are not a named spare', () => {
    expect(detectSeveralDevices('mia', uses('A B A'), { withinMs: dayMs, knownSpares: ['B'] })).toEqual([]);
  });

  it('are the same in whatever order the uses arrive', () => {
    const shuffled = fc
      .array(fc.record({ deviceId: fc.constantFrom('A', 'B', 'C'), atMs: fc.integer({ min: 0, max: 4 * dayMs }) }), {
        maxLength: 12,
      })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(detectSeveralDevices('mia', [...other, ...other])).toEqual(detectSeveralDevices('mia', list));
      }),
    );
  });
});

describe('repeated manual attendance', () => {
  const onDays = (...days: number[]) =>
    days.map((day) => ({ id: `m${day}`, date: `day ${day}`, atMs: startMs + day * dayMs }));

  it('is every further day within thirty', () => {
    expect(detectRepeatedManual('mia', onDays(0)), 'once is nothing').toEqual([]);
    expect(detectRepeatedManual('mia', onDays(0, 31)), 'long after').toEqual([]);
    expect(detectRepeatedManual('mia', onDays(0, 30))).toHaveLength(1);
    expect(detectRepeatedManual('mia', onDays(0, 3, 8))).toMatchObject([
      { points: 10, facts: { days: 2 } },
      { points: 10, facts: { days: 3 }, sentence: 'Attendance was written by hand on 3 days within 30 days.' },
    ]);
  });

  it('counts ENTER and EXIT of one day once', () => {
    const [morning] = onDays(0);
    const evening = { id: 'm0b', date: 'day 0', atMs: startMs + dayMs / 3 };
    expect(detectRepeatedManual('mia', [evening, morning as typeof evening])).toEqual([]);
  });
});
