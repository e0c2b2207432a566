import { randomUUID } from 'node:crypto';
import { type Role, type RouteAnswer, routes } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SettableClock, systemClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { makePartitions } from '../partitions.ts';
import { fixAt } from '../testing/fix.ts';
import { type RunningGeo, runGeo } from '../testing/running-geo.ts';
import { center, createWorld, metersNorth, type World } from '../testing/world.ts';
import { listNearby } from './list-nearby.ts';
import { readLastPlaces } from './nearby-store.ts';

const now = systemClock.now();
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

let db: TestDatabase;
let clock: SettableClock;
let geo: RunningGeo;
let world: World;
beforeAll(async () => {
  db = await testDatabase();
  clock = new SettableClock(now);
  await makePartitions(db.database, clock);
});
afterAll(() => db.drop());

/** Members and where they stand, in meters north of the middle of the campus; fixes follow each other by seconds. */
let members: string[];
let sessions: string[];
let fixes: number;
beforeEach(async () => {
  clock.set(now);
  geo = runGeo(db, clock);
  world = await createWorld(db);
  fixes = 0;
  members = [world.memberId, await world.addMember(), await world.addMember()];
  sessions = [];
  for (const memberId of members) sessions.push(await world.enter(memberId, ago(60)));
  await move(0, 10);
  await move(1, 60);
  await move(2, 400);
});
const move = async (member: number, meters: number) => {
  fixes += 1;
  const at = ago(30).getTime() + fixes * 1_000;
  await geo.submit(world.orgId, {
    memberId: members[member] ?? '',
    deviceId: randomUUID(),
    fixes: [fixAt(at, metersNorth(meters))],
  });
  await geo.deliver(world.orgId);
};

const caller = (role: Role, userId: string) => ({ orgId: world.orgId, userId, role });
const principal = () => caller('org_admin', world.principalId);
const ask = (who: ReturnType<typeof caller>, radiusMeters: number, limit = 100, at = center) =>
  geo.call(routes.listNearby, listNearby(geo), who, { query: { ...at, radiusMeters, limit } });
const near = async (radiusMeters: number, limit?: number) => {
  const { items } = routes.listNearby.answer.parse(await ask(principal(), radiusMeters, limit));
  return items.map(({ memberId }) => members.indexOf(memberId));
};
/**
 * Waits until no transaction is open that began before the last move. One that is, in any database of the server, holds
 * back the mark of an index that is made meanwhile, and whoever moved after it is asked for with every search.
 */
const nobodyElseWriting = () =>
  vi.waitFor(
    async () => {
      const { rows } = await db.ownerPool.query(
        `SELECT max(changed_in) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS settled
         FROM geo.last_position WHERE org_id = $1`,
        [world.orgId],
      );
      expect(rows).toEqual([{ settled: true }]);
    },
    { timeout: 30_000, interval: 100 },
  );
/** From now on the index answers. */
const indexed = async () => {
  await near(1);
  await geo.placeIndex.settled();
};
const inIndex = async (radiusMeters: number) =>
  (await geo.cache.places.near(world.orgId, center, radiusMeters)).found?.names
    .map((name) => members.indexOf(name.slice(0, 36)))
    .toSorted();

