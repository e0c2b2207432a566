import { distanceMeters, type LngLat } from '../geometry.ts';

/**
 * How a person moves on the screen between two fixes. A movement is only drawn where the phone has really told of one:
 * across a gap the person stands at the new place at once, because everything in between would be invented.
 */

export const gapMs = 120_000;
export const jumpMeters = 250;
const shortestMs = 250;
const longestMs = 1_500;

export interface Motion {
  readonly from: LngLat;
  readonly to: LngLat;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly fixedAtMs: number;
}

export const standing = (at: LngLat, fixedAtMs: number): Motion => ({
  from: at,
  to: at,
  startedAtMs: 0,
  durationMs: 0,
  fixedAtMs,
});

export const isMoving = (motion: Motion, nowMs: number): boolean =>
  motion.durationMs > 0 && nowMs < motion.startedAtMs + motion.durationMs;

export const placeAt = (motion: Motion, nowMs: number): LngLat => {
  if (!isMoving(motion, nowMs)) return motion.to;
  const part = Math.max(0, (nowMs - motion.startedAtMs) / motion.durationMs);
  const eased = part * part * (3 - 2 * part);
  return [
    motion.from[0] + (motion.to[0] - motion.from[0]) * eased,
    motion.from[1] + (motion.to[1] - motion.from[1]) * eased,
  ];
};

/** The motion after a new fix. An older fix than the one shown changes nothing. */
export const nextMotion = (motion: Motion, to: LngLat, fixedAtMs: number, nowMs: number, animates = true): Motion => {
  if (fixedAtMs < motion.fixedAtMs) return motion;
  if (to[0] === motion.to[0] && to[1] === motion.to[1]) return { ...motion, fixedAtMs };
  const elapsedMs = fixedAtMs - motion.fixedAtMs;
  if (!animates || elapsedMs > gapMs || distanceMeters(motion.to, to) > jumpMeters) return standing(to, fixedAtMs);
  return {
    from: placeAt(motion, nowMs),
    to,
    startedAtMs: nowMs,
    durationMs: Math.min(longestMs, Math.max(shortestMs, elapsedMs)),
    fixedAtMs,
  };
};

/** How visible a fix of this age is: whole up to two minutes, then fading to 40 % at a quarter of an hour. */
export const opacityOfAge = (ageMs: number): number => {
  const part = (ageMs - gapMs) / (15 * 60_000 - gapMs);
  return 1 - 0.6 * Math.min(1, Math.max(0, part));
};
