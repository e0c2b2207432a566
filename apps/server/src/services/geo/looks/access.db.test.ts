import { randomUUID } from 'node:crypto';
import { type Role, routes } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SettableClock, systemClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { makePartitions } from '../partitions.ts';
import { listPresence, readPresence } from '../presence-verbs.ts';
import { readTrack } from '../read-track.ts';
import { fixAt } from '../testing/fix.ts';
import { type RunningGeo, runGeo } from '../testing/running-geo.ts';
import { createWorld, metersNorth, type World } from '../testing/world.ts';
import { listLooks } from './list-looks.ts';

const now = systemClock.now();
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const date = ago(60).toISOString().slice(0, 10);

let db: TestDatabase;
let clock: SettableClock;
let geo: RunningGeo;
let world: World;
let sessionId: string;
beforeAll(async () => {
  db = await testDatabase();
  clock = new SettableClock(now);
  await makePartitions(db.database, clock);
});
afterAll(() => db.drop());

const deviceId = randomUUID();
/** One student in a session, last seen well inside five minutes ago. */
beforeEach(async () => {
  clock.set(now);
  geo = runGeo(db, clock);
  world = await createWorld(db);
  sessionId = await world.enter(world.memberId, ago(60));
  await report(ago(5), 7);
});
const report = async (at: Date, meters: number, more = 0) => {
  const fixes = [0, ...Array.from({ length: more }, (_, index) => (index + 1) * 10_000)].map((ms) =>
    fixAt(at.getTime() + ms, metersNorth(meters)),
  );
  await geo.submit(world.orgId, { memberId: world.memberId, deviceId, fixes });
  await geo.deliver(world.orgId);
};

const caller = (role: Role, userId: string) => ({ orgId: world.orgId, userId, role });
const teacher = () => caller('supervisor', world.teacherId);
const principal = () => caller('org_admin', world.principalId);
const guardian = () => caller('guardian', world.guardianId);
const list = (who: ReturnType<typeof caller>, groupId?: string) =>
  geo.call(routes.listPresence, listPresence(geo), who, { query: { groupId } });
const read = (who: ReturnType<typeof caller>, memberId = world.memberId) =>
  geo.call(routes.readPresence, readPresence(geo), who, { params: { memberId } });
const track = (who: ReturnType<typeof caller>, purpose?: string) =>
  geo.call(routes.readTrack, readTrack(geo), who, { params: { memberId: world.memberId }, query: { date, purpose } });
const looks = (who: ReturnType<typeof caller>, query: { limit: number; cursor?: string } = { limit: 50 }) =>
  geo.call(routes.listLooks, listLooks(), who, { params: { memberId: world.memberId }, query });

