import { type PhoneClient, routes } from '@muster/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Player } from './cast.ts';
import { baseUrl, call, principal, type Session } from './client.ts';
import { campus, player, printedCode, punch, rounded } from './scene.ts';

/** What the apps send, byte for byte as they do, and what they must get back to forget it. */

let member: Player & { session: Session };
let place: Awaited<ReturnType<typeof campus>>;
let date = '';
/** Phones know whole seconds: later than the ENTER, and no two the same. */
let nextSecond = 0;

beforeAll(async () => {
  [member, place] = await Promise.all([player('phones'), campus()]);
  const code = await printedCode(place.gateId);
  const { day } = await punch(member.session, 'ENTER', { at: place.inside, code });
  date = day.date;
  nextSecond = Math.ceil(Date.now() / 1000) + 1;
});

const second = (): number => nextSecond++;
const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

const setUp = (client: PhoneClient) =>
  call(routes.addPhoneClient, { body: { client, name: `My ${client}` } }, member.session);

/** What is stored of the given seconds, by second. */
const stored = async (...seconds: number[]) => {
  const { memberId, session } = member;
  const { positions } = await call(routes.readTrack, { params: { memberId }, query: { date } }, session);
  return positions.filter(({ fixedAt }) => seconds.includes(Date.parse(fixedAt) / 1000));
};

const post = (url: string, init: { headers?: Record<string, string>; body?: string } = {}) =>
  fetch(url, { method: 'POST', ...init, signal: AbortSignal.timeout(30_000) });
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Status, content type and body; the whole of what an app looks at. */
const replyOf = async (response: Response) => ({
  status: response.status,
  type: response.headers.get('content-type'),
  body: await response.text(),
});

