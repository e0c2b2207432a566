import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SettableClock, systemClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { forgetOldPositions, makePartitions } from '../partitions.ts';
import { fixAt } from '../testing/fix.ts';
import { type RunningGeo, runGeo } from '../testing/running-geo.ts';
import { createWorld, metersNorth, type World } from '../testing/world.ts';

const minuteMs = 60_000;
const now = systemClock.now();
const ago = (minutes: number) => new Date(now.getTime() - minutes * minuteMs);

let db: TestDatabase;
let geo: RunningGeo;
beforeAll(async () => {
  db = await testDatabase();
  geo = runGeo(db, new SettableClock(now));
  await makePartitions(db.database, geo.clock);
});
afterAll(() => db.drop());

const positionsOf = async (memberId: string): Promise<number> => {
  const { rows } = await db.ownerPool.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM geo.position WHERE member_id = $1',
    [memberId],
  );
  return rows[0]?.count ?? 0;
};
const droppedOf = async (memberId: string): Promise<number> => {
  const { rows } = await db.ownerPool.query<{ fixes: number }>(
    'SELECT fixes::integer FROM geo.dropped_counter WHERE member_id = $1',
    [memberId],
  );
  return rows[0]?.fixes ?? 0;
};
const deviceId = randomUUID();
const submit = (world: World, times: readonly Date[], memberId = world.memberId) =>
  geo.submit(world.orgId, { memberId, deviceId, fixes: times.map((at) => fixAt(at, metersNorth(10))) });

describe('ingest', () => {
  it('stores a fix of a session with all it knows, and tells it once', async () => {
    const world = await createWorld(db);
    const sessionId = await world.enter(world.memberId, ago(60));
    const fix = fixAt(ago(5), metersNorth(10), {
      altitudeMeters: 170.5,
      speedMetersPerSecond: 1.25,
      headingDegrees: 90,
      batteryFraction: 0.5,
      mock: false,
    });
    const outcome = await geo.submit(world.orgId, { memberId: world.memberId, deviceId, fixes: [fix] });
    expect(outcome).toEqual({ stored: 1, dropped: 0, tracking: true });
    const { rows } = await db.ownerPool.query('SELECT * FROM geo.position WHERE member_id = $1', [world.memberId]);
    expect(rows).toMatchObject([
      {
        session_id: sessionId,
        purpose: 'attendance',
        device_id: deviceId,
        fixed_at: ago(5),
        latitude: fix.latitude,
        accuracy_meters: 5,
        altitude_meters: 170.5,
        speed_meters_per_second: 1.25,
        battery_fraction: 0.5,
        mock: false,
        is_ping: false,
      },
    ]);
    const told = await geo.outbox(world.orgId);
    expect(told).toMatchObject([
      {
        type: 'geo.positions-recorded',
        key: world.memberId,
        payload: { sessionId, deviceId, fixes: [{ fixedAt: ago(5).toISOString(), mock: false }] },
      },
    ]);
  });

  it('stores a repeated upload once, says it is stored, and tells nothing new', async () => {
    const world = await createWorld(db);
    await world.enter(world.memberId, ago(60));
    const times = Array.from({ length: 50 }, (_, index) => ago(50 - index));
    const outcomes = await Promise.all([1, 2, 3].map(() => submit(world, times)));
    expect(outcomes.map(({ stored }) => stored)).toEqual([50, 50, 50]);
    expect(await positionsOf(world.memberId)).toBe(50);
    const told = (await geo.outbox(world.orgId)).length;
    await submit(world, times);
    expect(await geo.outbox(world.orgId)).toHaveLength(told);
    expect(await submit(world, [...times, ago(0.5)])).toMatchObject({ stored: 51 });
    expect(await positionsOf(world.memberId)).toBe(51);
  });

  it('stores nothing outside a session: only a number remains', async () => {
    const world = await createWorld(db);
    const sessionId = await world.enter(world.memberId, ago(60));
    await world.exit(sessionId, ago(30));
    expect(await submit(world, [ago(61), ago(60), ago(45), ago(30), ago(5)])).toEqual({
      stored: 2,
      dropped: 3,
      tracking: false,
    });
    expect(await positionsOf(world.memberId)).toBe(2);
    expect(await droppedOf(world.memberId)).toBe(3);
    const never = await world.addMember();
    expect(await submit(world, [ago(5)], never)).toMatchObject({ stored: 0, dropped: 1, tracking: false });
    expect(JSON.stringify(await geo.outbox(world.orgId))).not.toContain(never);
  });

  it('ends an open session by itself at its planned end', async () => {
    const world = await createWorld(db);
    await world.enter(world.memberId, ago(60), { endsBy: ago(10) });
    expect(await submit(world, [ago(11), ago(9)])).toEqual({ stored: 1, dropped: 1, tracking: false });
  });

  it('keeps the last fix for an agreed live view, and no history', async () => {
    const world = await createWorld(db);
    await world.agreeToLiveView();
    const outcome = await submit(world, [ago(9), ago(7), ago(8)]);
    expect(outcome).toEqual({ stored: 1, dropped: 2, tracking: true });
    await submit(world, [ago(20)]);
    await submit(world, [ago(3)]);
    const { rows } = await db.ownerPool.query('SELECT * FROM geo.last_position WHERE member_id = $1', [world.memberId]);
    expect(rows).toMatchObject([{ fixed_at: ago(3), purpose: 'guardian-live', session_id: null }]);
    expect(await positionsOf(world.memberId)).toBe(0);
    const told = await geo.outbox(world.orgId);
    expect(told.map(({ payload }) => payload)).toMatchObject([
      { sessionId: null, fixes: [{ fixedAt: ago(7).toISOString() }] },
      { sessionId: null, fixes: [{ fixedAt: ago(3).toISOString() }] },
    ]);
  });

  it('commits many members of an organization together, each with an outcome of its own', async () => {
    const world = await createWorld(db);
    const members = await Promise.all(Array.from({ length: 20 }, () => world.addMember()));
    for (const [index, memberId] of members.entries()) if (index % 2 === 0) await world.enter(memberId, ago(30));
    const outcomes = await Promise.all(members.map((memberId) => submit(world, [ago(2), ago(1)], memberId)));
    expect(outcomes.map(({ stored }) => stored)).toEqual(members.map((_, index) => (index % 2 === 0 ? 2 : 0)));
    // Each device of each member tells for itself.
    expect(new Set((await geo.outbox(world.orgId)).map(({ key }) => key)).size).toBe(10);
  });

  it('wakes the readers of the outbox', async () => {
    const world = await createWorld(db);
    await world.enter(world.memberId, ago(60));
    const listener = await db.ownerPool.connect();
    const heard = new Promise((resolve) => listener.once('notification', ({ channel }) => resolve(channel)));
    await listener.query('LISTEN muster_outbox');
    await submit(world, [ago(1)]);
    expect(await heard).toBe('muster_outbox');
    await listener.query('UNLISTEN *');
    listener.release();
  });

  it('keeps organizations apart', async () => {
    const [own, foreign] = [await createWorld(db), await createWorld(db)];
    await own.enter(own.memberId, ago(60));
    // A member of one organization, under the name of another: there is no such session.
    const outcome = await submit(foreign, [ago(5)], own.memberId);
    expect(outcome).toMatchObject({ stored: 0, dropped: 1, tracking: false });
    await submit(own, [ago(5)]);
    const seen = await db.database.inOrganization('geo', foreign.orgId, (tx) =>
      tx.selectFrom('geo.position').selectAll().execute(),
    );
    expect(seen).toEqual([]);
  });

  it('puts aside what cannot be used, without numbers that could be coordinates', async () => {
    const world = await createWorld(db);
    const sender = { orgId: world.orgId, memberId: world.memberId, deviceId, client: 'overland' as const };
    await geo.quarantine(sender, [
      { reason: 'too-old', excerpt: '{"lat":48.2082,"lon":16,37,"e7":482082000,"p":"\u0000"}' },
      { reason: 'too-old', excerpt: 'second' },
      { reason: 'no-time', excerpt: 'ü'.repeat(5_000) },
    ]);
    const { rows } = await db.ownerPool.query<{ excerpt: string }>(
      'SELECT reason, parts, excerpt FROM geo.quarantine WHERE member_id = $1 ORDER BY reason',
      [world.memberId],
    );
    expect(rows).toMatchObject([
      { reason: 'no-time', parts: 1 },
      { reason: 'too-old', parts: 2, excerpt: '{"lat":#,"lon":#,"e7":#,"p":" "}' },
    ]);
    expect(Buffer.byteLength(rows[0]?.excerpt ?? '')).toBeLessThanOrEqual(2_048);
  });
});

