import { describe, expect, it } from 'vitest';
import { findCountry } from './countries.ts';

describe('findCountry', () => {
  const find = findCountry();
  it('knows where public addresses are, old and new', async () => {
    expect(await find('8.8.8.8')).toBe('US');
    expect(await find('2001:4860:4860::8888')).toBe('US');
    expect(await find('::ffff:8.8.8.8')).toBe('US');
    expect(await find('193.171.255.1')).toBe('AT');
  });
  it('takes private and reserved addresses, and what is none, for nowhere', async () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '192.168.1.1',
      '::1',
      'fe80::1',
      '::ffff:10.0.0.1',
      '192.0.2.1',
      '',
      'x',
    ]) {
      expect(await find(address)).toBeNull();
    }
  });
});
