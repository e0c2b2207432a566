import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPresenceRules, type Excursion } from './excursions.ts';
import { diffExcursions, isAlertable } from './presence-timeline.ts';

const minute = 60_000;

function excursion(start: number, end: number | null, more: Partial<Excursion> = {}): Excursion {
  return {
    startedAtMs: start * minute,
    endedAtMs: end === null ? null : end * minute,
    decidedAtMs: (start + 1) * minute,
    farthestMeters: 300,
    farthestAtMs: start * minute,
    endedBy: end === null ? null : 'return',
    ...more,
  };
}
type Stored = Excursion & { id: string };
const stored = (id: string, ...values: Parameters<typeof excursion>): Stored => ({ id, ...excursion(...values) });

/** The ids that fell into each list; new ones by their start. */
function summary(before: Stored[], after: Excursion[]) {
  const changes = diffExcursions(before, after);
  const ids = (pairs: readonly { before: Stored }[]) => pairs.map((pair) => pair.before.id);
  return {
    opened: changes.opened.map((one) => one.startedAtMs / minute),
    closed: ids(changes.closed),
    repaired: ids(changes.repaired),
    extended: ids(changes.extended),
    withdrawn: changes.withdrawn.map((one) => one.id),
  };
}
const nothing = { opened: [], closed: [], repaired: [], extended: [], withdrawn: [] };

describe('what became of the excursions', () => {
  it('nothing, when the same is computed again', () => {
    expect(summary([stored('a', 5, 9), stored('b', 20, null)], [excursion(5, 9), excursion(20, null)])).toEqual(
      nothing,
    );
  });

  it('one opened', () => {
    expect(summary([stored('a', 5, 9)], [excursion(5, 9), excursion(20, null)])).toEqual({ ...nothing, opened: [20] });
  });

  it('one that was over when it became known is opened once, with its end', () => {
    expect(summary([], [excursion(5, 9)])).toEqual({ ...nothing, opened: [5] });
  });

  it('one closed', () => {
    expect(summary([stored('a', 5, null)], [excursion(5, 9)])).toEqual({ ...nothing, closed: ['a'] });
  });

  it('one went farther', () => {
    const after = [excursion(5, null, { farthestMeters: 900 })];
    expect(summary([stored('a', 5, null)], after)).toEqual({ ...nothing, extended: ['a'] });
  });

  it('an earlier start is the same excursion, told better', () => {
    expect(summary([stored('a', 5, null)], [excursion(3, null)])).toEqual({ ...nothing, repaired: ['a'] });
    expect(summary([stored('a', 5, 9)], [excursion(3, 8)])).toEqual({ ...nothing, repaired: ['a'] });
  });

  it('an end can be taken back', () => {
    expect(summary([stored('a', 5, 9)], [excursion(5, null)])).toEqual({ ...nothing, repaired: ['a'] });
  });

  it('one withdrawn, because a late fix showed the member inside', () => {
    expect(summary([stored('a', 5, null)], [])).toEqual({ ...nothing, withdrawn: ['a'] });
  });

  it('two turn out to be one: the longer keeps its id', () => {
    const before = [stored('a', 5, 20), stored('b', 25, 30)];
    expect(summary(before, [excursion(5, 30)])).toEqual({ ...nothing, repaired: ['a'], withdrawn: ['b'] });
    const shortFirst = [stored('a', 5, 8), stored('b', 10, 30)];
    expect(summary(shortFirst, [excursion(5, 30)])).toEqual({ ...nothing, repaired: ['b'], withdrawn: ['a'] });
  });

  it('one turns out to be two: the second is new', () => {
    const after = [excursion(5, 20), excursion(25, 30)];
    expect(summary([stored('a', 5, 30)], after)).toEqual({ ...nothing, repaired: ['a'], opened: [25] });
  });

  it('closed, and the next opened at once: the next is news', () => {
    const after = [excursion(5, 9), excursion(20, null)];
    expect(summary([stored('a', 5, null)], after)).toEqual({ ...nothing, closed: ['a'], opened: [20] });
    const startsEarlier = [excursion(4, 9), excursion(20, null)];
    expect(summary([stored('a', 5, null)], startsEarlier)).toEqual({ ...nothing, closed: ['a'], opened: [20] });
  });

  it('storing what the difference says, and comparing again, leaves nothing to say', () => {
    const spans = fc
      .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 0, maxLength: 12 })
      .map((edges) => edges.toSorted((one, other) => one - other))
      .map((edges) =>
        edges
          .filter((_, index) => index % 2 === 0)
          .map((start, index) => excursion(start, edges[index * 2 + 1] ?? null)),
      );
    fc.assert(
      fc.property(fc.array(spans, { minLength: 1, maxLength: 6 }), (revisions) => {
        let rows: Stored[] = [];
        let minted = 0;
        const openings: string[] = [];
        for (const after of revisions) {
          const changes = diffExcursions(rows, after);
          const pairs = [...changes.closed, ...changes.repaired, ...changes.extended];
          rows = rows
            .filter((row) => !changes.withdrawn.includes(row))
            .map((row) => ({ ...row, ...pairs.find((pair) => pair.before === row)?.after }));
          for (const one of changes.opened) {
            minted += 1;
            openings.push(`id ${minted}`);
            rows.push({ id: `id ${minted}`, ...one });
          }
          const told = rows
            .map(({ id: _, ...one }) => one)
            .toSorted((one, other) => one.startedAtMs - other.startedAtMs);
          expect(told).toEqual(after);
          expect(summary(rows, after)).toEqual(nothing);
        }
        expect(new Set(openings).size).toBe(openings.length);
      }),
    );
  });
});

describe('news', () => {
  it('is news for a quarter of an hour', () => {
    const one = excursion(5, null);
    expect(isAlertable(defaultPresenceRules, one, one.decidedAtMs + 15 * minute)).toBe(true);
    expect(isAlertable(defaultPresenceRules, one, one.decidedAtMs + 15 * minute + 1)).toBe(false);
  });
});
