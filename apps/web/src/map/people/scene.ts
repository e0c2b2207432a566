import { type StateKey, stateKeys } from '../../states.ts';
import { initialsOf } from '../../components/initials.ts';
import { type LngLat, toWorld } from '../geometry.ts';
import { type Cluster, gather, type StateCounts } from './clusters.ts';
import { isMoving, type Motion, nextMotion, placeAt, standing } from './motion.ts';
import type { PersonOnMap } from './person.ts';

/** What stands on the map at one instant, in world coordinates (Web Mercator, 0 to 1). */
export interface Shown {
  readonly x: number;
  readonly y: number;
  /** One id is a person, several are a cluster. */
  readonly ids: readonly string[];
  readonly counts: StateCounts;
}

interface Known {
  readonly person: PersonOnMap;
  readonly initials: string;
  motion: Motion;
}

/** The pictures of large clusters are larger: in a crowd they need more room not to cover each other. */
const gatherRadiusPx = (people: number): number => (people > 300 ? 54 : people > 80 ? 40 : 30);
/** From here on people are only gathered when they cover each other almost wholly. */
const closeZoom = 18.5;
const regatherMs = 600;

/** Drawn first to last: what needs attention lies on top. */
const height: Record<StateKey, number> = {
  'not-marked': 0,
  holiday: 0,
  absent: 1,
  excused: 1,
  present: 2,
  late: 3,
  unknown: 4,
  outside: 5,
};

/** Keeps the people, moves them, and gathers them into clusters that stay still while nobody zooms. */
export const createScene = () => {
  const known = new Map<string, Known>();
  let clusters: readonly Cluster[] = [];
  let gatheredAtMs = Number.NEGATIVE_INFINITY;
  let gatheredZoom = Number.NaN;
  let chosenId: string | null = null;
  let movesUntilMs = 0;

  const regather = (zoom: number, nowMs: number) => {
    const step = Math.round(zoom * 2) / 2;
    if (step === gatheredZoom && nowMs - gatheredAtMs < regatherMs) return;
    gatheredZoom = step;
    gatheredAtMs = nowMs;
    const worldPx = 512 * 2 ** step;
    const placed = [...known.values()]
      // The chosen one always stands alone.
      .filter(({ person }) => person.id !== chosenId)
      .map(({ person, motion }) => {
        const [x, y] = toWorld(motion.to);
        return { id: person.id, state: person.state, x: x * worldPx, y: y * worldPx };
      });
    const radiusPx = gatherRadiusPx(placed.length);
    clusters = gather(placed, step >= closeZoom ? radiusPx / 2.2 : radiusPx);
    const top = ({ counts }: Cluster) => Math.max(...stateKeys.map((key) => (counts[key] > 0 ? height[key] : -1)));
    clusters = [...clusters].sort((one, other) => top(one) - top(other));
  };

  return {
    /** Takes the people as they are now; those who moved since the last time glide to their new place. */
    set: (people: readonly PersonOnMap[], nowMs: number, animates: boolean) => {
      const present = new Set(people.map(({ id }) => id));
      let changed = false;
      for (const id of known.keys()) {
        if (present.has(id)) continue;
        known.delete(id);
        changed = true;
      }
      for (const person of people) {
        const at: LngLat = [person.longitude, person.latitude];
        const before = known.get(person.id);
        if (!before || before.person.state !== person.state) changed = true;
        const motion = before
          ? nextMotion(before.motion, at, person.fixedAtMs, nowMs, animates)
          : standing(at, person.fixedAtMs);
        movesUntilMs = Math.max(movesUntilMs, motion.startedAtMs + motion.durationMs);
        known.set(person.id, {
          person,
          motion,
          initials: before?.person.name === person.name ? before.initials : initialsOf(person.name),
        });
      }
      if (changed) gatheredAtMs = Number.NEGATIVE_INFINITY;
    },
    choose: (id: string | null) => {
      if (id === chosenId) return;
      chosenId = id;
      gatheredAtMs = Number.NEGATIVE_INFINITY;
    },
    chosen: (): Known | null => (chosenId === null ? null : (known.get(chosenId) ?? null)),
    person: (id: string) => known.get(id) ?? null,
    isMoving: (nowMs: number): boolean => nowMs < movesUntilMs,
    placeOf: (id: string, nowMs: number): LngLat | null => {
      const entry = known.get(id);
      return entry ? placeAt(entry.motion, nowMs) : null;
    },
    /** Everything to draw but the chosen one, lowest first. */
    shown: (zoom: number, nowMs: number): Shown[] => {
      regather(zoom, nowMs);
      return clusters.map(({ ids, counts }) => {
        let [sumX, sumY] = [0, 0];
        for (const id of ids) {
          const entry = known.get(id);
          if (!entry) continue;
          const [x, y] = toWorld(isMoving(entry.motion, nowMs) ? placeAt(entry.motion, nowMs) : entry.motion.to);
          sumX += x;
          sumY += y;
        }
        return { ids, counts, x: sumX / ids.length, y: sumY / ids.length };
      });
    },
  };
};
