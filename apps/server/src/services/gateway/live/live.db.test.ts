import { liveCloseCodes } from '@muster/contracts';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OutgoingEvent } from '../../../platform/events/port.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { LiveClient } from '../testing/live-client.ts';
import { type LiveSchool, LiveWorld } from '../testing/world.ts';

let world: LiveWorld;
beforeAll(async () => {
  world = await LiveWorld.open();
});
afterAll(() => world.close());

const latitudes = (client: LiveClient, memberId: string): number[] =>
  client
    .happenings('moved')
    .filter((moved) => moved.memberId === memberId)
    .map(({ position }) => position.latitude);

/** What comes in the order of the stream has come when a fact after it has. */
const settled = async (school: LiveSchool, ...clients: readonly LiveClient[]): Promise<void> => {
  const punchId = uuidv7();
  const [memberId] = school.memberIds;
  const at = world.server.ports.clock.now().toISOString();
  const held: OutgoingEvent<'attendance.punch-held'> = {
    type: 'attendance.punch-held',
    key: memberId,
    payload: { memberId, punchId, direction: 'ENTER', at, sentence: 'A marker.' },
  };
  await world.tell(school, held);
  await Promise.all(
    clients.map((client) =>
      client.until(() => client.happenings('punch-held').find((each) => each.punchId === punchId)),
    ),
  );
};

describe('the upgrade', () => {
  it.each([
    ['without a token', null, {}, 401],
    ['with a token that nobody issued', 'made-up', {}, 401],
    ['from a page of another site', 'made-up', { Origin: 'https://elsewhere.example' }, 403],
    ['from a page without an address', 'made-up', { Origin: 'null' }, 403],
  ])('%s is refused', async (_what, token, headers, status) => {
    expect(await world.client(token, headers).opened).toBe(status);
  });

  it('is let through from its own address, also when a proxy has changed the host', async () => {
    const school = await world.school();
    for (const origin of [world.server.url, 'https://muster.example']) {
      const client = world.client(world.token(school, 'teacher'), { Origin: origin });
      expect(await client.opened).toBeNull();
    }
  });

  it('survives a client that breaks off while it is being verified', async () => {
    const { tokens, port, url } = world.server;
    const verify = vi.spyOn(tokens, 'verify').mockImplementationOnce(() => sleep(100, null));
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(
        'GET /v1/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\nSec-WebSocket-Protocol: muster.v1, bearer.x\r\n\r\n`,
      ),
    );
    socket.on('error', () => undefined);
    await vi.waitFor(() => expect(verify).toHaveBeenCalled());
    socket.resetAndDestroy();
    await sleep(150);
    verify.mockRestore();
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });
});

