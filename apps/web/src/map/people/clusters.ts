import { type StateKey, stateKeys } from '../../states.ts';

/** A place on the flat world in pixels of some zoom level. */
export interface Placed {
  readonly id: string;
  readonly state: StateKey;
  readonly x: number;
  readonly y: number;
}

export type StateCounts = Record<StateKey, number>;

export interface Cluster {
  readonly ids: readonly string[];
  readonly counts: StateCounts;
}

export const countStates = (states: Iterable<StateKey>): StateCounts => {
  const counts = Object.fromEntries(stateKeys.map((key) => [key, 0])) as StateCounts;
  for (const state of states) counts[state] += 1;
  return counts;
};

/**
 * Gathers people who would cover each other. Greedy by a grid: each person not yet taken gathers all others within the
 * radius. The order is by id, so that the same crowd gives the same clusters whatever order it arrives in.
 */
export const gather = (people: readonly Placed[], radiusPx: number): Cluster[] => {
  const ordered = [...people].sort((one, other) => (one.id < other.id ? -1 : 1));
  const cells = new Map<string, Placed[]>();
  const cellOf = (value: number) => Math.floor(value / radiusPx);
  for (const person of ordered) {
    const key = `${cellOf(person.x)} ${cellOf(person.y)}`;
    const cell = cells.get(key);
    if (cell) cell.push(person);
    else cells.set(key, [person]);
  }
  const taken = new Set<string>();
  const clusters: Cluster[] = [];
  for (const seed of ordered) {
    if (taken.has(seed.id)) continue;
    const members: Placed[] = [];
    for (let column = -1; column <= 1; column += 1) {
      for (let row = -1; row <= 1; row += 1) {
        for (const person of cells.get(`${cellOf(seed.x) + column} ${cellOf(seed.y) + row}`) ?? []) {
          if (taken.has(person.id) || Math.hypot(person.x - seed.x, person.y - seed.y) > radiusPx) continue;
          taken.add(person.id);
          members.push(person);
        }
      }
    }
    clusters.push({ ids: members.map(({ id }) => id), counts: countStates(members.map(({ state }) => state)) });
  }
  return clusters;
};
