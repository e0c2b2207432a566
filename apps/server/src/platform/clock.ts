/** The only source of the present moment. Everything else gets a `Clock`, or an instant, handed in. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

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