describe('a subscription', () => {
  it('brings each fact only to those who may know it, as far as they may', async () => {
    const school = await world.school('presence');
    const [first, second] = school.memberIds;
    for (const memberId of school.memberIds) await world.enter(school, memberId);
    const [teacher, otherTeacher, principal, guardian] = await Promise.all([
      world.subscribed(school, 'teacher'),
      world.subscribed(school, 'otherTeacher'),
      world.subscribed(school, 'principal'),
      world.subscribed(school, 'guardian'),
    ]);
    const stranger = await world.subscribed(await world.school(), 'principal');
    const at = world.server.ports.clock.now().toISOString();
    await world.tell(school, world.moved(school, first, 47.1), world.moved(school, second, 47.2), {
      type: 'geo.presence-changed',
      key: first,
      payload: { memberId: first, sessionId: first, state: 'outside', since: at },
    });
    await settled(school, teacher, principal, guardian);

    expect([latitudes(principal, first), latitudes(principal, second)]).toEqual([[47.1], [47.2]]);
    expect([latitudes(guardian, first), latitudes(guardian, second)]).toEqual([[47.1], []]);
    expect([latitudes(teacher, first), latitudes(teacher, second)]).toEqual([[], []]);
    expect(teacher.happenings('presence')).toHaveLength(1);
    expect(otherTeacher.events).toEqual([]);
    expect(stranger.events).toEqual([]);
  });

  it('tells only the topics that were asked for, and nothing before it', async () => {
    const school = await world.school();
    const [first] = school.memberIds;
    const client = world.client(world.token(school, 'principal'));
    await client.opened;
    const reference = await world.subscribed(school, 'principal');
    await world.enter(school, first);
    await settled(school, reference);
    expect(client.frames).toEqual([]);
    await client.subscribe(['attendance']);
    await world.tell(school, world.moved(school, first, 47.1));
    await settled(school, client);
    expect(client.events.map(({ topic }) => topic)).toEqual(['attendance']);
  });

  it('opens access with ENTER and raises it while an excursion lasts, also one that is withdrawn', async () => {
    const school = await world.school('presence');
    const [first] = school.memberIds;
    const teacher = await world.subscribed(school, 'teacher');
    await world.enter(school, first);
    await world.tell(school, world.moved(school, first, 1));
    await settled(school, teacher);
    const excursionId = uuidv7();
    const sessionId = school.sessions.get(first) ?? '';
    const now = world.server.ports.clock.now().toISOString();
    const excursion = { memberId: first, excursionId, sessionId, date: now.slice(0, 10), startedAt: now };
    const { ownerPool } = world.server.db;
    await ownerPool.query(
      `INSERT INTO geo.excursion (org_id, excursion_id, member_id, session_id, date, started_at, decided_at,
         farthest_meters, farthest_at) VALUES ($1, $2, $3, $4, $5, $6, $6, 200, $6)`,
      [school.orgId, excursionId, first, sessionId, excursion.date, now],
    );
    await world.tell(
      school,
      {
        type: 'geo.excursion-opened',
        key: first,
        payload: { ...excursion, decidedAt: now, distanceMeters: 200, alertable: true },
      },
      world.moved(school, first, 2),
    );
    await settled(school, teacher);
    await ownerPool.query('DELETE FROM geo.excursion WHERE excursion_id = $1', [excursionId]);
    await world.tell(
      school,
      { type: 'geo.excursion-withdrawn', key: first, payload: { memberId: first, excursionId, sessionId } },
      world.moved(school, first, 3),
    );
    await settled(school, teacher);
    expect(latitudes(teacher, first)).toEqual([2]);
    expect(teacher.happenings('excursion-opened')).toHaveLength(1);
  });

  it('loads access anew when it was changed, and says so', async () => {
    const school = await world.school('attendance');
    const [first] = school.memberIds;
    await world.enter(school, first);
    const teacher = await world.subscribed(school, 'teacher');
    await world.tell(school, world.moved(school, first, 1));
    await settled(school, teacher);
    await world.server.db.ownerPool.query(`UPDATE users.organization SET supervisor_location = 'full' WHERE id = $1`, [
      school.orgId,
    ]);
    // What follows the change in the stream is told by the new access, however fast it follows.
    await world.tell(
      school,
      { type: 'users.access-changed', key: school.orgId, payload: { userId: null } },
      world.moved(school, first, 2),
    );
    await settled(school, teacher);
    expect(latitudes(teacher, first)).toEqual([2]);
    expect(teacher.frames.filter(({ type }) => type === 'access-changed')).toHaveLength(1);
  });
});

