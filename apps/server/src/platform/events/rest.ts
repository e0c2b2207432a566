import { setTimeout as sleep } from 'node:timers/promises';

const restFactor = 2;
const longestRestMs = 150;

/**
 * Whoever has worked off events rests twice as long as it took. What gathers meanwhile shares the next transaction, and
 * under load the requests, whose commits wake the readers, get the larger part of the machine. A quiet system never
 * waits: nobody comes during the rest.
 */
export async function restAfter(workedMs: number, atLeastMs: number, signal: AbortSignal): Promise<void> {
  const restMs = Math.max(atLeastMs, Math.min(workedMs * restFactor, longestRestMs));
  await sleep(restMs, undefined, { signal }).catch(() => {});
}
