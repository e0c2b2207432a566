import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublicAddress } from './public-addresses.ts';
import { ForbiddenAddress, publicFetch } from './public-fetch.ts';

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.100.100.200',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '2002:7f00:1::',
    '2001:db8::1',
  ])('%s is not on the public internet', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '172.32.0.1', '192.167.0.1', '2606:4700::1111', '2a00:1450:4001::1'])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('calling what somebody has entered', () => {
  let server: Server;
  let port: number;
  let asked = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked += 1;
      if (request.url === '/moved') return void response.writeHead(302, { location: 'http://127.0.0.1/' }).end();
      if (request.url === '/long') return void response.end(Buffer.alloc(2 * 1024 * 1024));
      return void response.end(`${request.method} ${request.url}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    'http://127.0.0.1',
    'https://127.0.0.1',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://2130706433',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://localhost',
    'https://169.254.169.254/latest/meta-data',
    'https://user:password@8.8.8.8',
    'file:///etc/passwd',
    'ftp://8.8.8.8',
  ])('refuses %s without connecting', async (address) => {
    const url = new URL(address);
    if (url.protocol.startsWith('http')) url.port = String(port);
    await expect(publicFetch(new Set())(url)).rejects.toThrow(ForbiddenAddress);
    expect(asked).toBe(0);
  });

  it('calls in the own network what whoever runs Muster names, and follows nobody from there', async () => {
    const fetchTrusted = publicFetch(new Set(['127.0.0.1']));
    const answer = await fetchTrusted(`http://127.0.0.1:${port}/here`, { method: 'POST', body: 'text' });
    expect([answer.status, await answer.text()]).toEqual([200, 'POST /here']);
    expect((await fetchTrusted(`http://127.0.0.1:${port}/moved`)).status).toBe(302);
    await expect(fetchTrusted(`http://127.0.0.1:${port}/long`)).rejects.toThrow('too long');
  });
});
