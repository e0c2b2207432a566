import { type PhoneClient, routes } from '@muster/contracts';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SettableClock, systemClock } from '../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing/test-database.ts';
import { problem } from '../../platform/http/problem.ts';
import { makePartitions } from './partitions.ts';
import { addPhoneClient, listPhoneClients, removePhoneClient } from './phone-clients.ts';
import { phoneSurface } from './phone-surface.ts';
import { type RunningGeo, runGeo } from './testing/running-geo.ts';
import { createWorld, type World } from './testing/world.ts';

const now = systemClock.now();
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

let db: TestDatabase;
let geo: RunningGeo;
let world: World;
let server: FastifyInstance;
const secrets = {} as Record<PhoneClient, string>;
const ids = {} as Record<PhoneClient, string>;
const logged: unknown[] = [];
let fail: (() => never) | undefined;

const member = () => ({ orgId: world.orgId, userId: world.memberId, role: 'member' as const });
const add = async (client: PhoneClient) =>
  routes.addPhoneClient.answer.parse(
    await geo.call(routes.addPhoneClient, addPhoneClient({ publicUrl: 'https://muster.example.org' }), member(), {
      body: { client, name: 'My phone' },
    }),
  );

beforeAll(async () => {
  db = await testDatabase();
  geo = runGeo(db, new SettableClock(now));
  await makePartitions(db.database, geo.clock);
  world = await createWorld(db);
  await world.enter(world.memberId, ago(120));
  for (const client of ['owntracks', 'traccar', 'overland', 'gpslogger'] as const) {
    const added = await add(client);
    ids[client] = added.phoneClientId;
    secrets[client] = new URL(added.url).pathname.split('/')[3] ?? '';
  }
  server = Fastify({ routerOptions: { maxParamLength: 200 } });
  const queue: Pick<RunningGeo['queue'], 'submit'> = {
    submit: (orgId, batch) => {
      fail?.();
      return geo.queue.submit(orgId, batch);
    },
  };
  const log = { error: (...line: unknown[]) => logged.push(line) } as never;
  await phoneSurface({ ...geo, queue, log })(server);
  await server.ready();
});
afterAll(async () => {
  await server.close();
  await db.drop();
});

/** Status, content type and body, as the app gets them. */
const send = async (options: InjectOptions) => {
  const answer = await server.inject({ method: 'POST', ...options });
  return [answer.statusCode, answer.headers['content-type'], answer.body, answer.headers] as const;
};
const storedBy = async (client: PhoneClient) => {
  const { rows } = await db.ownerPool.query<Record<string, unknown>>(
    'SELECT fixed_at, latitude, longitude, accuracy_meters, mock FROM geo.position WHERE device_id = $1 ORDER BY fixed_at',
    [ids[client]],
  );
  return rows;
};
const whole = (at: Date) => new Date(seconds(at) * 1000);