describe('EXIT', () => {
  it('ends what staff see at once; the guardian who agreed goes on seeing', async () => {
    const school = await world.school();
    const [first, second] = school.memberIds;
    for (const memberId of school.memberIds) await world.enter(school, memberId);
    const [teacher, principal, guardian] = await Promise.all([
      world.subscribed(school, 'teacher'),
      world.subscribed(school, 'principal'),
      world.subscribed(school, 'guardian'),
    ]);
    await world.tell(school, world.moved(school, first, 1));
    await settled(school, teacher, principal, guardian);
    // In the very same moment: a late position of the session, and one outside any session.
    const late = world.moved(school, first, 2);
    const after = { ...late, payload: { ...late.payload, sessionId: null } };
    await world.exit(school, first, late, after, world.moved(school, second, 3));
    await settled(school, teacher, principal, guardian);
    for (const staff of [teacher, principal]) {
      expect(latitudes(staff, first)).toEqual([1]);
      expect(latitudes(staff, second)).toEqual([3]);
    }
    expect(latitudes(guardian, first)).toEqual([1, 2, 2]);
  });

  it('and ENTER in a row leave the access of the last one', async () => {
    const school = await world.school();
    const [first] = school.memberIds;
    const teacher = await world.subscribed(school, 'teacher');
    for (let round = 1; round <= 10; round += 1) {
      await world.enter(school, first);
      await world.tell(school, world.moved(school, first, round));
      await settled(school, teacher);
      await world.exit(school, first, world.moved(school, first, -round));
    }
    await settled(school, teacher);
    expect(latitudes(teacher, first)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('a cursor', () => {
  /** https://en.wikipedia.org/wiki/Linear_congruential_generator, the constants of Numerical Recipes */
  const seeded = (seed: number) => {
    let state = seed;
    return (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  };

  it.each([1, 2, 3])('resumes without losing or doubling anything while facts keep coming, seed %i', async (seed) => {
    const random = seeded(seed);
    const school = await world.school();
    const [first] = school.memberIds;
    await world.enter(school, first);
    const wanted = 200;
    const appending = (async () => {
      for (let next = 1; next <= wanted; ) {
        const count = Math.min(1 + random(8), wanted - next + 1);
        await world.tell(
          school,
          ...Array.from({ length: count }, (_, index) => world.moved(school, first, (next + index) / 10)),
        );
        next += count;
        await sleep(random(12));
      }
    })();
    const heard: number[] = [];
    let client = await world.subscribed(school, 'principal');
    for (let cut = 0; cut < 25; cut += 1) {
      await sleep(random(30));
      await client.cut();
      heard.push(...latitudes(client, first));
      const { cursor } = client;
      client = await world.subscribed(school, 'principal', cursor);
      expect(client.frames.find((frame) => frame.type === 'subscribed')).toMatchObject({ resumed: true });
    }
    await appending;
    await settled(school, client);
    heard.push(...latitudes(client, first));
    // The first connection began when some had been told already: from then on each comes once, in order.
    const from = Math.round((heard[0] ?? 0) * 10);
    expect(heard.map((latitude) => Math.round(latitude * 10))).toEqual(
      Array.from({ length: wanted - from + 1 }, (_, index) => from + index),
    );
  });

  it('that is nonsense or too far back asks for the lists', async () => {
    const school = await world.school();
    const client = world.client(world.token(school, 'principal'));
    await client.opened;
    expect(await client.subscribe(['inbox'], 'nonsense')).toBe(false);
    expect(await client.subscribe(['inbox'], client.cursor)).toBe(true);
  });

  it('given again on an open socket repeats only what it was asked for', async () => {
    const school = await world.school();
    const [first] = school.memberIds;
    await world.enter(school, first);
    const client = await world.subscribed(school, 'principal');
    const { cursor } = client;
    await world.tell(school, world.moved(school, first, 1), world.moved(school, first, 2));
    await settled(school, client);
    // Both at once: one is worked on after the other.
    await Promise.all([client.subscribe(['location'], cursor), client.subscribe(['location'], cursor)]);
    await client.until(() => (latitudes(client, first).length >= 6 ? true : undefined));
    expect(latitudes(client, first)).toEqual([1, 2, 1, 2, 1, 2]);
  });
});

describe('a socket is closed', () => {
  it.each([
    ['what is no JSON', 'hello'],
    ['an unknown request', { type: 'shout' }],
    ['an unknown topic', { type: 'subscribe', topics: ['everything'] }],
  ])('with 4400 for %s', async (_what, request) => {
    const client = await world.subscribed(await world.school(), 'teacher');
    client.say(request);
    expect(await client.closed).toBe(liveCloseCodes.malformed);
  });

  it('with 4401 when its sign-in ends, and no other', async () => {
    const school = await world.school();
    const sessionId = uuidv7();
    const ended = world.client(world.token(school, 'teacher', sessionId));
    const other = await world.subscribed(school, 'teacher');
    await ended.subscribe(['attendance']);
    const userId = school.people.teacher;
    await world.tell(school, {
      type: 'auth.session-ended',
      key: userId,
      payload: { userId, sessionId, cause: 'signed-out' },
    });
    expect(await ended.closed).toBe(liveCloseCodes.notSignedIn);
    await settled(school, other);
  });

  it('with 4429 when the user has ten already, also when they all come at once', async () => {
    const school = await world.school();
    const token = world.token(school, 'teacher');
    const clients = Array.from({ length: 12 }, () => world.client(token));
    const codes: number[] = [];
    for (const client of clients) void client.closed.then((code) => codes.push(code));
    await vi.waitFor(() => expect(codes).toEqual([liveCloseCodes.tooMany, liveCloseCodes.tooMany]));
    await clients[0]?.cut();
    await vi.waitFor(async () => {
      const next = world.client(token);
      expect(await Promise.race([next.subscribe(['inbox']), next.closed])).toBe(false);
    });
  });

  it('with 4429 when it asks too often', async () => {
    const client = await world.subscribed(await world.school(), 'teacher');
    for (let count = 0; count < 70; count += 1) client.say({ type: 'pong' });
    expect(await client.closed).toBe(liveCloseCodes.tooMany);
  });

  it('with 4409 when it does not read, while another one goes on', async () => {
    const school = await world.school();
    const [first] = school.memberIds;
    await world.enter(school, first);
    const slow = await world.subscribed(school, 'principal');
    const reading = await world.subscribed(school, 'teacher');
    slow.pause();
    const sentence = 'x'.repeat(4_000);
    const at = world.server.ports.clock.now().toISOString();
    let sent = 0;
    // More than the network's own buffers take.
    for (let megabytes = 0; megabytes < 12; megabytes += 1) {
      const facts = Array.from({ length: 250 }, (): OutgoingEvent<'attendance.punch-held'> => {
        sent += 1;
        return {
          type: 'attendance.punch-held',
          key: first,
          payload: { memberId: first, punchId: uuidv7(), direction: 'EXIT', at, sentence },
        };
      });
      await world.tell(school, ...facts);
    }
    await reading.until(() => (reading.happenings('punch-held').length >= sent ? true : undefined));
    slow.resume();
    expect([liveCloseCodes.tooSlow, 1006]).toContain(await slow.closed);
    expect(slow.happenings('punch-held').length).toBeLessThan(sent);
    await settled(school, reading);
  });
});

describe('looks', () => {
  it('through the socket are recorded once for each viewer and member, also when the socket closes at once', async () => {
    const school = await world.school();
    const [first, second] = school.memberIds;
    for (const memberId of school.memberIds) await world.enter(school, memberId);
    const principal = await world.subscribed(school, 'principal');
    const guardian = await world.subscribed(school, 'guardian');
    const otherTeacher = await world.subscribed(school, 'otherTeacher');
    for (const latitude of [1, 2]) {
      await world.tell(school, world.moved(school, first, latitude), world.moved(school, second, latitude));
    }
    await settled(school, principal, guardian);
    await Promise.all([principal.cut(), guardian.cut(), otherTeacher.cut()]);
    const recorded = async () => {
      const text = `SELECT payload FROM platform.outbox WHERE org_id = $1 AND type = 'gateway.location-watched'`;
      const { rows } = await world.server.db.ownerPool.query<{ payload: { viewerId: string; memberIds: string[] } }>(
        text,
        [school.orgId],
      );
      return rows.map(({ payload }) => [payload.viewerId, payload.memberIds.toSorted()]);
    };
    await vi.waitFor(async () => expect(await recorded()).toHaveLength(2), 10_000);
    expect(await recorded()).toEqual(
      expect.arrayContaining([
        [school.people.principal, [first, second].toSorted()],
        [school.people.guardian, [first]],
      ]),
    );
  });
});

describe('a stop', () => {
  it('says goodbye with 1012, and leaves nobody behind', async () => {
    const stopping = await LiveWorld.open();
    const school = await stopping.school();
    const client = await stopping.subscribed(school, 'teacher');
    const [code] = await Promise.all([client.closed, stopping.server.http.close()]);
    expect(code).toBe(liveCloseCodes.restarting);
    await stopping.server.close();
  });
});
