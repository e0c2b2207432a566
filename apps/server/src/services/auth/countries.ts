import { createRequire } from 'node:module';
import { BlockList, isIP } from 'node:net';

/** Which country an address belongs to: ISO 3166, or null when that is not known. */
export type FindCountry = (ipAddress: string) => Promise<string | null>;

/** Addresses that belong to no country, although registries book them somewhere. */
const nowhere = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  nowhere.addSubnet(network, prefix, 'ipv4');
}
nowhere.addAddress('::', 'ipv6');
nowhere.addAddress('::1', 'ipv6');
for (const [network, prefix] of [
  ['fc00::', 7],
  ['fe80::', 10],
  ['2001:db8::', 32],
] as const) {
  nowhere.addSubnet(network, prefix, 'ipv6');
}

const databaseFile = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

interface Reader {
  get(address: string): { readonly country_code?: string } | null;
}

/** Looks into the list of address blocks that comes with Muster; it is read when the first public address is met. */
export const findCountry = (): FindCountry => {
  let reading: Promise<Reader> | undefined;
  return async (ipAddress) => {
    const address = ipAddress.replace(/^::ffff:(?=\d+\.)/i, '');
    const version = isIP(address);
    if (version === 0 || nowhere.check(address, version === 6 ? 'ipv6' : 'ipv4')) return null;
    reading ??= openReader();
    // A sign-in never fails for want of the list.
    const reader = await reading.catch(() => null);
    return reader?.get(address)?.country_code ?? null;
  };
};

const openReader = async (): Promise<Reader> => {
  const { open } = await import('maxmind');
  return (await open(createRequire(import.meta.url).resolve(databaseFile))) as unknown as Reader;
};
