import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reasonWithoutValues } from './reason.ts';

describe('the reason why something failed', () => {
  it.each([
    ['invalid input syntax for type uuid: "Mia Sommer"', 'invalid input syntax for type uuid: "…"'],
    [
      "Cannot read properties of undefined (reading 'displayName')",
      "Cannot read properties of undefined (reading '…')",
    ],
    ['neither "Mia" nor "Tom" is in "Year 1', 'neither "…" nor "…" is in "…"'],
    ['no account for mia.sommer@school.example here', 'no account for … here'],
    ['the fix 46.92131, -15.87112 is out of range', 'the fix …, … is out of range'],
  ])('%s is told without what it was about', (reason, told) => {
    expect(reasonWithoutValues(reason)).toBe(told);
  });

  it.each([
    'connect ECONNREFUSED 10.0.4.170:9000',
    'ENOSPC: no space left on device, write',
    'geo.positions-recorded came in version 2, this process reads up to version 1',
    "the server doesn't answer, and it won't",
  ])('%s is told as it is', (reason) => {
    expect(reasonWithoutValues(reason)).toBe(reason);
  });

  it('never quotes a value, and is never long', () => {
    const value = fc.stringMatching(/^[A-Za-z]{4,12} [A-Za-z]{4,12}$/);
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), (quoted) => {
        const told = reasonWithoutValues(quoted.map((text) => `unknown: "${text}"`).join('; '));
        for (const text of quoted) expect(told).not.toContain(text);
        expect(told.length).toBeLessThanOrEqual(301);
      }),
    );
  });
});
