import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forgottenPasswordLimits, registrationLimits } from './registration-limits.ts';
import type { SignInLimits } from './sign-in-limits.ts';

const keysOf = ({ tries, failures }: SignInLimits): string[] => [
  ...tries('0').map(({ key }) => key),
  ...(failures === null ? [] : [failures.key]),
];
const addresses = fc.uniqueArray(fc.ipV4(), { minLength: 2, maxLength: 2 });

describe('limits of registering', () => {
  it('are an address’s own: nobody uses up what another one has', () => {
    fc.assert(
      fc.property(addresses, ([one = '', other = '']) => {
        const shared = new Set(keysOf(registrationLimits(one))).intersection(
          new Set(keysOf(registrationLimits(other))),
        );
        expect(shared.size).toBe(0);
      }),
    );
  });
});

describe('limits of asking for a link', () => {
  it('count one account however it is spelled, and no two addresses together', () => {
    fc.assert(
      fc.property(addresses, fc.emailAddress(), ([one = '', other = ''], identifier) => {
        const from = (ipAddress: string, spelled = identifier) =>
          keysOf(forgottenPasswordLimits({ identifier: spelled, organization: undefined, ipAddress }));
        expect(from(one, identifier.toUpperCase())).toEqual(from(one, identifier.toLowerCase()));
        expect(new Set(from(one)).intersection(new Set(from(other))).size).toBe(0);
      }),
    );
  });
  it('put nobody’s name or address into a key', () => {
    const limits = forgottenPasswordLimits({
      identifier: 'ann@example.org',
      organization: 'x',
      ipAddress: '192.0.2.1',
    });
    expect(JSON.stringify(keysOf(limits))).not.toMatch(/ann|192\.0/i);
  });
});
