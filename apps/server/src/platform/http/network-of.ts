import { isIP } from 'node:net';

/**
 * What is counted as one caller: an IPv4 address, or the /64 of an IPv6 address, all 2^64 addresses of which one
 * subscriber has; however it is written. What is no address stays as it is.
 */
export const networkOf = (ipAddress: string): string => {
  const address = ipAddress.replace(/%.*$/, '').toLowerCase();
  const version = isIP(address);
  if (version !== 6) return address;
  const groups = groupsOf(address);
  const [, , , , , marker = 0, high = 0, low = 0] = groups;
  const isMapped = marker === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
};

/** The eight groups of an IPv6 address. */
const groupsOf = (address: string): number[] => {
  // The URL parser writes every address in one way, embedded IPv4 included.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16));
};
