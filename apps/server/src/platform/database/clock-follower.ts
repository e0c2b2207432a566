import { setTimeout as sleep } from 'node:timers/promises';
import type { CorrectedClock } from '../clock.ts';

/** More than this apart is worth a line in the log. */
const worthALineMs = 1_000;

interface FollowerOptions {
  readonly clock: CorrectedClock;
  /** Asks the database what time it is, in epoch milliseconds. */
  readonly ask: () => Promise<number>;
  readonly log: (message: string, error?: unknown) => void;
  /** Default 10,000. */
  readonly everyMs?: number;
}

/**
 * Keeps a clock in step with the database's, so that all processes date by one clock and agree with what PostgreSQL
 * dates itself. While the database is away the clock goes on as it went.
 *
 * An answer tells the time to within its way there and back (Cristian, "Probabilistic clock synchronization", 1989): only
 * what is beyond that is corrected, or every answer would move the clock a little.
 */
export class ClockFollower {
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #wasApartMs = 0;
  #isAway = false;
  #hasHeard = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Resolves when the database was asked once, whatever it said. */
  async start(): Promise<void> {
    await this.#follow();
    this.#running = this.#goOn();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await sleep(this.#options.everyMs ?? 10_000, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.#follow();
    }
  }

  async #follow(): Promise<void> {
    const { clock, ask, log } = this.#options;
    try {
      const asked = performance.now();
      const answeredMs = await ask();
      const heard = performance.now();
      const halfWayMs = (heard - asked) / 2;
      const isMs = answeredMs + halfWayMs;
      // The first answer counts as it is: until then the clock is the machine's, which somebody may set.
      if (!this.#hasHeard || Math.abs(clock.now().getTime() - isMs) > halfWayMs + 1) clock.correct(isMs, heard);
      this.#hasHeard = true;
      const apartMs = clock.machineNow().getTime() - isMs;
      this.#tell(Math.abs(apartMs) > halfWayMs ? apartMs : 0);
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway && !this.#stop.signal.aborted) log('The database was not heard saying what time it is', error);
      this.#isAway = true;
    }
  }

  #tell(apartMs: number): void {
    if (Math.abs(apartMs - this.#wasApartMs) < worthALineMs) return;
    this.#wasApartMs = apartMs;
    const seconds = Math.round(Math.abs(apartMs) / 1000);
    this.#options.log(
      seconds === 0
        ? "This machine's clock agrees with the database's again"
        : `This machine's clock is ${seconds} s ${apartMs > 0 ? 'ahead of' : 'behind'} the database's, which is what counts`,
    );
  }
}
