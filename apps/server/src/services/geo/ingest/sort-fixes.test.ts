import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixAt } from '../testing/fix.ts';
import { arrayLiteral, instantLiteral } from './array-literal.ts';
import { factOf, sortFixes, type TrackingRights } from './sort-fixes.ts';

const place = { latitude: 48.2, longitude: 16.37 };
const rights = (more: Partial<TrackingRights> = {}): TrackingRights => ({
  sessions: new Map([
    [
      'm',
      [
        { sessionId: 's1', enteredAtMs: 100, leftAtMs: 200, isOpen: false },
        { sessionId: 's2', enteredAtMs: 300, leftAtMs: 400, isOpen: true },
      ],
    ],
  ]),
  liveAgreed: new Set(),
  ...more,
});
const batch = (times: readonly number[], memberId = 'm', deviceId = 'd') => ({
  memberId,
  deviceId,
  fixes: times.map((atMs) => fixAt(atMs, place)),
});

describe('sortFixes', () => {
  it('files each fix under the session in which it was measured; at EXIT it is over', () => {
    const sorted = sortFixes([batch([99, 100, 199, 200, 300, 150])], rights());
    expect(sorted.tracked.map(({ sessionId, fixes }) => [sessionId, fixes.map((fix) => fix.fixedAtMs)])).toEqual([
      ['s1', [100, 199, 150]],
      ['s2', [300]],
    ]);
    expect(sorted.outcomes).toEqual([{ stored: 4, dropped: 2, tracking: true }]);
    expect([...sorted.dropped]).toEqual([['m', 2]]);
  });

  it('drops everything of a member without session or agreement', () => {
    const sorted = sortFixes([batch([150], 'stranger')], rights());
    expect(sorted).toMatchObject({ tracked: [], live: [], outcomes: [{ stored: 0, dropped: 1, tracking: false }] });
  });

  it('keeps the newest outside, and nothing else, where a live view was agreed to', () => {
    const sorted = sortFixes([batch([10, 30, 20]), batch([25])], rights({ liveAgreed: new Set(['m']) }));
    expect(sorted.live).toMatchObject([{ sessionId: null, fixes: [{ fixedAtMs: 30 }] }]);
    expect(sorted.tracked).toEqual([]);
  });

  it('keeps never more than was sent, and counts what it does not keep', () => {
    const times = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(times, { maxLength: 5 }), fc.boolean(), (batches, agreed) => {
        const sorted = sortFixes(
          batches.map((one) => batch(one)),
          rights({ liveAgreed: new Set(agreed ? ['m'] : []) }),
        );
        for (const [index, { stored, dropped }] of sorted.outcomes.entries()) {
          expect(stored + dropped).toBe(batches[index]?.length);
        }
        const tracked = sorted.tracked.flatMap(({ fixes }) => fixes);
        expect(tracked.every(({ fixedAtMs: at }) => (at >= 100 && at < 200) || (at >= 300 && at < 400))).toBe(true);
        expect(tracked.length).toBe(
          batches.flat().filter((at) => (at >= 100 && at < 200) || (at >= 300 && at < 400)).length,
        );
      }),
    );
  });

  it('tells a fix as the contract says, and a ping as what it is', () => {
    const fact = factOf({
      memberId: 'm',
      deviceId: 'd',
      sessionId: 's',
      fixes: [fixAt(0, place), fixAt(1, place, { isPing: true })],
    });
    expect(fact.receivedAt).toBe('1970-01-01T00:00:01.000Z');
    expect(fact.fixes[0]).toEqual({
      ...place,
      fixedAt: '1970-01-01T00:00:00.000Z',
      accuracyMeters: 5,
      speedMetersPerSecond: null,
      headingDegrees: null,
      mock: null,
    });
    expect(fact.fixes[1]).toMatchObject({ isPing: true });
  });
});

describe('literals', () => {
  it('write instants as Date does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (atMs) => {
        expect(instantLiteral(atMs)).toBe(new Date(atMs).toISOString());
      }),
    );
  });

  it('write arrays of numbers and nulls', () => {
    expect(arrayLiteral([1.5, null, -2], (value) => value)).toBe('{1.5,NULL,-2}');
    expect(arrayLiteral([], (value: number) => value)).toBe('{}');
  });
});
