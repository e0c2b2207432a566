import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultPresenceRules,
  foldFix,
  needsReplay,
  type PresenceContext,
  type PresenceFix,
  type PresenceProgress,
  replay,
  sessionNeedsReplay,
  startPresence,
} from './excursions.ts';
import { timelineAt } from './presence-timeline.ts';

const minute = 60_000;
const entered = Date.UTC(2026, 2, 2, 8);
const context: PresenceContext = {
  session: { enteredAtMs: entered, exitedAtMs: null },
  fences: [{ kind: 'circle', center: { latitude: 47, longitude: 15 }, radiusMeters: 200 }],
  rules: defaultPresenceRules,
};
const metersPerDegree = 111_170;

/** A fix so many minutes after ENTER, so many meters north of the middle of the campus (radius 200 m). */
function fix(minutes: number, meters: number, more: Partial<PresenceFix> = {}): PresenceFix {
  const latitude = 47 + meters / metersPerDegree;
  return {
    fixedAtMs: entered + minutes * minute,
    deviceId: 'phone',
    latitude,
    longitude: 15,
    accuracyMeters: 10,
    ...more,
  };
}

const fixes = (...pairs: [minutes: number, meters: number][]) => pairs.map(([minutes, meters]) => fix(minutes, meters));

/** What happened, in minutes after ENTER: `out 5..9` is an excursion, `silent 2..15` a silence, then presence. */
function story(list: readonly PresenceFix[], nowMinutes: number, changed: Partial<PresenceContext> = {}): string {
  const used = { ...context, ...changed };
  const timeline = timelineAt(used.session, used.rules, replay(used, list), entered + nowMinutes * minute);
  const at = (ms: number | null) => (ms === null ? '' : String((ms - entered) / minute));
  return [
    ...timeline.excursions.map((one) => `out ${at(one.startedAtMs)}..${at(one.endedAtMs)}`),
    ...timeline.silences.map((one) => `silent ${at(one.fromMs)}..${at(one.toMs)}`),
    `${timeline.presence.value} since ${at(timeline.presence.sinceMs)}`,
  ].join(', ');
}

