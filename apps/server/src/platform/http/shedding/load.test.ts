import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { type Importance, importances } from './importance.ts';
import { Load, type Slot } from './load.ts';

const ceilings = { report: 0.4, view: 0.7, position: 0.9, essential: 1 };
const settings = {
  least: 50,
  most: 100,
  targetDelayMs: 250,
  patienceSeconds: 0,
  growthPerSecond: 10,
  newForSeconds: 0,
};

/** Lets in as many as may come. */
const fill = (load: Load, importance: Importance, orgId?: string): Slot[] => {
  const slots: Slot[] = [];
  for (let slot = load.enter(importance); typeof slot !== 'string'; slot = load.enter(importance)) {
    if (orgId !== undefined && !slot.belongsTo(orgId)) return slots;
    slots.push(slot);
  }
  return slots;
};

type Step =
  | { readonly kind: 'enter'; readonly importance: Importance; readonly orgId: string; readonly isKnown: boolean }
  | { readonly kind: 'leave' | 'pause' | 'resume'; readonly which: number }
  | { readonly kind: 'second'; readonly delayMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('enter' as const),
      importance: fc.constantFrom(...importances),
      orgId: fc.constantFrom('a', 'b', 'c'),
      isKnown: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('leave' as const, 'pause' as const, 'resume' as const),
      which: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('second' as const), delayMs: fc.integer({ min: 0, max: 2_000 }) }),
  },
);

describe('the load of a process', () => {
  it('lets nobody in beyond the ceiling of their kind, and counts who is in flight exactly', () => {
    const small = { ...settings, least: 5, most: 20 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const load = new Load(small);
        const all: Slot[] = [];
        const held = new Set<Slot>();
        for (const each of steps) {
          if (each.kind === 'second') load.secondPassed(each.delayMs);
          else if (each.kind === 'enter') {
            const before = load.inFlight;
            const slot = load.enter(each.importance, each.isKnown ? each.orgId : null);
            expect(slot === 'overload').toBe(before >= Math.floor(ceilings[each.importance] * load.limit));
            if (typeof slot !== 'string') {
              all.push(slot);
              if (slot.belongsTo(each.orgId)) held.add(slot);
            }
          } else {
            const slot = all[each.which % Math.max(1, all.length)];
            if (slot === undefined) continue;
            if (each.kind === 'pause') slot.pause();
            if (each.kind === 'leave') slot.leave();
            const wasHeld = held.has(slot);
            if (each.kind !== 'resume') held.delete(slot);
            else {
              const before = load.inFlight;
              if (slot.resume() === null && load.inFlight > before) held.add(slot);
              if (!wasHeld && held.has(slot)) {
                expect(load.inFlight).toBeLessThanOrEqual(ceilings[slot.importance] * load.limit);
              }
            }
          }
          expect(load.inFlight).toBe(held.size);
        }
        for (const slot of all) slot.leave();
        expect(load.inFlight).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('lets in what is essential as long as it lets in anything, and so on down', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...importances), { maxLength: 120 }), (entering) => {
        const load = new Load(settings);
        for (const importance of entering) load.enter(importance);
        const lets = importances.map((importance) => {
          const slot = load.enter(importance);
          if (typeof slot !== 'string') slot.leave();
          return typeof slot !== 'string';
        });
        // Once one kind is let in, so is every more important one.
        expect(lets).toEqual([...lets].sort((one, other) => Number(one) - Number(other)));
      }),
    );
  });

  it('keeps room for the more important, whatever floods it', () => {
    const load = new Load(settings);
    expect(importances.map((importance) => fill(load, importance).length)).toEqual([40, 30, 20, 10]);
    expect(load.inFlight).toBe(100);
  });

  it('shrinks while requests wait too long, never below what is always allowed, and recovers', () => {
    const load = new Load(settings);
    load.secondPassed(250);
    expect(load.limit).toBe(100);
    load.secondPassed(260);
    expect(load.limit).toBe(90);
    for (let second = 0; second < 5; second += 1) load.secondPassed(3_000);
    expect(load.limit).toBe(50);
    const limits = Array.from({ length: 6 }, () => {
      load.secondPassed(0);
      return load.limit;
    });
    expect(limits).toEqual([60, 70, 80, 90, 100, 100]);
  });
});

describe('a process that is new', () => {
  it('takes its own slowness for no sign of overload', () => {
    const load = new Load({ ...settings, newForSeconds: 3 });
    const limits = Array.from({ length: 5 }, () => {
      load.secondPassed(3_000);
      return load.limit;
    });
    expect(limits).toEqual([100, 100, 100, 50, 50]);
  });
});

describe('a burst', () => {
  it('passes without a limit; what stays slow lowers it', () => {
    const load = new Load({ ...settings, patienceSeconds: 2 });
    const limits = [300, 300, 0, 300, 300, 500].map((delayMs) => {
      load.secondPassed(delayMs);
      return load.limit;
    });
    expect(limits).toEqual([100, 100, 100, 100, 100, 50]);
  });
});

describe('organizations', () => {
  it('may use everything when alone', () => {
    for (const importance of importances) {
      const load = new Load(settings);
      expect(fill(load, importance, 'a')).toHaveLength(100 * ceilings[importance]);
    }
  });

  it('are not held to their shares while there is room', () => {
    const load = new Load(settings);
    load.enter('position', 'b');
    expect(fill(load, 'position', 'a').length).toBeGreaterThan(60);
  });

  it('have all to themselves again ten seconds after the others have gone', () => {
    const load = new Load(settings);
    const other = load.enter('view', 'b');
    if (typeof other !== 'string') other.leave();
    expect(fill(load, 'essential', 'a')).toHaveLength(70);
    for (let second = 0; second < 10; second += 1) load.secondPassed(0);
    expect(fill(load, 'essential', 'a')).toHaveLength(30);
  });

  it.each(['report', 'view', 'position', 'essential'] as const)(
    'that want more than there is get the same, within a fifth, however hard one of them pushes: %s',
    (importance) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 10 }), fc.constantFrom(0, 0.5, 1), fc.integer(), (push, known, seed) => {
          const chance = seededRandom(seed);
          const load = new Load(settings);
          const inFlight: { readonly orgId: string; readonly slot: Slot }[] = [];
          const served = new Map([
            ['a', 0],
            ['b', 0],
          ]);
          for (let turn = 0; turn < 4_000; turn += 1) {
            // Far more ask than are done with, one of the two `push` times as often as the other, which asks for enough, too.
            for (let asking = 0; asking < 12; asking += 1) {
              const orgId = chance() * (push + 1) < push ? 'a' : 'b';
              const slot = load.enter(importance, chance() < known ? orgId : null);
              if (typeof slot !== 'string' && slot.belongsTo(orgId)) inFlight.push({ orgId, slot });
            }
            const [done] = inFlight.splice(Math.floor(chance() * inFlight.length * 1.2), 1);
            if (done === undefined) continue;
            done.slot.leave();
            if (turn > 1_000) served.set(done.orgId, (served.get(done.orgId) ?? 0) + 1);
          }
          const [a = 0, b = 0] = [...served.values()];
          expect(Math.min(a, b) / Math.max(a, b)).toBeGreaterThan(0.8);
        }),
        { numRuns: 20 },
      );
    },
  );
});