describe('each app is stored, and answered as it expects', () => {
  it('OwnTracks, with its path or with Basic authentication', async () => {
    const message = (at: Date) => ({ _type: 'location', lat: 48.2, lon: 16.37, tst: seconds(at), acc: 7 });
    const url = `/clients/owntracks/${secrets.owntracks}`;
    const taken = [200, 'application/json', '[]'];
    expect((await send({ url, payload: message(ago(30)) })).slice(0, 3)).toEqual(taken);
    const authorization = `Basic ${Buffer.from(`${ids.owntracks}:${secrets.owntracks}`).toString('base64')}`;
    const basic = await send({ url: '/clients/owntracks', headers: { authorization }, payload: message(ago(29)) });
    expect(basic.slice(0, 3)).toEqual(taken);
    expect((await send({ url })).slice(0, 3)).toEqual(taken);
    expect(await storedBy('owntracks')).toMatchObject([
      { fixed_at: whole(ago(30)), latitude: 48.2, longitude: 16.37, accuracy_meters: 7 },
      { fixed_at: whole(ago(29)) },
    ]);
  });

  it('Traccar Client, by GET or POST, with everything in the query or the form', async () => {
    const query = (at: Date) => `id=123456&timestamp=${seconds(at)}&lat=48.2&lon=16.37&accuracy=9&mock=true`;
    const url = `/clients/traccar/${secrets.traccar}`;
    const taken = [200, undefined, ''];
    expect((await send({ method: 'GET', url: `${url}?${query(ago(20))}` })).slice(0, 3)).toEqual(taken);
    expect((await send({ url: `${url}/?${query(ago(19))}` })).slice(0, 3)).toEqual(taken);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send({ url, headers: form, payload: query(ago(18)) })).slice(0, 3)).toEqual(taken);
    expect(await storedBy('traccar')).toMatchObject([{ mock: true }, { mock: true }, { accuracy_meters: 9 }]);
  });

  it('Overland, with a Bearer token or its path, a thousand at once', async () => {
    const feature = (at: Date) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [16.37, 48.2] },
      properties: { timestamp: at.toISOString(), horizontal_accuracy: 8, speed: -1 },
    });
    const locations = Array.from({ length: 1000 }, (_, index) => feature(new Date(ago(100).getTime() + index * 5_000)));
    const taken = [200, 'application/json', '{"result":"ok"}'];
    const authorization = `Bearer ${secrets.overland}`;
    const bearer = await send({ url: '/clients/overland', headers: { authorization }, payload: { locations } });
    expect(bearer.slice(0, 3)).toEqual(taken);
    const again = await send({ url: `/clients/overland/${secrets.overland}`, payload: { locations } });
    expect(again.slice(0, 3)).toEqual(taken);
    expect(await storedBy('overland')).toHaveLength(1000);
  });

  it('GPSLogger, with whatever its template says and any content type', async () => {
    const payload = `lat=48.2&lon=16.37&acc=6&timestamp=${seconds(ago(10))}&`;
    const url = `/clients/gpslogger/${secrets.gpslogger}`;
    expect((await send({ url, payload, headers: { 'content-type': 'url encoded?' } })).slice(0, 3)).toEqual([
      200,
      'text/plain; charset=utf-8',
      'OK',
    ]);
    expect(await storedBy('gpslogger')).toMatchObject([{ fixed_at: whole(ago(10)), accuracy_meters: 6 }]);
  });
});