describe('excursions, told as stories', () => {
  it('a day on campus has none', () => {
    expect(story(fixes([1, 20], [5, 90], [9, 120]), 10)).toBe('inside since 1');
  });

  it('going out and coming back is one, from the first fix outside to the first fix back', () => {
    const list = fixes([1, 20], [5, 300], [6, 400], [7, 420], [8, 350], [9, 100], [10, 50], [11, 20]);
    expect(story(list, 12)).toBe('out 5..9, inside since 9');
  });

  it('is open while the member is out', () => {
    expect(story(fixes([1, 20], [5, 300], [6, 400]), 7)).toBe('out 5.., outside since 5');
  });

  it('one stray fix opens none', () => {
    expect(story(fixes([1, 20], [2, 5_000], [3, 30], [4, 900], [5, 10]), 6)).toBe('inside since 1');
  });

  it('two stray fixes within a few seconds open none', () => {
    expect(story(fixes([1, 20], [2, 900], [2.1, 900], [3, 30]), 4)).toBe('inside since 1');
  });

  it('opens by count when fixes come fast', () => {
    expect(story(fixes([1, 20], [2, 300], [2.1, 300], [2.2, 310]), 3)).toBe('out 2.., outside since 2');
  });

  it('opens by time when fixes come slowly', () => {
    expect(story(fixes([1, 20], [5, 300], [9, 300]), 10)).toBe('out 5.., outside since 5');
  });

  it('one stray fix back inside does not close it', () => {
    expect(story(fixes([1, 300], [3, 300], [4, 50], [4.5, 300], [6, 300]), 7)).toBe('out 1.., outside since 1');
  });

  it('stray fixes back inside, each followed by one outside, do not add up to a return', () => {
    const list = fixes([1, 300], [3, 300], [4, 50], [5, 300], [6, 50], [7, 300], [8, 50], [9, 300]);
    expect(story(list, 10)).toBe('out 1.., outside since 1');
  });

  it('several fixes of one instant are one observation', () => {
    const again = [10, 11, 12, 13].map((accuracyMeters) => fix(2, 900, { accuracyMeters }));
    expect(story([fix(1, 20), ...again, fix(3, 30)], 4)).toBe('inside since 1');
  });

  it('two accuracies for one place and instant are both heard, whichever came first', () => {
    const [sharp, vague] = [fix(3, 300), fix(3, 300, { accuracyMeters: 900 })];
    const rest = fixes([1, 20], [4, 300]);
    expect(story([...rest, sharp, vague], 5)).toBe('out 3.., outside since 3');
    expect(story([...rest, vague, sharp], 5)).toBe('out 3.., outside since 3');
  });

  it('walking along the fence opens none: the hysteresis is not passed', () => {
    expect(story(fixes([1, 150], [3, 205], [5, 225], [7, 215], [9, 205]), 10)).toBe('inside since 1');
  });

  it('a fix whose circle crosses the edge neither opens nor closes nor interrupts', () => {
    const vague = (minutes: number, meters: number) => fix(minutes, meters, { accuracyMeters: 150 });
    expect(story([fix(1, 20), vague(3, 280), vague(5, 280), vague(7, 280)], 8)).toBe('inside since 1');
    expect(story([fix(1, 20), fix(3, 300), vague(4, 190), fix(5, 300)], 8)).toBe('out 3.., outside since 3');
    expect(story([...fixes([1, 300], [3, 300]), vague(5, 100), vague(7, 100)], 8)).toBe('out 1.., outside since 1');
  });

  it('a network position kilometers wide proves nothing, however far away', () => {
    const network = (minutes: number) => fix(minutes, 9_000, { accuracyMeters: 1_500 });
    expect(story([fix(1, 20), network(3), network(5), network(7)], 8)).toBe('inside since 1');
  });

  it('a phone that gives no accuracy is taken to be 50 m vague', () => {
    const vague = (minutes: number, meters: number) => fix(minutes, meters, { accuracyMeters: null });
    expect(story([fix(1, 20), vague(3, 265), vague(5, 265)], 8)).toBe('inside since 1');
    expect(story([fix(1, 20), vague(3, 275), vague(5, 275)], 8)).toBe('out 3.., outside since 3');
  });

  it('a ping with an old position shows life and nothing else', () => {
    const ping = (minutes: number) => fix(minutes, 900, { isPing: true });
    expect(story([fix(1, 20), ping(8), ping(16), ping(24)], 25)).toBe('inside since 1');
  });

  it('a silent phone is unknown, never outside', () => {
    expect(story(fixes([1, 20], [2, 30]), 13)).toBe('silent 2.., unknown since 2');
    expect(story(fixes([1, 20], [2, 30], [30, 20]), 31)).toBe('silent 2..30, inside since 30');
    expect(story([], 11)).toBe('silent 0.., unknown since 0');
  });

  it('a fix outside before a silence and one after it are not one stay outside', () => {
    expect(story(fixes([1, 20], [2, 300], [60, 300]), 60.5)).toBe('silent 2..60, unknown since 2');
    expect(story(fixes([1, 20], [2, 300], [60, 300], [62, 300]), 63)).toBe('out 60.., silent 2..60, outside since 60');
  });

  it('a silence inside an excursion does not end it, and is not counted as time outside', () => {
    const list = fixes([1, 300], [5, 300], [30, 320], [31, 50], [33, 50]);
    expect(story(list, 34)).toBe('out 1..31, silent 5..30, inside since 31');
    const timeline = timelineAt(context.session, context.rules, replay(context, list), entered + 34 * minute);
    expect(timeline.outsideMs).toBe(5 * minute);
    expect(timeline.silentMs).toBe(25 * minute);
  });

  it('EXIT closes what is open, and everything is unknown from then on', () => {
    const session = { enteredAtMs: entered, exitedAtMs: entered + 20 * minute };
    expect(story(fixes([1, 300], [5, 400], [14, 420]), 50, { session })).toBe('out 1..20, unknown since 20');
    expect(story(fixes([1, 300], [5, 400]), 50, { session })).toBe('out 1..20, silent 5..20, unknown since 20');
  });

  it('the fix at the very moment of EXIT still counts', () => {
    const session = { enteredAtMs: entered, exitedAtMs: entered + 5 * minute };
    expect(story(fixes([1, 20], [3, 300], [5, 300]), 9, { session })).toBe('out 3..5, unknown since 5');
  });

  it('fixes before ENTER and after EXIT do not exist', () => {
    const session = { enteredAtMs: entered, exitedAtMs: entered + 20 * minute };
    const list = fixes([-9, 900], [-5, 900], [1, 20], [9, 20], [15, 20], [25, 900], [30, 900], [40, 900]);
    expect(story(list, 50, { session })).toBe('unknown since 20');
  });

  it('nothing can be said of a site without a geofence', () => {
    expect(story(fixes([1, 20], [5, 900], [7, 900], [9, 900]), 10, { fences: [] })).toBe('unknown since 0');
  });

  it('a small site can cap the inaccuracy that counts against being inside', () => {
    const small: Partial<PresenceContext> = {
      fences: [{ kind: 'circle', center: { latitude: 47, longitude: 15 }, radiusMeters: 40 }],
    };
    const list = [...fixes([1, 300], [3, 300]), fix(5, 0, { accuracyMeters: 60 }), fix(7, 5, { accuracyMeters: 60 })];
    expect(story(list, 8, small)).toBe('out 1.., outside since 1');
    const rules = { ...defaultPresenceRules, insideAccuracyCapMeters: 25 };
    expect(story(list, 8, { ...small, rules })).toBe('out 1..5, inside since 5');
  });

  it('remembers how far it went, and when', () => {
    const [excursion] = replay(context, fixes([1, 20], [5, 300], [6, 900], [7, 420], [9, 100], [11, 20])).closed;
    expect(excursion?.farthestMeters).toBeCloseTo(700, -1);
    expect(excursion?.farthestAtMs).toBe(entered + 6 * minute);
    expect(excursion?.decidedAtMs).toBe(entered + 6 * minute);
  });

  it('works the same on the night when the clocks change', () => {
    const enteredAtMs = Date.UTC(2026, 2, 29, 0, 30);
    const session = { enteredAtMs, exitedAtMs: null };
    const shifted = fixes([1, 20], [25, 300], [31, 300], [40, 300], [45, 20], [47, 20]).map((one) => ({
      ...one,
      fixedAtMs: one.fixedAtMs - entered + enteredAtMs,
    }));
    const rules = { ...defaultPresenceRules, silentAfterMs: 60 * minute };
    const { closed } = replay({ ...context, session, rules }, shifted);
    expect(closed.map((one) => (one.endedAtMs ?? 0) - one.startedAtMs)).toEqual([20 * minute]);
  });
});

