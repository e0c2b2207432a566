import { restAfter } from './rest.ts';

/**
 * At most one run of each name at a time; asking for one during a run, or during the rest after it, makes it go round
 * once more.
 */
export class SingleRuns {
  readonly #running = new Map<string, { again: boolean; done: Promise<void> }>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * @param round one round; resolves with false when asking again before the next call is useless
   * @param restMs the shortest rest between two rounds
   */
  run(name: string, round: () => Promise<boolean>, restMs = 0): void {
    const running = this.#running.get(name);
    if (running) {
      running.again = true;
      return;
    }
    const run = { again: true, done: Promise.resolve() };
    run.done = (async () => {
      while (run.again && !this.#signal.aborted) {
        run.again = false;
        const startedAt = performance.now();
        if (!(await round())) break;
        await restAfter(performance.now() - startedAt, restMs, this.#signal);
      }
    })().finally(() => this.#running.delete(name));
    this.#running.set(name, run);
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#running.values()].map((run) => run.done));
  }
}
