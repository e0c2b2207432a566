import { describe, expect, it } from 'vitest';
import { KnownCallers } from './known-callers.ts';

const token = (signature: string): string => `Bearer header.payload.${signature.padStart(86, 'x')}`;

describe('known callers', () => {
  it('are told by what nobody can guess', () => {
    const callers = new KnownCallers();
    callers.remember(token('one'), 'a');
    callers.remember(token('two'), 'b');
    expect(
      [token('one'), token('two'), token('three'), 'Basic eA==', undefined].map((each) => callers.organizationOf(each)),
    ).toEqual(['a', 'b', null, null, null]);
  });

  it('are forgotten, the oldest first, when there are too many', () => {
    const callers = new KnownCallers();
    for (let caller = 0; caller < 5_000; caller += 1) callers.remember(token(String(caller)), 'a');
    expect(callers.organizationOf(token('0'))).toBeNull();
    expect(callers.organizationOf(token('903'))).toBeNull();
    expect(callers.organizationOf(token('904'))).toBe('a');
  });
});