describe('what cannot be used', () => {
  it('is put aside and answered as taken, so that the next message comes through', async () => {
    const url = `/clients/overland/${secrets.overland}`;
    for (const payload of [
      'not json',
      '{"locations":[{"geometry":{"coordinates":[16.371234,98.21]},"properties":{}}]}',
    ]) {
      expect((await send({ url, payload })).slice(0, 3)).toEqual([200, 'application/json', '{"result":"ok"}']);
    }
    const old = `lat=48.2&lon=16.37&timestamp=${seconds(ago(60 * 24 * 9))}`;
    expect((await send({ url: `/clients/traccar/${secrets.traccar}?${old}` }))[0]).toBe(200);
    const { rows } = await db.ownerPool.query<{ excerpt: string }>(
      'SELECT client, reason, excerpt FROM geo.quarantine WHERE org_id = $1 ORDER BY received_at, quarantine_id',
      [world.orgId],
    );
    expect(rows.map((row) => ({ ...row, excerpt: '' }))).toEqual([
      { client: 'overland', reason: 'The body is not JSON.', excerpt: '' },
      { client: 'overland', reason: 'off-the-map', excerpt: '' },
      { client: 'traccar', reason: 'too-old', excerpt: '' },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/16\.37|98\.21|48\.2/);
  });

  it('is refused when it is too large', async () => {
    const answer = await send({
      url: `/clients/overland/${secrets.overland}`,
      payload: 'x'.repeat(2 * 1024 * 1024 + 1),
    });
    expect(answer[0]).toBe(413);
    expect(JSON.parse(answer[2])).toMatchObject({ result: 'error' });
  });
});

describe('refusals', () => {
  it('a wrong secret, another app’s secret, none at all', async () => {
    const body = { lat: 1, lon: 1 };
    expect((await send({ url: '/clients/owntracks/wrong', payload: body })).slice(0, 3)).toEqual([
      401,
      'application/json',
      '[]',
    ]);
    expect((await send({ url: `/clients/traccar/${secrets.overland}`, payload: body }))[0]).toBe(403);
    const none = await send({ url: '/clients/overland', payload: body });
    expect([none[0], none[3]['www-authenticate']]).toEqual([401, 'Bearer realm="Muster"']);
  });

  it('busy says when to come back, and stores nothing', async () => {
    const url = `/clients/owntracks/${secrets.owntracks}`;
    const payload = { _type: 'location', lat: 48.2, lon: 16.37, tst: seconds(ago(1)), acc: 7 };
    const before = (await storedBy('owntracks')).length;
    fail = () => {
      throw problem('overloaded', { retryAfterSeconds: 7 });
    };
    const busy = await send({ url, payload });
    expect([...busy.slice(0, 3), busy[3]['retry-after']]).toEqual([503, 'application/json', '[]', '7']);
    fail = () => {
      throw new Error('the database is away');
    };
    expect((await send({ url, payload })).slice(0, 3)).toEqual([503, 'application/json', '[]']);
    fail = undefined;
    expect(logged).toHaveLength(1);
    expect(JSON.stringify(logged)).not.toContain(secrets.owntracks);
    expect(await storedBy('owntracks')).toHaveLength(before);
  });

  it('many wrong secrets from one address end the look-ups, but not for phones that are known', async () => {
    const guess = (index: number) =>
      server.inject({ method: 'POST', url: `/clients/gpslogger/guess${index}`, remoteAddress: '198.51.100.7' });
    const statuses: number[] = [];
    for (let index = 0; index < 25; index += 1) statuses.push((await guess(index)).statusCode);
    expect(statuses.slice(0, 20).every((status) => status === 403)).toBe(true);
    expect(statuses.slice(20)).toEqual([503, 503, 503, 503, 503]);
    const known = await server.inject({
      method: 'POST',
      url: `/clients/gpslogger/${secrets.gpslogger}`,
      payload: 'x=1',
      remoteAddress: '198.51.100.7',
    });
    expect(known.statusCode).toBe(200);
  });

  it('a removed phone app and a suspended account', async () => {
    const list = async () =>
      routes.listPhoneClients.answer.parse(await geo.call(routes.listPhoneClients, listPhoneClients(), member(), {}))
        .items;
    expect(await list()).toMatchObject([
      { client: 'owntracks', name: 'My phone', lastHeardAt: now.toISOString() },
      { client: 'traccar' },
      { client: 'overland' },
      { client: 'gpslogger' },
    ]);
    const remove = (who: ReturnType<typeof member>) =>
      geo.call(routes.removePhoneClient, removePhoneClient(geo), who, { params: { phoneClientId: ids.gpslogger } });
    expect(await remove({ ...member(), userId: await world.addMember() })).toBe('not-found');
    expect(await remove({ ...member(), userId: world.teacherId })).toBe('not-permitted');
    expect(await remove(member())).toBeNull();
    expect((await send({ url: `/clients/gpslogger/${secrets.gpslogger}` }))[0]).toBe(403);
    expect(await list()).toHaveLength(3);

    await db.ownerPool.query(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [world.memberId]);
    geo.clock.advance(61_000);
    expect((await send({ url: `/clients/traccar/${secrets.traccar}` }))[0]).toBe(403);
    const { rows } = await db.ownerPool.query<{ action: string }>(
      `SELECT action FROM audit.entry WHERE org_id = $1 AND object_kind = 'phone-client'`,
      [world.orgId],
    );
    expect(rows.filter(({ action }) => action === 'location.phone-client-added')).toHaveLength(4);
    expect(rows.filter(({ action }) => action === 'location.phone-client-removed')).toHaveLength(1);
  });
});
