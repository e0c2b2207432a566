import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptFix, defaultFixPolicy } from '../rules/fix.ts';
import { type ClientName, type ClientRequest, clientFormats, presentedSecret } from './index.ts';
import { decodeTraccar } from './traccar.ts';

const clients = Object.keys(clientFormats) as ClientName[];

function request(more: Partial<Omit<ClientRequest, 'body'>> & { body?: string | Buffer }): ClientRequest {
  const { body = '', ...rest } = more;
  return { method: 'POST', path: '/', query: {}, headers: {}, contentType: '', ...rest, body: Buffer.from(body) };
}

const nameList = [
  '_type lat lon tst acc vel event location locations coords latitude longitude timestamp time geometry coordinates',
  'properties battery level motion wifi cell alarm motionactivities current BSSID speed extras action',
  '__proto__ constructor toString ',
].flatMap((line) => line.split(' '));
const names = fc.constantFrom(...nameList);
const scrapList = [
  ...'location transition encrypted enter sos NaN 1e999 -1 47.07 a,b , %00 9e99'.split(' '),
  '\0\uD800',
  0,
  -0,
  -1,
  1e308,
  2 ** 53 + 1,
  true,
  false,
  null,
];
const scraps = fc.constantFrom<unknown>(...scrapList);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.oneof(scraps, fc.double(), fc.string()),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(names, tie('tree')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'binary' }),
  tree.map((value) => JSON.stringify(value) ?? ''),
  fc.array(fc.tuple(names, fc.string()), { maxLength: 8 }).map((pairs) => new URLSearchParams(pairs).toString()),
);
const value = fc.oneof(fc.string(), scraps.map(String));
const queries = fc.dictionary(names, fc.oneof(value, fc.array(value, { maxLength: 3 })), {
  maxKeys: 8,
  noNullPrototype: false,
});

