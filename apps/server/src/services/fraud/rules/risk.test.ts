import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { decayedPoints, levelOf, riskAt, riskPolicyDefaults, type ScoredSignal, yearlyReset } from './risk.ts';
import type { SignalKind } from '@muster/contracts';
import { signalRules } from './signals.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const nowMs = 1_772_438_400_000;

let lastId = 0;
function signal(kind: SignalKind, more: Partial<ScoredSignal> = {}): ScoredSignal {
  lastId += 1;
  return {
    id: `s${lastId}`,
    kind,
    points: signalRules[kind].points,
    causeKey: `cause ${lastId}`,
    observedAtMs: nowMs,
    dismissed: false,
    ...more,
  };
}
const score = (...signals: ScoredSignal[]) => riskAt(signals, nowMs).score;

describe('the levels', () => {
  it.each([
    [0, 'normal'],
    [20, 'normal'],
    [21, 'warning'],
    [50, 'warning'],
    [51, 'high'],
    [80, 'high'],
    [81, 'critical'],
    [400, 'critical'],
  ])('%d points are %s', (points, level) => {
    expect(levelOf(points)).toBe(level);
  });
});

describe('the score', () => {
  it('adds up different causes', () => {
    const risk = riskAt([signal('fake-gps'), signal('proxy-attendance'), signal('geo-violation')], nowMs);
    expect(risk).toMatchObject({ score: 75, level: 'high', alerts: ['fake-gps', 'proxy-attendance'] });
  });

  it('halves every half-life', () => {
    const old = signal('proxy-attendance', { observedAtMs: nowMs - 14 * dayMs });
    expect(decayedPoints(old, nowMs)).toBe(20);
    expect(decayedPoints(old, nowMs + 14 * dayMs)).toBe(10);
    expect(score(old)).toBe(20);
    expect(score(signal('proxy-attendance', { observedAtMs: nowMs + dayMs })), 'from the future').toBe(40);
  });

  it('gives the points of a dismissed signal back', () => {
    const dismissed = signal('proxy-attendance', { dismissed: true });
    expect(riskAt([dismissed, signal('geo-violation')], nowMs)).toMatchObject({ score: 5, alerts: [] });
  });

  it('is nothing without signals', () => {
    expect(riskAt([], nowMs)).toEqual({ score: 0, level: 'normal', contributions: [], alerts: [] });
  });
});

describe('one cause', () => {
  const receiver = { causeKey: 'position:phone-1' };

  it('counts once: a bad receiver does not fire twice', () => {
    const mock = signal('fake-gps', receiver);
    const travel = signal('impossible-travel', { ...receiver, observedAtMs: nowMs - hourMs });
    const risk = riskAt([travel, mock], nowMs);
    expect(risk.score).toBe(30);
    expect(risk.contributions).toEqual([
      { signalId: mock.id, kind: 'fake-gps', points: 30, counted: true },
      { signalId: travel.id, kind: 'impossible-travel', points: 0, counted: false },
    ]);
  });

  it('counts again once it is more than a day apart', () => {
    const exactly = signal('geo-violation', { ...receiver, observedAtMs: nowMs - dayMs });
    const longer = signal('geo-violation', { ...receiver, observedAtMs: nowMs - dayMs - 1 });
    expect(
      riskAt([signal('geo-violation', receiver), exactly], nowMs).contributions.filter((c) => c.counted),
    ).toHaveLength(1);
    expect(
      riskAt([signal('geo-violation', receiver), longer], nowMs).contributions.filter((c) => c.counted),
    ).toHaveLength(2);
  });

  it('lets the second signal count when the first is dismissed', () => {
    expect(score(signal('fake-gps', { ...receiver, dismissed: true }), signal('impossible-travel', receiver))).toBe(25);
  });
});

describe('alerts', () => {
  const manual = (daysAgo: number) => signal('repeated-manual-attendance', { observedAtMs: nowMs - daysAgo * dayMs });

  it('come when the recent points of a kind reach their number, without decay', () => {
    expect(riskAt([manual(0), manual(9)], nowMs).alerts).toEqual([]);
    expect(riskAt([manual(0), manual(9), manual(20)], nowMs).alerts).toEqual(['repeated-manual-attendance']);
    expect(riskAt([manual(0), manual(9), manual(31)], nowMs).alerts).toEqual([]);
  });
});

