import type { Clock } from '../../../platform/clock.ts';

interface RetryBudgetOptions {
  readonly clock: Clock;
  /** How much of the calls may be sent again, between 0 and 1. */
  readonly share?: number;
  readonly windowMs?: number;
  /** So that a service that is called rarely is called again, too. */
  readonly leastPerWindow?: number;
}

interface Slice {
  /** Which slice of time this is, counted from the epoch. */
  number: number;
  calls: number;
  retries: number;
}

const slicesPerWindow = 10;

/**
 * Sending again helps against what is lost now and then, and makes an outage worse: so only a share of the calls of the
 * last seconds is sent again. The idea is that of Finagle's RetryBudget; the window slides in tenths.
 */
export class RetryBudget {
  readonly #clock: Clock;
  readonly #share: number;
  readonly #sliceMs: number;
  readonly #leastPerWindow: number;
  #slices: Slice[] = [];

  constructor({ clock, share = 0.1, windowMs = 10_000, leastPerWindow = 20 }: RetryBudgetOptions) {
    this.#clock = clock;
    this.#share = share;
    this.#sliceMs = windowMs / slicesPerWindow;
    this.#leastPerWindow = leastPerWindow;
  }

  /** A call is made for the first time. */
  countCall(): void {
    this.#current().calls += 1;
  }

  /** Whether a call may be made once more; if so, that is counted. */
  takeRetry(): boolean {
    const current = this.#current();
    const calls = this.#slices.reduce((sum, slice) => sum + slice.calls, 0);
    const retries = this.#slices.reduce((sum, slice) => sum + slice.retries, 0);
    if (retries >= Math.max(this.#leastPerWindow, Math.floor(calls * this.#share))) return false;
    current.retries += 1;
    return true;
  }

  /** The slice of this moment; those that lie a window back are forgotten. */
  #current(): Slice {
    const number = Math.floor(this.#clock.now().getTime() / this.#sliceMs);
    const last = this.#slices.at(-1);
    // A clock that is set back goes on in the slice it was in.
    if (last !== undefined && number <= last.number) return last;
    const current = { number, calls: 0, retries: 0 };
    this.#slices = [...this.#slices.filter((slice) => slice.number > number - slicesPerWindow), current];
    return current;
  }
}
