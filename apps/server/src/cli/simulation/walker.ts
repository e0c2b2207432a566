import type { PathNetwork, Place } from './path-network.ts';
import { between } from './random.ts';

const restMs = [15_000, 90_000] as const;

/** Somebody on foot: walks to somewhere on the paths, rests, and walks on; or goes where they are sent. */
export class Walker {
  readonly #network: PathNetwork;
  readonly #random: () => number;
  readonly #speedMetersPerSecond: number;
  #place: Place;
  #ahead: Place[] = [];
  #restMs = 0;
  #isSent = false;

  constructor(network: PathNetwork, place: Place, random: () => number) {
    this.#network = network;
    this.#place = place;
    this.#random = random;
    // A day passes in ten minutes, so people are in a hurry.
    this.#speedMetersPerSecond = between(random, 2.2, 3.6);
  }

  get place(): Place {
    return this.#place;
  }

  get hasArrived(): boolean {
    return this.#ahead.length === 0 && this.#restMs <= 0;
  }

  /** Along exactly these places, and then a rest. */
  send(along: readonly Place[], thenRestMs = 0): void {
    this.#ahead = [...along];
    this.#restMs = thenRestMs;
    this.#isSent = true;
  }

  /** Where they are after a while, and how fast they walk: 0 at rest. */
  walk(elapsedMs: number): { place: Place; speedMetersPerSecond: number } {
    if (this.hasArrived && !this.#isSent) this.#wander();
    let leftMeters = (elapsedMs / 1000) * this.#speedMetersPerSecond;
    const isWalking = this.#ahead.length > 0;
    while (leftMeters > 0) {
      const [next] = this.#ahead;
      if (next === undefined) break;
      const meters = this.#network.meters(this.#place, next);
      const share = meters === 0 ? 1 : Math.min(1, leftMeters / meters);
      const [x, y] = this.#place;
      this.#place = [x + (next[0] - x) * share, y + (next[1] - y) * share];
      leftMeters -= meters;
      if (share === 1) this.#ahead.shift();
    }
    if (!isWalking) this.#restMs -= elapsedMs;
    if (this.hasArrived) this.#isSent = false;
    return { place: this.#place, speedMetersPerSecond: isWalking ? this.#speedMetersPerSecond : 0 };
  }

  #wander(): void {
    this.#ahead = this.#network.way(this.#place, this.#network.somewhere(this.#random));
    this.#restMs = between(this.#random, ...restMs);
  }
}