describe('partitions', () => {
  const partitions = async (): Promise<string[]> => {
    const { rows } = await db.ownerPool.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'geo.position'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  const day = (offset: number) => new Date(now.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
  const asGeo = (text: string) =>
    db.database.acrossOrganizations('geo', (tx) => sql.raw<{ count: number }>(text).execute(tx));

  it('are there for every day on which an acceptable fix can fall, however often they are asked for', async () => {
    await Promise.all([makePartitions(db.database, geo.clock), makePartitions(db.database, geo.clock)]);
    const names = await partitions();
    expect(names).toContain(`geo.position_${day(-7).replaceAll('-', '')}`);
    expect(names).toContain(`geo.position_${day(1).replaceAll('-', '')}`);
  });

  it('are forgotten after the retention, with all that lay in them', async () => {
    const before = await partitions();
    await asGeo(`SELECT geo.make_partitions('${day(-35)}', '${day(-29)}') AS count`);
    expect(await partitions()).toHaveLength(before.length + 7);
    await forgetOldPositions(db.database, geo.clock);
    const left = await partitions();
    expect(left).toHaveLength(before.length + 2);
    expect(left).not.toContain(`geo.position_${day(-31).replaceAll('-', '')}`);
  });

  it('let the service do nothing but that', async () => {
    await expect(asGeo(`SELECT geo.make_partitions('2000-01-01', '2000-01-02')`)).rejects.toThrow('within 40 days');
    await expect(asGeo(`SELECT geo.make_partitions(NULL, NULL)`)).rejects.toThrow('within 40 days');
    await expect(asGeo(`SELECT geo.drop_partitions('${day(0)}')`)).rejects.toThrow('not dropped');
    await expect(asGeo(`SELECT * FROM geo.position_${day(0).replaceAll('-', '')}`)).rejects.toThrow('denied');
    await expect(asGeo('CREATE TABLE geo.mine (id integer)')).rejects.toThrow('denied');
    const asOthers = db.database.acrossOrganizations('users', (tx) =>
      sql.raw(`SELECT geo.make_partitions('${day(0)}', '${day(0)}')`).execute(tx),
    );
    await expect(asOthers).rejects.toThrow('denied');
  });
});
