/** The only source of the present moment. Everything else gets a `Clock`, or an instant, handed in. */
export interface Clock {
  now(): Date;
}

/**
 * The machine's clock until it is told a better time; from then on that time, carried on by what nobody can set. A clock
 * that somebody moves, or that is wrong on one machine of several, then dates nothing.
 */
export class CorrectedClock implements Clock {
  #known: { readonly atMs: number; readonly when: number } | undefined;

  now(): Date {
    if (this.#known === undefined) return this.machineNow();
    return new Date(this.#known.atMs + performance.now() - this.#known.when);
  }

  /** What the machine says, whatever is known better. */
  machineNow(): Date {
    return new Date();
  }

  /** @param when what `performance.now()` was at that time */
  correct(atMs: number, when: number): void {
    this.#known = { atMs, when };
  }
}

/** Of this process: everything in it that has a time has it from here. */
export const systemClock = new CorrectedClock();

/** A clock for tests: it stands still until it is moved. */
export class SettableClock implements Clock {
  #atMs: number;

  constructor(at: Date | string | number) {
    this.#atMs = new Date(at).getTime();
  }

  now(): Date {
    return new Date(this.#atMs);
  }

  set(at: Date | string | number): void {
    this.#atMs = new Date(at).getTime();
  }

  advance(byMs: number): void {
    this.#atMs += byMs;
  }
}
