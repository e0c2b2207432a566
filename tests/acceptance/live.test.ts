import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveFrame, liveCloseCodes, liveFrame, liveSubprotocol, routes } from '@muster/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Player } from './cast.ts';
import { baseUrl, call, demoPassword, principal, type Session, signIn, teacher } from './client.ts';
import { LiveClient } from './live-client.ts';
import { campus, fixAt, player, printedCode, punch, report } from './scene.ts';

/** The socket `WS /v1/live`: who gets one, what it never misses, and when it is cut. */

let place: Awaited<ReturnType<typeof campus>>;
let member: Player & { session: Session };

beforeAll(async () => {
  [place, member] = await Promise.all([campus(), player('live', 0)]);
  await punch(member.session, 'ENTER', { at: place.inside, code: await printedCode(place.gateId) });
});

describe('the upgrade', () => {
  /** The status of the answer to an upgrade; 101 when a socket was given. */
  const upgrade = async (headers: Record<string, string>, path = '/v1/live'): Promise<number> => {
    const asked = request(`${baseUrl()}${path}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    asked.end();
    return new Promise((resolve, reject) => {
      asked.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject);
    });
  };
  const offering = (token: string) => ({ 'sec-websocket-protocol': `${liveSubprotocol}, bearer.${token}` });

  it('needs a token that verifies', async () => {
    const { accessToken } = await principal();
    expect(await upgrade({})).toBe(401);
    expect(await upgrade({ 'sec-websocket-protocol': liveSubprotocol })).toBe(401);
    expect(await upgrade(offering('made.up.token'))).toBe(401);
    const [head, claims = '', signature] = accessToken.split('.');
    const tampered = [head, `${claims.startsWith('e') ? 'f' : 'e'}${claims.slice(1)}`, signature].join('.');
    expect(await upgrade(offering(tampered))).toBe(401);
    // Never in the address, where it would be logged.
    expect(await upgrade({ 'sec-websocket-protocol': liveSubprotocol }, `/v1/live?access_token=${accessToken}`)).toBe(
      401,
    );
    expect(await upgrade(offering(accessToken))).toBe(101);
  });

  it('is not given to a page of another site', async () => {
    const { accessToken } = await principal();
    expect(await upgrade({ ...offering(accessToken), origin: 'https://elsewhere.example' })).toBe(403);
    expect(await upgrade({ ...offering(accessToken), origin: 'null' })).toBe(403);
    expect(await upgrade({ ...offering(accessToken), origin: baseUrl() })).toBe(101);
  });

  it('is given at no other address', async () => {
    const { accessToken } = await principal();
    expect(await upgrade(offering(accessToken), '/v1/other')).toBe(404);
  });
});

describe('a subscription', () => {
  it('hears what it asked for and nothing else', async () => {
    const [attendance, location] = await Promise.all([
      LiveClient.open(await teacher(), ['attendance']),
      LiveClient.open(await teacher(), ['location']),
    ]);
    const other = await player('live', 1);
    await punch(other.session, 'ENTER', { at: place.inside, code: await printedCode(place.gateId) });
    await report(other.session, [fixAt(place.inside)]);
    await attendance.heard('punched', (each) => each.memberId === other.memberId);
    await location.heard('moved', (each) => each.memberId === other.memberId);
    expect(new Set(attendance.events.map(({ topic }) => topic))).toEqual(new Set(['attendance']));
    expect(new Set(location.events.map(({ topic }) => topic))).toEqual(new Set(['location']));
    attendance.close();
    location.close();
  });

  it('tells members of themselves only', async () => {
    const own = await LiveClient.open(member.session, ['attendance', 'location', 'alerts', 'inbox']);
    const staff = await LiveClient.open(await teacher(), ['location']);
    const stranger = await player('live', 1);
    await report(stranger.session, [fixAt(place.inside)]);
    await report(member.session, [fixAt(place.inside)]);
    const mine = await own.heard('moved');
    expect(mine.memberId).toBe(member.memberId);
    await staff.heard('moved', (each) => each.memberId === member.memberId);
    expect(JSON.stringify(own.events)).not.toContain(stranger.memberId);
    own.close();
    staff.close();
  });

  it('goes on after a pause where it left off: nothing is missing and nothing comes twice', async () => {
    const positions = Array.from({ length: 12 }, () => fixAt(place.inside));
    const isOurs = (fixedAt: string) => positions.some((each) => each.fixedAt === fixedAt);
    const seenBy = (client: LiveClient) =>
      client
        .happenings('moved')
        .filter((each) => each.memberId === member.memberId && isOurs(each.position.fixedAt))
        .map((each) => each.position.fixedAt);

    const before = await LiveClient.open(await teacher(), ['location']);
    for (const position of positions.slice(0, 4)) await report(member.session, [position]);
    await before.until(() => (seenBy(before).length === 4 ? true : undefined), 'the first four');
    const { cursor } = before;
    before.close();
    await before.closed;
    for (const position of positions.slice(4, 8)) await report(member.session, [position]);

    // What happens while the missed part is replayed belongs to it, too.
    const opening = LiveClient.open(await teacher(), ['location'], cursor);
    const meanwhile = (async () => {
      for (const position of positions.slice(8)) await report(member.session, [position]);
    })();
    const after = await opening;
    await meanwhile;
    expect(after.frames[0]).toMatchObject({ type: 'subscribed', resumed: true });
    await after.until(() => (seenBy(after).length >= 8 ? true : undefined), 'the other eight');
    expect([...seenBy(before), ...seenBy(after)]).toEqual(positions.map(({ fixedAt }) => fixedAt));
    after.close();
  });

  it('says that it cannot go on from a cursor that is none', async () => {
    const client = new LiveClient(await teacher());
    await client.opened;
    client.say({ type: 'subscribe', topics: ['location'], cursor: 'not-a-cursor' });
    const answer = await Promise.race([
      client.until(() => client.frames.find((frame) => frame.type === 'subscribed'), 'an answer'),
      client.closed,
    ]);
    if ('code' in answer) expect(answer.code).toBe(liveCloseCodes.malformed);
    else expect(answer).toMatchObject({ resumed: false });
    client.close();
  });
});

describe('a socket is closed', () => {
  it.each([
    ['no JSON', 'hello'],
    ['an unknown request', '{"type":"shout"}'],
    ['an unknown topic', '{"type":"subscribe","topics":["secrets"]}'],
    ['nothing', ''],
    ['a prototype', '{"__proto__":{"type":"subscribe"},"topics":["inbox"]}'],
    ['deep nesting', `${'['.repeat(1_500)}${']'.repeat(1_500)}`],
  ])('with 4400 for %s', async (_what, text) => {
    const session = await signIn(member.number, demoPassword);
    const client = new LiveClient(session);
    await client.opened;
    client.say(text);
    expect(await client.closed).toMatchObject({ code: liveCloseCodes.malformed });
  });

  it('for a message that is too long', async () => {
    const client = new LiveClient(await teacher());
    await client.opened;
    client.say(`"${'x'.repeat(100_000)}"`);
    expect((await client.closed).code).toBe(1009);
  });

  it('with 4429 for a flood of requests', async () => {
    const session = await signIn(member.number, demoPassword);
    const client = new LiveClient(session);
    await client.opened;
    for (let asked = 0; asked < 100; asked += 1) client.say({ type: 'pong' });
    expect(await client.closed).toMatchObject({ code: liveCloseCodes.tooMany });
  });

  it('with 4401 when its session ends, within five seconds', async () => {
    const session = await signIn('teacher@lindenhof.example', demoPassword);
    const client = await LiveClient.open(session, ['inbox']);
    const other = await LiveClient.open(await teacher(), ['inbox']);
    const startedAt = performance.now();
    await call(routes.signOut, {}, session);
    expect(await client.closed).toMatchObject({ code: liveCloseCodes.notSignedIn });
    const afterMs = performance.now() - startedAt;
    console.info(`The socket was closed ${Math.round(afterMs)} ms after signing out.`);
    expect(afterMs).toBeLessThan(5_000);
    await call(routes.whoAmI, {}, await teacher());
    other.close();
    expect((await other.closed).code).not.toBe(liveCloseCodes.notSignedIn);
  });

  it('with 4409 when its reader is too slow, and nobody else notices', { timeout: 180_000 }, async () => {
    const viewer = await principal();
    const start = await LiveClient.open(viewer, ['location']);
    const { cursor } = start;
    const reporter = await player('live', 2);
    await punch(reporter.session, 'ENTER', { at: place.inside, code: await printedCode(place.gateId) });
    // Each member's one after the other: what is committed together is told together.
    const reporters = [reporter, member, await player('live', 1)];
    await Promise.all(
      reporters.map(async ({ session }) => {
        for (let sent = 0; sent < 300; sent += 1) await report(session, [fixAt(place.inside)]);
      }),
    );
    // While one reader is being cut, another is told everything that happens.
    expect(await untilCut(cursor)).toBe(liveCloseCodes.tooSlow);
    await report(reporter.session, [fixAt(place.inside)]);
    const last = fixAt(place.inside);
    await report(reporter.session, [last]);
    await start.heard('moved', (each) => each.position.fixedAt === last.fixedAt);
    start.close();
    expect((await start.closed).code).not.toBe(liveCloseCodes.tooSlow);
  });
});

/**
 * Asks for everything since a cursor again and again without reading any of it, until more has gathered than the buffers
 * of the operating system (some 5 MB) and the server's own hold; the code that the socket is closed with. How long the
 * server takes to answer is not known: who reads on too soon is not too slow, and who reads on too late finds the socket
 * torn down, with the farewell lost. Both try again, and being torn down counts when it cannot be had better.
 */
const untilCut = async (cursor: string): Promise<number | null> => {
  let torn = false;
  for (const pauseMs of [1_000, 2_000, 500, 4_000, 8_000]) {
    // How often one session may ask is limited.
    const session = await signIn('principal@lindenhof.example', demoPassword);
    const { code, isClosed } = await fateOfSlowReader(session, cursor, pauseMs);
    if (code !== null) return code;
    torn ||= isClosed;
  }
  return torn ? liveCloseCodes.tooSlow : null;
};

const fateOfSlowReader = async (
  session: Session,
  cursor: string,
  pauseMs: number,
): Promise<{ code: number | null; isClosed: boolean }> => {
  const { hostname, port } = new URL(baseUrl());
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(
    [
      'GET /v1/live HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `Sec-WebSocket-Protocol: ${liveSubprotocol}, bearer.${session.accessToken}`,
      '\r\n',
    ].join('\r\n'),
  );
  await once(socket, 'readable');
  // Nothing is read from here on.
  const subscribe = JSON.stringify({ type: 'subscribe', topics: ['location'], cursor });
  for (let asked = 0; asked < 55; asked += 1) socket.write(textFrame(subscribe));
  await sleep(pauseMs);
  const chunks: Buffer[] = [];
  let isClosed = socket.destroyed;
  const closed = once(socket, 'close').then(() => {
    isClosed = true;
  });
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await Promise.race([closed, sleep(6_000, undefined, { ref: false })]);
  const fate = { code: closeCodeIn(Buffer.concat(chunks)), isClosed };
  socket.destroy();
  return fate;
};

/** A text frame as a client sends it: masked, here with zeros. */
const textFrame = (text: string): Buffer => {
  const payload = Buffer.from(text);
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, 0x80 | length[0]!, ...length.slice(1), 0, 0, 0, 0]), payload]);
};

/** The code of the close frame in what a server sent, every frame before it checked. */
const closeCodeIn = (bytes: Buffer): number | null => {
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= bytes.length) {
    const opcode = bytes[at]! & 0x0f;
    let length = bytes[at + 1]! & 0x7f;
    at += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    const payload = bytes.subarray(at, at + length);
    if (payload.length < length) return null;
    if (opcode === 8) return payload.readUInt16BE(0);
    if (opcode === 1) liveFrame.parse(JSON.parse(payload.toString('utf8')) satisfies LiveFrame);
    at += length;
  }
  return null;
};
