import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

const budgetAt = (startMs: number, options: { share?: number; leastPerWindow?: number } = {}) => {
  const time = { ms: startMs };
  const budget = new RetryBudget({ clock: { now: () => new Date(time.ms) }, windowMs: 10_000, ...options });
  const call = (count: number): void => {
    for (let made = 0; made < count; made += 1) budget.countCall();
  };
  const retries = (wanted: number): number =>
    Array.from({ length: wanted }, () => budget.takeRetry()).filter(Boolean).length;
  return { time, call, retries };
};

describe('the budget of retries', () => {
  it('is a share of the calls', () => {
    const { call, retries } = budgetAt(0);
    call(200);
    expect(retries(100)).toBe(20);
    call(50);
    expect(retries(100)).toBe(5);
  });

  it('leaves a few to a service that is called rarely', () => {
    const { call, retries } = budgetAt(0);
    call(1);
    expect(retries(30)).toBe(20);
    expect(budgetAt(0, { leastPerWindow: 0 }).retries(1)).toBe(0);
  });

  it('slides: what lies a window back counts no more, neither the calls nor the retries', () => {
    const { time, call, retries } = budgetAt(500, { leastPerWindow: 0 });
    call(100);
    expect(retries(100)).toBe(10);
    time.ms = 5_000;
    call(100);
    expect(retries(100)).toBe(10);
    // The first hundred and its ten have gone; of the second hundred all ten are used.
    time.ms = 10_500;
    expect(retries(100)).toBe(0);
    call(10);
    expect(retries(100)).toBe(1);
    time.ms = 60_000;
    expect(retries(100)).toBe(0);
  });

  it('survives a clock that is set back', () => {
    const { time, call, retries } = budgetAt(100_000, { leastPerWindow: 0 });
    call(100);
    time.ms = 40_000;
    expect(retries(100)).toBe(10);
  });

  it('never gives one that is more than the share of its window, however calls and retries fall', () => {
    const { time, call, retries } = budgetAt(0);
    const made: { slice: number; calls: number; retries: number }[] = [];
    for (let step = 0; step < 400; step += 1) {
      time.ms += (step * 7919) % 700;
      const slice = Math.floor(time.ms / 1_000);
      const calls = (step * 31) % 17;
      call(calls);
      const given = retries((step * 13) % 9);
      made.push({ slice, calls, retries: given });
      const inWindow = made.filter((each) => each.slice > slice - 10);
      const sum = (of: 'calls' | 'retries') => inWindow.reduce((total, each) => total + each[of], 0);
      if (given > 0) expect(sum('retries')).toBeLessThanOrEqual(Math.max(20, sum('calls') * 0.1));
    }
    expect(made.reduce((total, each) => total + each.retries, 0)).toBeGreaterThan(100);
  });
});
