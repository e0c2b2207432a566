import { describe, expect, it } from 'vitest';
import { vouchedAddress } from './vouched-address.ts';

const domains = ['school.example'];

describe('the address that a provider vouches for', () => {
  it('is one that it has verified, of a domain it is trusted with', () => {
    const email = 'Ada@School.example';
    expect(vouchedAddress({ email, email_verified: true }, domains)).toBe(email);
  });

  it.each([
    { email: 'ada@school.example' },
    { email: 'ada@school.example', email_verified: false },
    { email: 'ada@school.example', email_verified: 'true' },
    { email: 'ada@other.example', email_verified: true },
    { email: 'ada@sub.school.example', email_verified: true },
    { email: 'ada@school.example.evil.example', email_verified: true },
    { email: '"ada@school.example"@evil.example', email_verified: true },
    { email: 'evil@evil.example@school.example', email_verified: true },
    { email: '@school.example', email_verified: true },
    { email: ['ada@school.example'], email_verified: true },
    {},
  ])('is none in %j', (claims) => {
    expect(vouchedAddress(claims, domains)).toBeNull();
  });
});
