import { randomBytes } from 'node:crypto';
import type { Cache } from '../../platform/cache/port.ts';
import { epochLifetimeMs, type Limit, type SignInLimits } from './rules/sign-in-limits.ts';

/** One try against the limits of `rules/sign-in-limits.ts`, counted in the cache. */
export class SignInThrottle {
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** Counts the try. Null when it may go on, otherwise how long to wait. */
  async begin({ subject, tries, failures }: SignInLimits): Promise<number | null> {
    const epoch = (await this.#cache.get<string>(subject)) ?? '0';
    const blockedMs = failures === null ? null : await this.#cache.get<number>(blockKey(failures));
    const decisions = await Promise.all(
      tries(epoch).map(({ key, limit, windowMs }) => this.#cache.take(key, limit, windowMs)),
    );
    const waitsMs = decisions.filter((decision) => !decision.allowed).map((decision) => decision.resetMs);
    if (blockedMs !== null) waitsMs.push(blockedMs);
    return waitsMs.length === 0 ? null : Math.max(...waitsMs);
  }

  /** Gives the tries back. */
  async succeeded({ subject }: SignInLimits): Promise<void> {
    await this.#cache.set(subject, randomBytes(9).toString('base64url'), epochLifetimeMs);
  }

  async failed({ failures }: SignInLimits): Promise<void> {
    if (failures === null) return;
    const { remaining, resetMs } = await this.#cache.take(failures.key, failures.limit, failures.windowMs);
    if (remaining === 0) await this.#cache.set(blockKey(failures), resetMs, resetMs);
  }
}

const blockKey = ({ key }: Limit): string => `${key}:blocked`;
