export interface LimitSettings {
  /** Requests in flight that are always allowed, however slow things are. */
  readonly least: number;
  /** Where the limit begins, and what it never exceeds. */
  readonly most: number;
  /** A delay that users do not mind. */
  readonly targetDelayMs: number;
  /** So many slow seconds in a row are a burst, which passes; only what lasts longer is too much to do. */
  readonly patienceSeconds: number;
  /** How fast the limit returns after it was lowered: by so many a second, or by a tenth if that is more. */
  readonly growthPerSecond: number;
  /** So long after its start a process is slow because it is new: nothing is learned from that. */
  readonly newForSeconds: number;
}

export const defaultLimitSettings: LimitSettings = {
  least: 100,
  most: 1_000,
  targetDelayMs: 250,
  patienceSeconds: 5,
  growthPerSecond: 10,
  newForSeconds: 15,
};

/** The most by which one second lowers the limit, and the least. */
const steepest = 0.5;
const gentlest = 0.9;
const growth = 1.1;

/**
 * How many requests may be in flight: lowered by a factor in each second in which they waited longer than they should,
 * once that has lasted a while, raised by a little in every second in which they did not. Nobody has to know what this machine can do.
 *
 * That waiting, and not how long answers take, tells overload from a slow query is from Zhou et al., "Overload Control
 * for Scaling WeChat Microservices" (SoCC 2018), which takes the mean over a second; that a limit on concurrency can
 * follow it, and fall in proportion to the delay, from the gradient limits of Netflix' concurrency-limits; that a delay
 * counts only when it stays, from CoDel (Nichols and Jacobson, "Controlling Queue Delay", 2012).
 */
export class AdaptiveLimit {
  readonly #settings: LimitSettings;
  #value: number;
  #seconds = 0;
  #slowSeconds = 0;

  constructor(settings: LimitSettings) {
    this.#settings = settings;
    this.#value = settings.most;
  }

  get value(): number {
    return Math.floor(this.#value);
  }

  /** @param delayMs how long a request had to wait in the last second, on average */
  secondPassed(delayMs: number): void {
    const { least, most, targetDelayMs, patienceSeconds, growthPerSecond, newForSeconds } = this.#settings;
    this.#seconds += 1;
    if (this.#seconds <= newForSeconds) return;
    const isSlow = delayMs > targetDelayMs;
    this.#slowSeconds = isSlow ? this.#slowSeconds + 1 : 0;
    if (isSlow && this.#slowSeconds <= patienceSeconds) return;
    const next = isSlow
      ? this.#value * Math.min(gentlest, Math.max(steepest, targetDelayMs / delayMs))
      : Math.max(this.#value + growthPerSecond, this.#value * growth);
    this.#value = Math.min(most, Math.max(least, next));
  }
}
