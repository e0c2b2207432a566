import { describe, expect, it } from 'vitest';
import { networkOf } from './network-of.ts';

describe('networkOf', () => {
  it('takes an IPv4 address for one caller, also where it is mapped', () => {
    for (const text of ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:C000:207', '0:0:0:0:0:ffff:c000:0207']) {
      expect(networkOf(text)).toBe('192.0.2.7');
    }
    expect(networkOf('192.0.2.8')).not.toBe(networkOf('192.0.2.7'));
  });
  it('takes all addresses of a /64 for one caller, however they are written', () => {
    for (const text of [
      '2001:db8:1:2::1',
      '2001:DB8:1:2:ffff:ffff:ffff:ffff',
      '2001:0db8:0001:0002:0:0:0:9',
      '2001:db8:1:2::1%eth0',
    ]) {
      expect(networkOf(text)).toBe('2001:db8:1:2::/64');
    }
    expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'));
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
  });
  it('leaves alone what is no address', () => {
    expect(networkOf('')).toBe('');
    expect(networkOf('unknown')).toBe('unknown');
  });
});
