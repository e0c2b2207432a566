import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DayCode, dayCodes } from './day-codes.ts';
import { type RateDay, rate } from './rate.ts';

const days = (...codes: (DayCode | DayCode[])[]): RateDay[] =>
  codes.map((code, index) => ({
    date: `2026-03-${String(index + 2).padStart(2, '0')}`,
    codes: Array.isArray(code) ? code : [code],
    weight: 1,
  }));
const shares = (list: readonly RateDay[]) => {
  const { soFar, overPlanned, bestReachable } = rate(list);
  return [soFar.share, overPlanned.share, bestReachable.share];
};

describe('the rate', () => {
  it.each<[string, RateDay[], (number | null)[]]>([
    ['nothing planned', [], [null, null, null]],
    ['nothing held yet', days('NM', 'NM'), [null, 0, 1]],
    ['three of four', days('P', 'L', 'A', 'OD'), [0.75, 0.75, 0.75]],
    ['half a day', days('HD', 'P'), [0.75, 0.75, 0.75]],
    ['halfway through the month', days('P', 'A', 'NM', 'NM'), [0.5, 0.25, 0.75]],
    ['excused days leave both sides', days('P', 'AE', 'ML', 'H', 'OFF', 'A'), [0.5, 0.5, 0.5]],
    ['only excused', days('ML', 'ML'), [null, null, null]],
    ['late and left early is attended once', days(['L', 'LE'], 'A'), [0.5, 0.5, 0.5]],
    [
      'a half day weighs half',
      [{ date: '2026-03-02', codes: ['A'], weight: 0.5 }, ...days('P').map((day) => ({ ...day, date: '2026-03-03' }))],
      [2 / 3, 2 / 3, 2 / 3],
    ],
  ])('%s', (_name, list, expected) => {
    expect(shares(list)).toEqual(expected);
  });

  it('can be opened to the days behind it', () => {
    const month = rate(days('P', 'AE', 'NM', 'HD'));
    expect(month.counted).toEqual([
      { date: '2026-03-02', credit: 1, weight: 1 },
      { date: '2026-03-05', credit: 0.5, weight: 1 },
    ]);
    expect(month.leftOut).toEqual(['2026-03-03']);
    expect(month.open).toEqual(['2026-03-04']);
  });

  it('follows the organization’s own table', () => {
    const strict = { ...dayCodes, L: { ...dayCodes.L, credit: 0.5 } };
    expect(rate(days('L', 'P'), strict).soFar.share).toBe(0.75);
  });

  it('is bounded and ordered: 0 ≤ over planned ≤ so far ≤ best reachable ≤ 1', () => {
    const anyDay = fc.record({
      date: fc.integer({ min: 10, max: 28 }).map((day) => `2026-03-${day}`),
      codes: fc.uniqueArray(fc.constantFrom(...(Object.keys(dayCodes) as DayCode[])), { maxLength: 2 }),
      weight: fc.constantFrom(0.25, 0.5, 1),
    });
    fc.assert(
      fc.property(fc.array(anyDay, { maxLength: 40 }), (list) => {
        const { soFar, overPlanned, bestReachable, counted, open, leftOut } = rate(list);
        expect(counted.length + open.length + leftOut.length).toBe(list.length);
        const present = [overPlanned.share, soFar.share, bestReachable.share].filter((share) => share !== null);
        for (const share of present) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect([...present].sort((a, b) => a - b)).toEqual(present);
        expect(rate([...list].reverse()).soFar.share).toBe(soFar.share);
      }),
    );
  });

  it('never falls when an absence becomes a presence', () => {
    const codesWithAbsence = fc.array(fc.constantFrom<DayCode[]>('P', 'L', 'A', 'AE', 'NM', 'HD'), { maxLength: 20 });
    fc.assert(
      fc.property(codesWithAbsence, fc.nat(20), (codes, index) => {
        const at = index % (codes.length + 1);
        const withDay = (code: DayCode) => rate(days(...codes.slice(0, at), code, ...codes.slice(at))).soFar.share ?? 0;
        expect(withDay('P')).toBeGreaterThanOrEqual(withDay('A'));
      }),
    );
  });
});