describe('the yearly reset of minors', () => {
  const instant = (text: string) => Temporal.ZonedDateTime.from(text).epochMilliseconds;

  it('falls on local midnight', () => {
    const reset = instant('2025-08-01T00:00[Europe/Zurich]');
    expect(yearlyReset(nowMs, 'Europe/Zurich', '08-01')).toBe(reset);
    expect(yearlyReset(reset, 'Europe/Zurich', '08-01')).toBe(reset);
    expect(yearlyReset(reset - 1, 'Europe/Zurich', '08-01')).toBe(instant('2024-08-01T00:00[Europe/Zurich]'));
    expect(yearlyReset(nowMs, 'Europe/Zurich', '02-29')).toBe(instant('2026-02-28T00:00[Europe/Zurich]'));
    expect(() => yearlyReset(nowMs, 'Europe/Zurich', 'August')).toThrow(RangeError);
  });

  it('forgives what was before it', () => {
    const countFromMs = nowMs - 10 * dayMs;
    const before = signal('proxy-attendance', { observedAtMs: countFromMs - 1 });
    const onIt = signal('geo-violation', { observedAtMs: countFromMs });
    const risk = riskAt([before, onIt], nowMs, { ...riskPolicyDefaults, countFromMs });
    expect(risk.contributions.map(({ signalId }) => signalId)).toEqual([onIt.id]);
  });
});

describe('whatever the signals', () => {
  const kinds = Object.keys(signalRules) as SignalKind[];
  const anySignals = (maxLength: number) =>
    fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 999 }).map(String),
        kind: fc.constantFrom(...kinds),
        points: fc.constantFrom(5, 10, 20, 25, 30, 40),
        causeKey: fc.constantFrom('a', 'b'),
        observedAtMs: fc.integer({ min: 0, max: 100 }).map((step) => nowMs - step * hourMs),
        dismissed: fc.boolean(),
      }),
      { selector: (each) => each.id, maxLength },
    );

  it('order and repetition do not matter', () => {
    const disturbed = anySignals(20).chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
    );
    fc.assert(
      fc.property(disturbed, ([list, other]) => {
        expect(JSON.stringify(riskAt(other, nowMs))).toBe(JSON.stringify(riskAt(list, nowMs)));
      }),
    );
  });

  it('a further signal never lowers the score, and dismissing one never raises it', () => {
    fc.assert(
      fc.property(anySignals(15), fc.nat(14), (list, index) => {
        const without = list.filter((_, at) => at !== index);
        const dismissed = list.map((each, at) => (at === index ? { ...each, dismissed: true } : each));
        const whole = riskAt(list, nowMs).score;
        expect(riskAt(without, nowMs).score).toBeLessThanOrEqual(whole);
        expect(riskAt(dismissed, nowMs).score).toBeLessThanOrEqual(whole);
      }),
    );
  });

  it('time alone never raises the score', () => {
    fc.assert(
      fc.property(anySignals(15), fc.integer({ min: 0, max: 400 * 24 }), (list, hours) => {
        expect(riskAt(list, nowMs + hours * hourMs).score).toBeLessThanOrEqual(riskAt(list, nowMs).score);
      }),
    );
  });

  it('one cause is counted as heavily as the spacing allows, and no more', () => {
    fc.assert(
      fc.property(anySignals(9), (list) => {
        const ofOneCause = list.map((each) => ({ ...each, causeKey: 'a', dismissed: false }));
        const risk = riskAt(ofOneCause, nowMs);
        const weigh = (subset: ScoredSignal[]) => subset.reduce((sum, each) => sum + decayedPoints(each, nowMs), 0);
        const apart = (subset: ScoredSignal[]) =>
          subset.every((a) => subset.every((b) => a === b || Math.abs(a.observedAtMs - b.observedAtMs) > dayMs));
        const subsets = ofOneCause.reduce<ScoredSignal[][]>(
          (all, each) => [...all, ...all.map((one) => [...one, each])],
          [[]],
        );
        expect(risk.score).toBe(Math.round(Math.max(...subsets.filter(apart).map(weigh))));
        const counted = ofOneCause.filter((each) =>
          risk.contributions.some((c) => c.counted && c.signalId === each.id),
        );
        expect(apart(counted)).toBe(true);
      }),
    );
  });
});