describe('who is near a place', () => {
  it('is told with the distance, the nearest first, and how many more there are', async () => {
    const answer = (await ask(principal(), 100)) as RouteAnswer<typeof routes.listNearby>;
    expect(routes.listNearby.answer.parse(answer)).toMatchObject({
      level: 'full',
      items: [
        { memberId: members[0], position: metersNorth(10) },
        { memberId: members[1], position: metersNorth(60) },
      ],
      more: 0,
    });
    expect(answer.items[0]?.distanceMeters).toBeCloseTo(10, 0);
    expect(await near(1_000)).toEqual([0, 1, 2]);
    expect(await ask(principal(), 1_000, 1)).toMatchObject({ items: [{ memberId: members[0] }], more: 2 });
    expect(await ask(principal(), 50, 100, { latitude: 89.9, longitude: 0 })).toMatchObject({ items: [] });
  });

  it('is found in the index as soon as there is one, and then nobody else is read', async () => {
    await nobodyElseWriting();
    await indexed();
    expect(await inIndex(100)).toEqual([0, 1]);
    const places = vi.spyOn(geo.cache.places, 'near');
    expect(await near(100)).toEqual([0, 1]);
    expect(places).toHaveBeenCalledOnce();
    const candidates = await db.database.inOrganization('geo', world.orgId, (tx) =>
      geo.placeIndex.candidates(tx, world.orgId, center, 100),
    );
    expect(candidates?.map((memberId) => members.indexOf(memberId)).toSorted()).toEqual([0, 1]);
  });

  it('is right although the index is old: who came, who left, who is new', async () => {
    await indexed();
    await move(2, 20);
    await move(0, 500);
    members.push(await world.addMember());
    sessions.push(await world.enter(members[3] ?? '', ago(60)));
    await move(3, 5);
    expect(await inIndex(100)).toEqual([0, 1]);
    expect(await near(100)).toEqual([3, 2, 1]);
  });

  it('is right for whoever looks while another transaction has moved somebody and not committed yet', async () => {
    await indexed();
    const writer = await db.ownerPool.connect();
    await writer.query('BEGIN');
    await writer.query('UPDATE geo.last_position SET latitude = $1 WHERE org_id = $2 AND member_id = $3', [
      metersNorth(15).latitude,
      world.orgId,
      members[2],
    ]);
    // Later transactions commit first, and the index is brought up to date past them.
    await move(1, 70);
    await db.database.inOrganization('geo', world.orgId, async (tx) => {
      const { version, found } = await geo.cache.places.near(world.orgId, center, 1);
      const { mark, places } = await readLastPlaces(tx, found?.mark ?? null, 10);
      await geo.cache.places.advance(
        world.orgId,
        version,
        mark,
        new Map(places.map((each) => [`${each.memberId} ${each.sessionId}`, each])),
      );
    });
    expect(await near(100)).toEqual([0, 1]);
    await writer.query('COMMIT');
    writer.release();
    expect(await near(100)).toEqual([0, 2, 1]);
  });

  it('is answered from the database when the cache is gone, or knows nothing', async () => {
    await indexed();
    vi.spyOn(geo.cache.places, 'near').mockResolvedValue({ version: -1, found: null });
    expect(await near(100)).toEqual([0, 1]);
    await geo.placeIndex.settled();
  });

  it('never shows more than the index on its own would: places in it are not believed', async () => {
    await indexed();
    const { version, found } = await geo.cache.places.near(world.orgId, center, 1);
    const wrong = new Map([
      [`${members[2]} ${sessions[2]}`, center],
      [`${randomUUID()} ${randomUUID()}`, center],
    ]);
    await geo.cache.places.advance(world.orgId, version, found?.mark ?? '', wrong);
    expect(await near(100)).toEqual([0, 1]);
  });

  it('is nobody after EXIT, whose place leaves the index', async () => {
    await indexed();
    await world.exit(sessions[0] ?? '', ago(1));
    expect(await near(100)).toEqual([1]);
    await geo.tell(world.orgId, 'attendance.exited', { sessionId: sessions[0], memberId: members[0] });
    await geo.deliver(world.orgId);
    expect(await inIndex(100)).toEqual([1]);
  });

  it('is nobody of whom the caller may know less, and for a guardian their own', async () => {
    await indexed();
    const teacher = caller('supervisor', world.teacherId);
    expect(await ask(teacher, 1_000)).toEqual({ level: 'presence', items: [], more: 0 });
    await world.setLevels({ supervisor: 'full' });
    expect(await ask(teacher, 100)).toMatchObject({ items: [{ memberId: members[0] }, { memberId: members[1] }] });
    const guardian = caller('guardian', world.guardianId);
    expect(await ask(guardian, 1_000)).toMatchObject({ items: [] });
    await world.agreeToLiveView();
    expect(await ask(guardian, 1_000)).toMatchObject({ items: [{ memberId: world.memberId }] });
    const elsewhere = await createWorld(db);
    const stranger = { ...caller('org_admin', elsewhere.principalId), orgId: elsewhere.orgId };
    expect(await ask(stranger, 1_000)).toMatchObject({ items: [] });
  });

  it('is recorded as a look at each who was shown, and at nobody else', async () => {
    await near(100);
    const { rows } = await db.ownerPool.query<{ member_id: string; kind: string }>(
      'SELECT member_id, kind FROM geo.look WHERE org_id = $1',
      [world.orgId],
    );
    expect(rows).toHaveLength(2);
    expect(new Set(rows.map(({ member_id: memberId }) => memberId))).toEqual(new Set(members.slice(0, 2)));
    expect(rows.every(({ kind }) => kind === 'live')).toBe(true);
  });

  it('finds what changed by an index', async () => {
    await indexed();
    const plan = await db.database.inOrganization('geo', world.orgId, async (tx) => {
      const { sql } = await import('kysely');
      await sql`SET LOCAL enable_seqscan = off`.execute(tx);
      const { rows } = await sql<{ 'QUERY PLAN': string }>`
        EXPLAIN SELECT member_id FROM geo.last_position WHERE changed_in >= 5`.execute(tx);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(/last_position_changed_in[\s\S]*Index Cond:.*changed_in >= /);
  });
});
