import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';

/** Lets so many through a second, one after the other. */
export class Pace {
  readonly #everyMs: number;
  readonly #clock: Clock;
  #nextAtMs = 0;

  constructor(perSecond: number, clock: Clock) {
    this.#everyMs = 1000 / perSecond;
    this.#clock = clock;
  }

  async turn(): Promise<void> {
    const nowMs = this.#clock.now().getTime();
    const atMs = Math.max(nowMs, this.#nextAtMs);
    this.#nextAtMs = atMs + this.#everyMs;
    if (atMs > nowMs) await pause(atMs - nowMs);
  }
}