describe('OwnTracks', () => {
  const ok = { status: 200, type: 'application/json', body: '[]' };

  it('delivers a location, with Basic authentication and without zero values', async () => {
    const { url, phoneClientId, setupLink } = await setUp('owntracks');
    expect(setupLink).toMatch(/^owntracks:\/\/\/config\?inline=/);
    const secret = url.split('/').at(-1)!;
    const at = second();
    const body = JSON.stringify({
      _type: 'location',
      tst: at,
      lat: place.inside.latitude,
      lon: place.inside.longitude,
      acc: 12,
      vel: 18,
      batt: 80,
      conn: 'm',
      tid: 'xy',
      topic: 'owntracks/user/device',
    });
    const authorization = `Basic ${Buffer.from(`${phoneClientId}:${secret}`).toString('base64')}`;
    const response = await post(`${baseUrl()}/clients/owntracks`, { headers: { ...json, authorization }, body });
    expect(await replyOf(response)).toEqual(ok);
    expect(await stored(at)).toMatchObject([
      { ...place.inside, accuracyMeters: 12, speedMetersPerSecond: 5, headingDegrees: null },
    ]);
  });

  it('is answered the same when there is nothing to store', async () => {
    const { url } = await setUp('owntracks');
    for (const body of [
      '',
      '{"_type":"lwt","tst":1}',
      '{"_type":"waypoints","waypoints":[]}',
      '{"_type":"brand-new"}',
    ]) {
      expect(await replyOf(await post(url, { headers: json, body }))).toEqual(ok);
    }
  });

  it('is asked for the password again when it is wrong', async () => {
    const { phoneClientId } = await setUp('owntracks');
    const authorization = `Basic ${Buffer.from(`${phoneClientId}:wrong`).toString('base64')}`;
    const response = await post(`${baseUrl()}/clients/owntracks`, { headers: { ...json, authorization }, body: '{}' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
  });
});

describe('Traccar Client', () => {
  const ok = { status: 200, type: null, body: '' };

  it('delivers as version 8 does: a query and no body, speed in knots', async () => {
    const { url } = await setUp('traccar');
    const at = second();
    const { latitude, longitude } = place.inside;
    const query = `id=58261947&timestamp=${at}&lat=${latitude}&lon=${longitude}&speed=1.943844&bearing=90.5&altitude=353.2&accuracy=8.5&batt=64.0`;
    expect(await replyOf(await post(`${url}?${query}`))).toEqual(ok);
    const [fix] = await stored(at);
    expect(fix).toMatchObject({ ...place.inside, accuracyMeters: 8.5, headingDegrees: 90.5 });
    expect(fix!.speedMetersPerSecond).toBeCloseTo(1, 3);
  });

  it('delivers as version 9 does: JSON, speed in m/s, -1 where nothing is known', async () => {
    const { url } = await setUp('traccar');
    const at = second();
    const body = JSON.stringify({
      device_id: '58261947',
      location: {
        timestamp: isoOf(at),
        coords: { ...place.inside, accuracy: 9, speed: -1, heading: -1, altitude: 353 },
        is_moving: false,
        odometer: 10,
        event: 'motionchange',
        battery: { level: 0.5, is_charging: true },
        activity: { type: 'still' },
      },
    });
    expect(await replyOf(await post(url, { headers: json, body }))).toEqual(ok);
    expect(await stored(at)).toMatchObject([{ accuracyMeters: 9, speedMetersPerSecond: null, headingDegrees: null }]);
  });

  it('delivers as the newer library does: a form, and heartbeats without a place', async () => {
    const { url } = await setUp('traccar');
    const at = second();
    const { latitude, longitude } = place.inside;
    const fix = `id=58261947&timestamp=${at}&lat=${latitude}&lon=${longitude}&speed=0.00&accuracy=5.0&batt=70&charge=true`;
    expect(await replyOf(await post(url, { headers: form, body: fix }))).toEqual(ok);
    expect(await replyOf(await post(url, { headers: form, body: `id=58261947&timestamp=${second()}` }))).toEqual(ok);
    expect(await stored(at)).toHaveLength(1);
  });

  it('is refused with a sentence when the address is not known', async () => {
    const reply = await replyOf(
      await post(`${baseUrl()}/clients/traccar/58261947?id=58261947&timestamp=1&lat=1&lon=1`),
    );
    expect(reply.status).toBe(403);
    expect(reply.body).toMatch(/Set the app up again/);
  });
});

describe('Overland', () => {
  const ok = { status: 200, type: 'application/json', body: '{"result":"ok"}' };
  const feature = (seconds: number, latitude = place.inside.latitude) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [place.inside.longitude, latitude] },
    properties: {
      timestamp: isoOf(seconds).replace('.000Z', '+00:00'),
      altitude: 350,
      speed: -1,
      horizontal_accuracy: 10,
      vertical_accuracy: -1,
      motion: ['walking'],
      battery_state: 'unplugged',
      battery_level: 0.8,
      wifi: '',
      device_id: 'phone',
    },
  });
  const upload = (...locations: unknown[]) => ({ headers: json, body: JSON.stringify({ locations }) });

  it('delivers a batch with Bearer authentication, and its own remarks without a place', async () => {
    const { url } = await setUp('overland');
    const authorization = `Bearer ${url.split('/').at(-1)}`;
    const seconds = [second(), second(), second()];
    const remark = { type: 'Feature', properties: { timestamp: isoOf(seconds[0]!), action: 'started_tracking' } };
    const init = upload(remark, ...seconds.map((at) => feature(at)));
    const response = await post(`${baseUrl()}/clients/overland`, {
      ...init,
      headers: { ...init.headers, authorization },
    });
    expect(await replyOf(response)).toEqual(ok);
    expect(await stored(...seconds)).toHaveLength(3);
  });

  it('may send everything three times: nothing is there twice', async () => {
    const { url } = await setUp('overland');
    const seconds = [second(), second()];
    const init = upload(...seconds.map((at) => feature(at)));
    for (let time = 0; time < 3; time += 1) expect(await replyOf(await post(url, init))).toEqual(ok);
    expect(await stored(...seconds)).toHaveLength(2);
  });

  it('is never blocked by what cannot be used', async () => {
    const { url } = await setUp('overland');
    const good = second();
    const poison = [
      feature(second(), 91),
      {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: ['x', null] },
        properties: { timestamp: 'yesterday' },
      },
      feature(0),
      feature(second() + 86_400),
      { type: 'Feature', geometry: null, properties: null },
      'no feature at all',
      null,
      42,
    ];
    for (const each of poison) expect(await replyOf(await post(url, upload(each)))).toEqual(ok);
    expect(await replyOf(await post(url, upload(...poison, feature(good))))).toEqual(ok);
    expect(await replyOf(await post(url, { headers: json, body: '{"locations":[{"type":"Fea' }))).toEqual(ok);
    expect(await stored(good)).toHaveLength(1);
  });

  it('is told to send less when a body is too large, and that nothing was taken', async () => {
    const { url } = await setUp('overland');
    const reply = await replyOf(await post(url, { headers: json, body: `{"locations":["${'x'.repeat(3_000_000)}"]}` }));
    expect(reply.status).toBe(413);
    expect(JSON.parse(reply.body)).toMatchObject({ result: 'error' });
  });

  it('is refused in its own words when the token is wrong', async () => {
    const headers = { ...json, authorization: 'Bearer wrong' };
    const reply = await replyOf(await post(`${baseUrl()}/clients/overland`, { headers, body: '{"locations":[]}' }));
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.body)).toMatchObject({ result: 'error' });
  });
});