describe.each(clients)('%s, whatever comes', (client) => {
  const { decode } = clientFormats[client];

  it('never throws, and its fixes can be judged', () => {
    fc.assert(
      fc.property(bodies, queries, fc.string(), (body, query, contentType) => {
        const decoded = decode(request({ body, query, contentType }));
        for (const fix of decoded.fixes) {
          const outcome = acceptFix(fix, { receivedAtMs: Date.UTC(2026, 0) }, defaultFixPolicy);
          expect(typeof outcome.accepted).toBe('boolean');
        }
        expect(() => JSON.stringify(decoded)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['deep nesting', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['deep objects', `${'{"location":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['deep nesting that never ends', '{"locations":['.repeat(50_000)],
    ['a million numbers', `[${'1,'.repeat(500_000)}1]`],
    ['a huge number', `{"_type":"location","lat":1${'0'.repeat(400)},"lon":1e400,"tst":-1e-400}`],
    ['a very long name', `{"${'x'.repeat(1_000_000)}":1}`],
    ['many parameters', 'a=1&b=2&'.repeat(100_000)],
    ['percent signs', '%'.repeat(100_000)],
    ['spaces', ' '.repeat(200_000)],
    ['NUL', '\0'.repeat(1000)],
  ])('%s', (_name, body) => {
    const startedMs = performance.now();
    const decoded = decode(request({ body }));
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(decoded.unusable.length).toBeLessThanOrEqual(102);
    expect(decoded.unusable.every((part) => part.excerpt.length <= 300)).toBe(true);
  });

  it('never takes a value from a prototype', () => {
    const polluted = Object.prototype as Record<string, unknown>;
    polluted['lat'] = 1;
    polluted['lon'] = 2;
    try {
      const bodyFixes = decode(
        request({ body: '{"_type":"location","tst":1767254400,"location":{"timestamp":1}}' }),
      ).fixes;
      expect(bodyFixes.flatMap((fix) => [fix.latitude, fix.longitude]).filter((place) => place !== null)).toEqual([]);
    } finally {
      delete polluted['lat'];
      delete polluted['lon'];
    }
  });
});

describe('replies, byte for byte', () => {
  it.each<[ClientName, number, string | undefined, string]>([
    ['owntracks', 200, 'application/json', '[]'],
    ['traccar', 200, undefined, ''],
    ['overland', 200, 'application/json', '{"result":"ok"}'],
    ['gpslogger', 200, 'text/plain; charset=utf-8', 'OK'],
  ])('%s: taken', (client, status, contentType, body) => {
    const reply = clientFormats[client].reply('taken');
    expect([reply.status, reply.headers['content-type'], reply.body]).toEqual([status, contentType, body]);
  });

  it.each<[ClientName, number, string | undefined]>([
    ['owntracks', 401, 'Basic realm="Muster", charset="UTF-8"'],
    ['traccar', 403, undefined],
    ['overland', 401, 'Bearer realm="Muster"'],
    ['gpslogger', 403, undefined],
  ])('%s: wrong credentials', (client, status, challenge) => {
    const reply = clientFormats[client].reply('wrong-credentials');
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([status, challenge]);
  });

  it.each(clients)('%s: busy and too large are no success, and say when to come again', (client) => {
    const busy = clientFormats[client].reply('busy', 7);
    expect([busy.status, busy.headers['retry-after']]).toEqual([503, '7']);
    expect(clientFormats[client].reply('too-large').status).toBe(413);
    expect(busy.body).not.toContain('"ok"');
  });

  it('Overland shows its user what went wrong', () => {
    const body = JSON.parse(clientFormats.overland.reply('busy').body) as { result: string; error: string };
    expect(body.result).toBe('error');
    expect(body.error).toMatch(/busy/);
  });
});

describe('the secret of a device', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const found = (more: Partial<ClientRequest>) =>
    presentedSecret({ ...request({}), ...more }, ['basic', 'bearer', 'path']);

  it('is read from the path, Basic or Bearer', () => {
    expect(found({ path: '/clients/traccar/a%2Fb?x=1' })).toEqual({ secret: 'a/b', deviceId: null });
    expect(found({ headers: { authorization: basic('phone:s3:cret') } })).toEqual({
      secret: 's3:cret',
      deviceId: 'phone',
    });
    expect(found({ headers: { authorization: 'bearer abc' } })).toEqual({ secret: 'abc', deviceId: null });
  });

  it('a header counts before the path', () => {
    expect(found({ path: '/clients/x/path', headers: { authorization: 'Bearer header' } })?.secret).toBe('header');
  });

  it('is null where there is none, or none that can be', () => {
    expect(found({ path: '/clients/traccar' })).toBeNull();
    expect(found({ path: '/clients/traccar/%E0%A4%A' })).toBeNull();
    expect(found({ path: `/clients/traccar/${'x'.repeat(201)}` })).toBeNull();
    expect(found({ headers: { authorization: basic('no colon') } })).toBeNull();
    expect(found({ headers: { authorization: basic('phone:') } })).toBeNull();
    expect(presentedSecret(request({ path: '/clients/traccar/secret' }), ['basic'])).toBeNull();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (path, authorization) => {
        expect(() => found({ path: `/clients/x/${path}`, headers: { authorization } })).not.toThrow();
      }),
    );
  });
});

describe('the OsmAnd app itself', () => {
  it('sends meters per second', () => {
    const query = { id: '1', timestamp: '1767254400', lat: '1', lon: '2', speed: '10' };
    expect(decodeTraccar(request({ query }), 'm/s').fixes[0]?.speedMetersPerSecond).toBe(10);
  });
});

describe('setting an app up', () => {
  const input = { baseUrl: 'https://muster.example.org/', deviceId: 'dev-42', secret: 'pA+/s=cr' };

  it.each(clients)('%s: the address and everything else leads to the same secret', (client) => {
    const setup = clientFormats[client].setUp(input);
    const { pathname } = new URL(setup.url);
    expect(presentedSecret(request({ path: pathname }), ['path'])?.secret).toBe(input.secret);
    expect(setup.url).toContain('https://muster.example.org/clients/');
    expect(setup.steps.length).toBeGreaterThanOrEqual(3);
  });

  it('OwnTracks: a link with the configuration within', () => {
    const link = new URL(clientFormats.owntracks.setUp(input).setupLink ?? '');
    expect([link.protocol, link.host, link.pathname]).toEqual(['owntracks:', '', '/config']);
    const text = Buffer.from(link.searchParams.get('inline') ?? '', 'base64').toString('utf8');
    expect(JSON.parse(text)).toMatchObject({
      _type: 'configuration',
      mode: 3,
      auth: true,
      username: 'dev-42',
      password: input.secret,
    });
  });

  it('Overland: a link with address, token and device', () => {
    const link = new URL(clientFormats.overland.setUp(input).setupLink ?? '');
    expect([link.protocol, link.host]).toEqual(['overland:', 'setup']);
    expect(link.searchParams.get('token')).toBe(input.secret);
    expect(link.searchParams.get('url')).toBe(clientFormats.overland.setUp(input).url);
    expect(link.searchParams.get('device_id')).toBe('dev-42');
  });

  it('Traccar Client: origin and path of the code are the server, the query its settings', () => {
    const setup = clientFormats.traccar.setUp(input);
    const code = new URL(setup.qrText ?? '');
    expect(`${code.origin}${code.pathname}`).toBe(setup.url);
    expect(code.searchParams.get('id')).toBe('dev-42');
    expect(new URL(setup.setupLink ?? '').searchParams.get('url')).toBe(setup.url);
  });

  it('GPSLogger: an address to paste, and a profile file', () => {
    const setup = clientFormats.gpslogger.setUp({ ...input, secret: 'ü\\x' });
    expect(setup.url).toBe('https://muster.example.org/clients/gpslogger/%C3%BC%5Cx?%ALL');
    expect(setup.file?.text).toContain('log_customurl_body=%ALL\n');
    expect(setup.file?.text).toContain('log_customurl_url=https://muster.example.org/clients/gpslogger/%C3%BC%5Cx\n');
  });
});
