import { describe, expect, it } from 'vitest';
import type { LngLat } from '../geometry.ts';
import { gapMs, isMoving, nextMotion, opacityOfAge, placeAt, standing } from './motion.ts';

const start: LngLat = [15, 47];
const near: LngLat = [15.0001, 47];
const far: LngLat = [15.01, 47];

describe('motion between fixes', () => {
  it('glides to the next fix and arrives there', () => {
    const motion = nextMotion(standing(start, 0), near, 5_000, 100_000);
    expect(isMoving(motion, 100_000)).toBe(true);
    const [longitude] = placeAt(motion, 100_750);
    expect(longitude).toBeGreaterThan(15);
    expect(longitude).toBeLessThan(15.0001);
    expect(placeAt(motion, 102_000)).toEqual(near);
  });

  it('never draws a movement across a gap in time', () => {
    expect(isMoving(nextMotion(standing(start, 0), near, gapMs + 1, 500_000), 500_000)).toBe(false);
  });

  it('never draws a movement across a jump in space', () => {
    expect(placeAt(nextMotion(standing(start, 0), far, 5_000, 10_000), 10_000)).toEqual(far);
  });

  it('leaves out a fix that is older than the one shown', () => {
    const motion = standing(near, 10_000);
    expect(nextMotion(motion, start, 9_000, 20_000)).toBe(motion);
  });

  it('fades with age and never vanishes', () => {
    expect(opacityOfAge(60_000)).toBe(1);
    expect(opacityOfAge(8 * 60_000)).toBeLessThan(1);
    expect(opacityOfAge(10 * 3_600_000)).toBeCloseTo(0.4);
  });
});