const anyFix = fc
  .record({
    minutes: fc.integer({ min: -4, max: 240 }).map((half) => half / 2),
    meters: fc.constantFrom(0, 60, 150, 195, 205, 225, 240, 300, 900),
    accuracyMeters: fc.constantFrom(5, 10, 10, 60, 150, 900, null),
    deviceId: fc.constantFrom('phone', 'phone', 'tablet'),
    isPing: fc.constantFrom(false, false, false, true),
  })
  .map(({ minutes, meters, ...more }) => fix(minutes, meters, more));
const anyFixes = fc.array(anyFix, { maxLength: 60 });
const exitMinutes = fc.option(fc.integer({ min: 5, max: 120 }), { nil: null });
const sessionUntil = (minutes: number | null) => ({
  enteredAtMs: entered,
  exitedAtMs: minutes === null ? null : entered + minutes * minute,
});

/** As the service does it: fold what is newer, replay everything when something older comes. */
function deliver(used: PresenceContext, batches: readonly (readonly PresenceFix[])[]): PresenceProgress {
  const known: PresenceFix[] = [];
  let progress = startPresence(used.session);
  for (const batch of batches) {
    known.push(...batch);
    for (const one of batch) {
      const isLate = needsReplay(used, progress, one);
      progress = isLate ? replay(used, known) : foldFix(used, progress, one);
    }
    progress = JSON.parse(JSON.stringify(progress)) as PresenceProgress;
  }
  return progress;
}

