import { BlockList, isIPv6 } from 'node:net';

/**
 * Addresses that are no place on the public internet: own machine, own networks, metadata services, documentation,
 * multicast. From the IANA special-purpose registries (RFC 6890 and its updates).
 */
const ipv4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Only 2000::/3 is given out; IPv4 in other clothes (::ffff:, 64:ff9b::, 2002::) is never public. */
const ipv6: readonly (readonly [string, number])[] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];
// Two lists: one alone takes ::/3 for all of IPv4, too.
const specialIpv4 = new BlockList();
const specialIpv6 = new BlockList();
for (const [address, bits] of ipv4) specialIpv4.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of ipv6) specialIpv6.addSubnet(address, bits, 'ipv6');

/** @param address as a resolver or `URL.hostname` writes it, without brackets */
export const isPublicAddress = (address: string): boolean =>
  isIPv6(address) ? !specialIpv6.check(address, 'ipv6') : !specialIpv4.check(address, 'ipv4');