describe('what staff see', () => {
  it('a supervisor sees in or out, without coordinates', async () => {
    const answer = await list(teacher());
    expect(routes.listPresence.answer.parse(answer)).toMatchObject({
      level: 'presence',
      items: [{ memberId: world.memberId, state: 'inside', position: null, lastHeardAt: ago(5).toISOString() }],
    });
    expect(JSON.stringify(answer)).not.toContain('itude');
  });

  it('everything while an excursion is open, and in or out again afterwards', async () => {
    await report(ago(4), 500, 5);
    expect(await read(teacher())).toMatchObject({
      level: 'full',
      presence: { state: 'outside', position: metersNorth(500) },
    });
    expect(await list(teacher())).toMatchObject({ level: 'presence', items: [{ position: metersNorth(500) }] });
    await report(ago(2), 5, 5);
    expect(await read(teacher())).toMatchObject({ level: 'presence', presence: { state: 'inside', position: null } });
  });

  it('what the organization has set: full, presence, or attendance only', async () => {
    await world.setLevels({ supervisor: 'full', office: 'attendance' });
    expect(await list(teacher())).toMatchObject({ level: 'full', items: [{ position: metersNorth(7) }] });
    const office = caller('org_office', world.officeId);
    expect(await list(office)).toEqual({ level: 'attendance', items: [] });
    await report(ago(4), 500, 5);
    expect(await read(office)).toEqual({ level: 'attendance', presence: null });
    expect(await list(principal())).toMatchObject({ level: 'full', items: [{ position: metersNorth(500) }] });
  });

  it('EXIT ends it at once, before any event is handled', async () => {
    await world.setLevels({ supervisor: 'full' });
    await report(ago(4), 500, 5);
    await world.exit(sessionId, ago(0.1));
    for (const who of [teacher(), principal()]) {
      expect(await list(who)).toMatchObject({ items: [] });
      expect(await read(who)).toEqual({ level: 'attendance', presence: null });
    }
    // What the phone sends afterwards is not even stored.
    expect(
      await geo.submit(world.orgId, { memberId: world.memberId, deviceId, fixes: [fixAt(now, metersNorth(3))] }),
    ).toMatchObject({ stored: 0, dropped: 1, tracking: false });
  });

  it('a position from before the session is nobody’s business', async () => {
    await world.agreeToLiveView();
    await world.exit(sessionId, ago(4));
    await report(ago(3), 900);
    await world.enter(world.memberId, ago(1));
    expect(await read(principal())).toMatchObject({ level: 'full', presence: { state: 'unknown', position: null } });
    expect(await read(guardian())).toMatchObject({ level: 'full', presence: { position: metersNorth(900) } });
  });

  it('only their own: another class, another organization', async () => {
    const other = await world.addMember();
    await db.ownerPool.query('UPDATE users.membership SET group_id = NULL WHERE member_id = $1', [other]);
    await world.enter(other, ago(30));
    expect(await read(teacher(), other)).toBe('not-found');
    expect(await list(principal(), world.groupId)).toMatchObject({ items: [{ memberId: world.memberId }] });
    const foreign = await createWorld(db);
    expect(await read({ orgId: foreign.orgId, userId: foreign.principalId, role: 'org_admin' })).toBe('not-found');
    const elsewhere = { orgId: foreign.orgId, userId: world.principalId, role: 'org_admin' } as const;
    expect(await list(elsewhere)).toBe('session-ended');
  });
});

describe('what guardians and members see', () => {
  it('a guardian sees nothing until the live view was agreed to, and then also after EXIT', async () => {
    expect(await read(guardian())).toEqual({ level: 'attendance', presence: null });
    expect(await list(guardian())).toEqual({ level: 'attendance', items: [] });
    await world.agreeToLiveView();
    expect(await read(guardian())).toMatchObject({ level: 'full', presence: { position: metersNorth(7) } });
    await world.exit(sessionId, ago(4));
    await report(ago(2), 800);
    expect(await read(guardian())).toMatchObject({ level: 'full', presence: { position: metersNorth(800) } });
    expect(await track(guardian(), 'Because I want to know')).toBe('not-permitted');
    expect(await list(principal())).toMatchObject({ items: [] });
  });

  it('a member sees what is known of them, and it is no look', async () => {
    const self = caller('member', world.memberId);
    expect(await read(self)).toMatchObject({ level: 'full', presence: { position: metersNorth(7) } });
    expect(await track(self)).toMatchObject({ positions: [metersNorth(7)] });
    expect(await looks(self)).toMatchObject({ items: [] });
  });
});

describe('history', () => {
  it('asks for a purpose, and shows only what lies inside the session', async () => {
    expect(await track(principal())).toBe('purpose-required');
    await report(ago(3), 20);
    const answer = await track(principal(), 'Lost child on the excursion');
    expect(routes.readTrack.answer.parse(answer)).toMatchObject({ positions: [metersNorth(7), metersNorth(20)] });
    await world.exit(sessionId, ago(4));
    expect(await track(principal(), 'Lost child on the excursion')).toMatchObject({ positions: [metersNorth(7)] });
  });

  it('is not for those who see presence only', async () => {
    expect(await track(teacher(), 'I would like to know')).toBe('not-permitted');
  });
});

