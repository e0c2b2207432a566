import { describe, expect, it } from 'vitest';
import { type SignInTry, signInLimits } from './sign-in-limits.ts';

const tried: SignInTry = {
  identifier: 'Ann@example.org',
  organization: undefined,
  ipAddress: '192.0.2.1',
  knownDeviceId: null,
};
const own = (limits: ReturnType<typeof signInLimits>) => limits.filter((limit) => limit.forgiven).map(({ key }) => key);

describe('signInLimits', () => {
  it('counts one identifier however it is spelled', () => {
    expect(own(signInLimits({ ...tried, identifier: 'ann@EXAMPLE.org' }))).toEqual(own(signInLimits(tried)));
  });
  it('does not let tries from elsewhere count against somebody', () => {
    const elsewhere = own(signInLimits({ ...tried, ipAddress: '198.51.100.7' }));
    expect(elsewhere).not.toEqual(own(signInLimits(tried)));
  });
  it('lets a known device count on its own, wherever it is', () => {
    const known = { ...tried, knownDeviceId: 'phone' };
    expect(own(signInLimits(known))).not.toEqual(own(signInLimits(tried)));
    expect(own(signInLimits({ ...known, ipAddress: '198.51.100.7' }))).toEqual(own(signInLimits(known)));
  });
  it('slows down in steps', () => {
    const rates = signInLimits(tried)
      .filter((limit) => limit.forgiven)
      .map(({ limit, windowMs }) => limit / windowMs);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
  });
  it('puts nobody’s name into a key', () => {
    expect(JSON.stringify(signInLimits(tried))).not.toMatch(/ann|192\.0/i);
  });
});