describe('whatever the order', () => {
  it('shuffled and repeated fixes give the same as once in order', () => {
    fc.assert(
      fc.property(anyFixes, fc.array(fc.nat(), { maxLength: 90 }), exitMinutes, (list, picks, exit) => {
        const used = { ...context, session: sessionUntil(exit) };
        const repeated = list.length === 0 ? [] : picks.map((pick) => list[pick % list.length] as PresenceFix);
        expect(replay(used, [...repeated, ...list.toReversed()])).toEqual(replay(used, list));
      }),
    );
  });

  it('delivered in any batches, late or not, they give the same as one replay', () => {
    const split = fc.array(fc.array(anyFix, { maxLength: 12 }), { maxLength: 8 });
    fc.assert(
      fc.property(split, exitMinutes, (batches, exit) => {
        const used = { ...context, session: sessionUntil(exit) };
        expect(deliver(used, batches)).toEqual(replay(used, batches.flat()));
      }),
      { numRuns: 400 },
    );
  });

  it('what was closed stays as it was when newer fixes come', () => {
    fc.assert(
      fc.property(anyFixes, fc.integer({ min: 0, max: 120 }), (list, cut) => {
        const early = replay(
          context,
          list.filter((one) => one.fixedAtMs <= entered + cut * minute),
        );
        const all = replay(context, list);
        expect(all.closed.slice(0, early.closed.length)).toEqual(early.closed);
        expect(all.silences.slice(0, early.silences.length)).toEqual(early.silences);
        const begun = [...all.closed, all.open].map((one) => one?.startedAtMs);
        expect(early.open === null || begun.includes(early.open.startedAtMs)).toBe(true);
      }),
    );
  });

  it('excursions follow each other, and times add up', () => {
    fc.assert(
      fc.property(anyFixes, exitMinutes, fc.integer({ min: 0, max: 200 }), (list, exit, now) => {
        const used = { ...context, session: sessionUntil(exit) };
        const timeline = timelineAt(used.session, used.rules, replay(used, list), entered + now * minute);
        let freeFromMs = entered;
        for (const one of timeline.excursions) {
          expect(one.startedAtMs).toBeGreaterThanOrEqual(freeFromMs);
          expect(one.decidedAtMs).toBeGreaterThanOrEqual(one.startedAtMs);
          expect(one.farthestMeters).toBeGreaterThan(0);
          freeFromMs = one.endedAtMs ?? Number.POSITIVE_INFINITY;
          expect(freeFromMs).toBeGreaterThanOrEqual(one.decidedAtMs);
        }
        expect(timeline.outsideMs).toBeGreaterThanOrEqual(0);
        expect(timeline.silentMs).toBeGreaterThanOrEqual(0);
        expect(timeline.outsideMs + timeline.silentMs).toBeLessThanOrEqual(250 * minute);
      }),
    );
  });
});

describe('late knowledge', () => {
  it('an older fix cannot be folded, only replayed', () => {
    const progress = replay(context, fixes([1, 20], [5, 300]));
    expect(needsReplay(context, progress, fix(3, 20))).toBe(true);
    expect(needsReplay(context, progress, fix(5, 300))).toBe(false);
    expect(needsReplay(context, progress, fix(-3, 20))).toBe(false);
    expect(() => foldFix(context, progress, fix(3, 20))).toThrow(RangeError);
    expect(foldFix(context, progress, fix(5, 300))).toBe(progress);
  });

  it('an EXIT that is learned after later fixes asks for a replay', () => {
    const progress = replay(context, fixes([1, 20], [5, 300]));
    const exitAt = (minutes: number) => ({ enteredAtMs: entered, exitedAtMs: entered + minutes * minute });
    expect(sessionNeedsReplay(exitAt(4), progress)).toBe(true);
    expect(sessionNeedsReplay(exitAt(5), progress)).toBe(false);
    expect(sessionNeedsReplay({ enteredAtMs: entered + 1, exitedAtMs: null }, progress)).toBe(true);
  });
});
