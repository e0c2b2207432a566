import { describe, expect, it } from 'vitest';
import { proofLimits, type SignInTry, signInLimits } from './sign-in-limits.ts';

const tried: SignInTry = {
  identifier: 'Ann@example.org',
  organization: undefined,
  ipAddress: '192.0.2.1',
  knownDeviceId: null,
};
const elsewhere = { ipAddress: '198.51.100.7' };

describe('signInLimits', () => {
  it('counts one identifier however it is spelled', () => {
    expect(signInLimits({ ...tried, identifier: 'ann@EXAMPLE.org' }).subject).toBe(signInLimits(tried).subject);
  });
  it('does not let tries from elsewhere count against somebody', () => {
    expect(signInLimits({ ...tried, ...elsewhere }).subject).not.toBe(signInLimits(tried).subject);
  });
  it('lets a known device count on its own, wherever it is and whatever others at its address do', () => {
    const known = { ...tried, knownDeviceId: 'phone' };
    expect(signInLimits(known).subject).not.toBe(signInLimits(tried).subject);
    expect(signInLimits({ ...known, ...elsewhere }).subject).toBe(signInLimits(known).subject);
    expect(signInLimits(known).failures).toBeNull();
  });
  it('counts anew in another epoch', () => {
    const { tries } = signInLimits(tried);
    const keys = (epoch: string) => tries(epoch).map(({ key }) => key);
    expect(new Set([...keys('0'), ...keys('1')]).size).toBe(6);
  });
  it('slows down in steps', () => {
    const rates = signInLimits(tried)
      .tries('0')
      .map(({ limit, windowMs }) => limit / windowMs);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
  });
  it('puts nobody’s name or address into a key', () => {
    const { tries, failures } = signInLimits(tried);
    expect(JSON.stringify([tries('0'), failures])).not.toMatch(/ann|192\.0/i);
  });
});

describe('proofLimits', () => {
  const elsewhereOf = (ipAddress: string) => proofLimits({ userId: 'ann', ipAddress, knownDeviceId: null });
  it('adds up what strangers try from everywhere', () => {
    const keys = (ipAddress: string) =>
      elsewhereOf(ipAddress)
        .tries('0')
        .map(({ key }) => key);
    expect(keys('192.0.2.1').filter((key) => keys('198.51.100.7').includes(key))).toHaveLength(1);
  });
  it('lets no stranger use up the tries of a known device', () => {
    const own = proofLimits({ userId: 'ann', ipAddress: '192.0.2.1', knownDeviceId: 'phone' });
    const theirs = new Set(
      elsewhereOf('192.0.2.1')
        .tries('0')
        .map(({ key }) => key),
    );
    expect(own.tries('0').some(({ key }) => theirs.has(key))).toBe(false);
  });
});
