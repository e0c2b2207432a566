import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateKeys } from '../../states.ts';
import { gather, type Placed } from './clusters.ts';

const crowd = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 6 }),
    state: fc.constantFrom(...stateKeys),
    x: fc.double({ min: -500, max: 500, noNaN: true }),
    y: fc.double({ min: -500, max: 500, noNaN: true }),
  }),
  { selector: ({ id }) => id, maxLength: 80 },
);

describe('gathering people into clusters', () => {
  it('puts everybody into exactly one cluster and counts every state', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const clusters = gather(people, 40);
        expect(clusters.flatMap(({ ids }) => ids).sort()).toEqual(people.map(({ id }) => id).sort());
        for (const state of stateKeys) {
          const counted = clusters.reduce((sum, { counts }) => sum + counts[state], 0);
          expect(counted).toBe(people.filter((person) => person.state === state).length);
        }
      }),
    );
  });

  it('gives the same clusters whatever the order', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const sorted = (list: readonly Placed[]) => gather(list, 40).map(({ ids }) => ids.toSorted().join());
        expect(sorted([...people].reverse()).sort()).toEqual(sorted(people).sort());
      }),
    );
  });

  it('keeps apart who stands apart', () => {
    const people: Placed[] = [
      { id: 'a', state: 'present', x: 0, y: 0 },
      { id: 'b', state: 'late', x: 100, y: 0 },
    ];
    expect(gather(people, 40)).toHaveLength(2);
  });
});
