import { describe, expect, it } from 'vitest';
import { planKeys, signingPeriodMs, verifyingPeriodMs } from './key-plan.ts';

describe('planKeys', () => {
  it('asks for a first key', () => expect(planKeys([], 0)).toEqual({ signing: null, retire: [] }));
  it('signs with the newest', () => {
    const keys = [
      { kid: 'old', createdAtMs: 0 },
      { kid: 'new', createdAtMs: 1000 },
    ];
    expect(planKeys(keys, 2000)).toEqual({ signing: 'new', retire: [] });
  });
  it('retires an old key once its last tokens are long gone', () => {
    const keys = [
      { kid: 'new', createdAtMs: 1000 },
      { kid: 'old', createdAtMs: 0 },
    ];
    expect(planKeys(keys, 1001 + verifyingPeriodMs)).toEqual({ signing: 'new', retire: ['old'] });
  });
  it('asks for a new key in time, and keeps the old one until then', () =>
    expect(planKeys([{ kid: 'old', createdAtMs: 0 }], signingPeriodMs)).toEqual({ signing: null, retire: [] }));
});