describe('GPSLogger', () => {
  const ok = { status: 200, type: 'text/plain; charset=utf-8', body: 'OK' };

  it('delivers what %ALL expands to, in the address or in the body', async () => {
    const { url } = await setUp('gpslogger');
    expect(url).toMatch(/\?%ALL$/);
    const address = url.slice(0, -'?%ALL'.length);
    const all = (at: number) =>
      `lat=${place.inside.latitude}&lon=${place.inside.longitude}&sat=9&desc=&alt=353.0&acc=7.5&dir=180.0&prov=gps&spd=1.5&` +
      `timestamp=${at}&time=${isoOf(at)}&starttimestamp=${at}&date=${date}&batt=55.0&ischarging=false&aid=abc&ser=abc&act=&filename=f&profile=Muster&hdop=&vdop=&pdop=&dist=0&`;
    const [one, other] = [second(), second()];
    expect(await replyOf(await fetch(`${address}?${all(one)}`))).toEqual(ok);
    expect(await replyOf(await post(address, { headers: form, body: all(other) }))).toEqual(ok);
    const fix = { ...place.inside, accuracyMeters: 7.5, speedMetersPerSecond: 1.5, headingDegrees: 180 };
    expect(await stored(one, other)).toMatchObject([fix, fix]);
  });
});

describe('a phone client', () => {
  it('is listed with when it was last heard, and its secret stops working when it is removed', async () => {
    const { url, phoneClientId } = await setUp('traccar');
    const at = second();
    const query = `id=1&timestamp=${at}&lat=${place.inside.latitude}&lon=${place.inside.longitude}`;
    expect((await post(`${url}?${query}`)).status).toBe(200);
    const { items } = await call(routes.listPhoneClients, {}, member.session);
    const listed = items.find((item) => item.phoneClientId === phoneClientId);
    expect(listed?.lastHeardAt).not.toBeNull();
    expect(JSON.stringify(items)).not.toContain(url.split('/').at(-1));
    await call(routes.removePhoneClient, { params: { phoneClientId } }, member.session);
    expect((await post(`${url}?${query}`)).status).toBe(403);
  });

  it('can only deliver: its secret opens nothing else', async () => {
    const { url } = await setUp('overland');
    const authorization = `Bearer ${url.split('/').at(-1)}`;
    for (const path of ['/v1/me', '/v1/presence', `/v1/members/${member.memberId}/today`]) {
      expect((await fetch(`${baseUrl()}${path}`, { headers: { authorization } })).status).toBe(401);
    }
  });

  it('of a member who is not tracked stores nothing, and is answered as always', async () => {
    const other = await player('phones', 1);
    const { url } = await call(routes.addPhoneClient, { body: { client: 'traccar', name: 'Off' } }, other.session);
    const query = `id=1&timestamp=${second()}&lat=${rounded(place.inside.latitude)}&lon=${place.inside.longitude}`;
    expect((await post(`${url}?${query}`)).status).toBe(200);
    const params = { memberId: other.memberId };
    expect((await call(routes.readTrack, { params, query: { date } }, other.session)).positions).toEqual([]);
    const seen = await call(routes.readPresence, { params }, await principal());
    expect(seen.presence).toBeNull();
  });
});
