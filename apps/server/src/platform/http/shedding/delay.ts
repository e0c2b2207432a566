import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 20;

/**
 * How long requests wait before anything is done for them: until the event loop comes round to them, and until there is
 * a connection to the database.
 */
export class DelayMeter {
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #waits = 0;
  #waitedMs = 0;
  #lastMs = 0;

  constructor() {
    this.#loop.enable();
  }

  /** From when a transaction was asked for to its begin. */
  waited(ms: number): void {
    this.#waits += 1;
    this.#waitedMs += ms;
  }

  /** The longer of the two, on average since it was last asked for. */
  take(): number {
    // The histogram holds the time between its own timers, not only by how much they were late.
    const loopMs = Math.max(0, this.#loop.mean / 1e6 - resolutionMs) || 0;
    const transactionMs = this.#waits === 0 ? 0 : this.#waitedMs / this.#waits;
    this.#loop.reset();
    this.#waits = 0;
    this.#waitedMs = 0;
    this.#lastMs = Math.max(loopMs, transactionMs);
    return this.#lastMs;
  }

  /** What was taken last. */
  get lastMs(): number {
    return this.#lastMs;
  }

  stop(): void {
    this.#loop.disable();
  }
}