describe('looks', () => {
  it('are recorded once a minute for each viewer and member, with purpose and reason', async () => {
    await list(teacher());
    await list(teacher());
    await read(teacher());
    clock.advance(61_000);
    await list(teacher());
    await track(principal(), 'Parents asked where she was');
    await track(principal(), 'Parents asked where she was');
    const answer = routes.listLooks.answer.parse(await looks(guardian()));
    expect(answer.items).toMatchObject([
      { kind: 'history', viewerName: 'Pia Novak', reason: 'Parents asked where she was', purpose: 'attendance' },
      { kind: 'history' },
      { kind: 'presence', viewerName: 'Theo Lang', viewerRole: 'supervisor', purpose: 'attendance', reason: null },
      { kind: 'presence', lookedAt: now.toISOString() },
    ]);
    const { rows } = await db.ownerPool.query(
      `SELECT action, actor_user_id, purpose, request_id, detail FROM audit.entry
       WHERE org_id = $1 AND object_id = $2 AND action = 'location.looked-at' ORDER BY xid, seq`,
      [world.orgId, world.memberId],
    );
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({ actor_user_id: world.teacherId, request_id: 'request-1' });
    expect(rows[2]).toMatchObject({
      detail: { kind: 'history', commitments: { reason: expect.any(String) as string } },
    });
    const { rows: values } = await db.ownerPool.query<{ value: string }>(
      `SELECT value FROM audit.personal_value WHERE org_id = $1 AND subject_id = $2 AND field = 'reason'`,
      [world.orgId, world.memberId],
    );
    expect(values.map(({ value }) => value)).toContain('"Parents asked where she was"');
    const told = (await geo.outbox(world.orgId)).filter(({ type }) => type === 'geo.location-looked-at');
    expect(told).toHaveLength(4);
  });

  it('say that an open excursion was the reason for more', async () => {
    await report(ago(4), 500, 5);
    await read(teacher());
    expect(await looks(principal())).toMatchObject({ items: [{ kind: 'live', purpose: 'safety' }] });
  });

  it('for another purpose are others, within the same minute', async () => {
    const watched = { viewerId: world.teacherId, viewerRole: 'supervisor' as const, memberIds: [world.memberId] };
    await geo.tell(world.orgId, 'gateway.location-watched', { ...watched, at: now.toISOString() });
    await geo.deliver(world.orgId);
    await report(ago(4), 500, 5);
    await read(teacher());
    await read(teacher());
    const { items } = routes.listLooks.answer.parse(await looks(guardian()));
    expect(
      items.map(({ kind, purpose }) => `${kind} ${purpose}`).toSorted((one, other) => one.localeCompare(other)),
    ).toEqual(['live attendance', 'live safety']);
  });

  it('come page by page', async () => {
    for (let index = 0; index < 5; index += 1) {
      await list(teacher());
      clock.advance(61_000);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = routes.listLooks.answer.parse(
        await looks(guardian(), { limit: 2, ...(cursor === undefined ? {} : { cursor }) }),
      );
      seen.push(...answer.items.map(({ lookId }) => lookId));
      cursor = answer.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(5);
    expect(seen).toEqual(seen.toSorted().toReversed());
    expect(await looks(guardian(), { limit: 2, cursor: "'; --" })).toBe('request-invalid');
    expect(await looks(teacher())).toBe('not-permitted');
  });

  it('over the socket are looks, too', async () => {
    await geo.tell(world.orgId, 'gateway.location-watched', {
      viewerId: world.guardianId,
      viewerRole: 'guardian',
      memberIds: [world.memberId],
      at: now.toISOString(),
    });
    await geo.deliver(world.orgId);
    expect(await looks(principal())).toMatchObject({
      items: [{ kind: 'live', viewerName: 'Gita Rao', purpose: 'guardian-live' }],
    });
  });
});
