import { describe, expect, it } from 'vitest';
import { detectMockFixes } from './detect-mock.ts';

describe('simulated fixes', () => {
  it('are one signal, from the first of them on', () => {
    const fixes = [
      { atMs: 3000, mock: true },
      { atMs: 1000, mock: false },
      { atMs: 2000, mock: true },
    ];
    expect(detectMockFixes('d1', fixes)).toMatchObject({
      kind: 'fake-gps',
      points: 30,
      observedAtMs: 2000,
      facts: { simulated: 2, of: 3 },
    });
  });

  it.each([[[]], [[null]], [[false, null]]])('are not seen in %j', (flags) => {
    expect(
      detectMockFixes(
        'd1',
        flags.map((mock, atMs) => ({ atMs, mock })),
      ),
    ).toBeNull();
  });
});
