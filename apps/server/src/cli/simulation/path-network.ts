import type { SitePlan } from '@muster/contracts';
import CheapRuler from 'cheap-ruler';

/** Longitude first, as in GeoJSON. */
export type Place = [number, number];

interface Junction {
  readonly place: Place;
  readonly neighbors: { readonly to: number; readonly meters: number }[];
}

/** Paths are cut into pieces of this length, and pieces of different paths this near to each other are connected. */
const pieceMeters = 8;

/** The paths of a site plan as a network to walk on. */
export class PathNetwork {
  readonly #ruler: CheapRuler;
  readonly #isOnSite: (place: Place) => boolean;
  readonly #junctions: Junction[] = [];
  readonly #reachable: readonly number[];

  /**
   * Of the plan's paths those that lie on the site, and can be reached from `start`, where people come in: a plan may
   * show the road outside, too.
   */
  constructor(plan: SitePlan, start: Place, isOnSite: (place: Place) => boolean) {
    this.#isOnSite = isOnSite;
    this.#ruler = new CheapRuler(start[1], 'meters');
    for (const { properties, geometry } of plan.features) {
      if (properties.kind !== 'path') continue;
      if (geometry.type === 'LineString') this.#addLine(geometry.coordinates);
      if (geometry.type === 'Polygon') for (const ring of geometry.coordinates) this.#addLine(ring);
    }
    this.#connectNear();
    const everywhere = this.#junctions.map((_, index) => index);
    this.#reachable = this.#distancesFrom(this.#nearest(start, everywhere)).flatMap(({ meters }, index) =>
      Number.isFinite(meters) ? [index] : [],
    );
  }

  get isEmpty(): boolean {
    return this.#reachable.length < 2;
  }

  /** Any place on the paths; `random` in [0, 1) picks it. */
  somewhere(random: () => number): Place {
    const index = this.#reachable[Math.floor(random() * this.#reachable.length)] ?? 0;
    return this.#at(index).place;
  }

  /** The way on the paths from one place to another, both included; straight where there is none. */
  way(from: Place, to: Place): Place[] {
    const [first, last] = [this.#nearest(from), this.#nearest(to)];
    const found = this.#distancesFrom(first);
    const way: Place[] = [to];
    for (let at: number | null = last; at !== null; at = found[at]?.before ?? null) way.push(this.#at(at).place);
    return [from, ...(Number.isFinite(found[last]?.meters) ? way.toReversed() : [to])];
  }

  meters(from: Place, to: Place): number {
    return this.#ruler.distance(from, to);
  }

  #at(index: number): Junction {
    const junction = this.#junctions[index];
    if (junction === undefined) throw new Error('The site plan has no paths.');
    return junction;
  }

  #addLine(line: readonly Place[]): void {
    let before: number | null = null;
    for (const [index, to] of line.entries()) {
      const from: Place = line[index - 1] ?? to;
      const pieces = Math.max(1, Math.ceil(this.meters(from, to) / pieceMeters));
      for (let piece = 1; piece <= pieces; piece += 1) {
        const share = piece / pieces;
        const added = this.#junctions.length;
        const place: Place = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
        if (!this.#isOnSite(place)) {
          before = null;
          continue;
        }
        this.#junctions.push({ place, neighbors: [] });
        if (before !== null) this.#connect(before, added);
        before = added;
      }
    }
  }

  #connectNear(): void {
    for (const [index, { place }] of this.#junctions.entries()) {
      for (let other = 0; other < index; other += 1) {
        if (this.meters(place, this.#at(other).place) <= pieceMeters) this.#connect(index, other);
      }
    }
  }

  #connect(one: number, other: number): void {
    const meters = this.meters(this.#at(one).place, this.#at(other).place);
    this.#at(one).neighbors.push({ to: other, meters });
    this.#at(other).neighbors.push({ to: one, meters });
  }

  #nearest(place: Place, among: readonly number[] = this.#reachable): number {
    let [nearest, nearestMeters] = [among[0] ?? 0, Number.POSITIVE_INFINITY];
    for (const index of among) {
      const meters = this.meters(place, this.#at(index).place);
      if (meters < nearestMeters) [nearest, nearestMeters] = [index, meters];
    }
    return nearest;
  }

  /** Dijkstra's algorithm without a heap: a campus has some hundred junctions. */
  #distancesFrom(start: number): { meters: number; before: number | null }[] {
    const found = this.#junctions.map((_, index) => ({
      meters: index === start ? 0 : Number.POSITIVE_INFINITY,
      before: null as number | null,
    }));
    const open = new Set(found.length > 0 ? [start] : []);
    while (open.size > 0) {
      const at = [...open].reduce((best, one) => (meterOf(found, one) < meterOf(found, best) ? one : best));
      open.delete(at);
      for (const { to, meters } of this.#at(at).neighbors) {
        const known = found[to];
        if (known === undefined || known.meters <= meterOf(found, at) + meters) continue;
        known.meters = meterOf(found, at) + meters;
        known.before = at;
        open.add(to);
      }
    }
    return found;
  }
}

const meterOf = (found: readonly { meters: number }[], index: number): number =>
  found[index]?.meters ?? Number.POSITIVE_INFINITY;
