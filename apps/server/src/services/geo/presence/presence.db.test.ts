import { randomUUID } from 'node:crypto';
import { routes } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SettableClock, systemClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { forgetOldPositions, makePartitions } from '../partitions.ts';
import { readTimeline } from '../read-timeline.ts';
import type { CanonicalFix } from '../rules/fix.ts';
import { fixAt } from '../testing/fix.ts';
import { type RunningGeo, runGeo } from '../testing/running-geo.ts';
import { createWorld, metersNorth, type World } from '../testing/world.ts';

const secondMs = 1_000;
const enteredMs = systemClock.now().getTime() - 3 * 3_600 * secondMs;
/** So many seconds after ENTER. */
const after = (seconds: number) => new Date(enteredMs + seconds * secondMs);

let db: TestDatabase;
let clock: SettableClock;
beforeAll(async () => {
  db = await testDatabase();
  clock = new SettableClock(after(0));
  await makePartitions(db.database, clock);
});
afterAll(() => db.drop());

const deviceId = randomUUID();
/** Inside for ten minutes, outside for ten, inside again; a fix every 30 seconds, farthest 600 m. */
const walk = (): CanonicalFix[] =>
  Array.from({ length: 60 }, (_, index) => {
    const outside = index >= 20 && index < 40;
    return fixAt(after(index * 30), metersNorth(outside ? 300 + 300 * (index === 30 ? 1 : 0) : 10));
  });

interface ExcursionRow {
  started_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  farthest_meters: number;
  excursion_id: string;
}
const excursionsOf = async (world: World): Promise<ExcursionRow[]> => {
  const { rows } = await db.ownerPool.query<ExcursionRow>(
    `SELECT excursion_id, started_at, ended_at, ended_by, round(farthest_meters)::integer AS farthest_meters
     FROM geo.excursion WHERE org_id = $1 ORDER BY started_at`,
    [world.orgId],
  );
  return rows;
};
const presenceOf = async (world: World) => {
  const { rows } = await db.ownerPool.query<{ presence: string; since: Date; last_heard_at: Date; ended_at: Date }>(
    'SELECT presence, since, last_heard_at, ended_at FROM geo.presence_state WHERE org_id = $1',
    [world.orgId],
  );
  return rows[0];
};

const send = async (geo: RunningGeo, world: World, fixes: readonly CanonicalFix[]) => {
  await geo.submit(world.orgId, { memberId: world.memberId, deviceId, fixes });
  await geo.deliver(world.orgId);
};
const start = async () => {
  const world = await createWorld(db);
  const geo = runGeo(db, clock);
  const sessionId = await world.enter(world.memberId, after(0));
  await geo.tell(world.orgId, 'attendance.entered', { memberId: world.memberId, sessionId });
  const exit = async (at: Date) => {
    await world.exit(sessionId, at);
    await geo.tell(world.orgId, 'attendance.exited', { memberId: world.memberId, sessionId });
    await geo.deliver(world.orgId);
  };
  return { world, geo, sessionId, exit };
};
const typesOf = async (geo: RunningGeo, world: World) =>
  (await geo.outbox(world.orgId)).map(({ type }) => type).filter((type) => type.startsWith('geo.excursion-'));

describe('an excursion', () => {
  it('opens while it happens, closes with its duration, and is in the timeline and the audit log', async () => {
    const { world, geo, exit } = await start();
    await geo.deliver(world.orgId);
    expect(await presenceOf(world)).toMatchObject({ presence: 'unknown', since: after(0) });

    for (const fix of walk()) {
      clock.set(fix.receivedAtMs);
      await send(geo, world, [fix]);
      if (fix.fixedAtMs === after(21 * 30).getTime()) expect(await excursionsOf(world)).toEqual([]);
      if (fix.fixedAtMs === after(25 * 30).getTime()) {
        expect(await presenceOf(world)).toMatchObject({ presence: 'outside', since: after(600) });
        expect(await excursionsOf(world)).toMatchObject([{ started_at: after(600), ended_at: null }]);
      }
    }
    await exit(after(2_000));

    const [excursion] = await excursionsOf(world);
    expect(excursion).toMatchObject({ started_at: after(600), ended_at: after(1_200), ended_by: 'return' });
    expect(excursion?.farthest_meters).toBeGreaterThan(490);
    expect(await typesOf(geo, world)).toEqual(['geo.excursion-opened', 'geo.excursion-closed']);
    const told = await geo.outbox(world.orgId);
    expect(told.find(({ type }) => type === 'geo.excursion-opened')?.payload).toMatchObject({ alertable: true });
    expect(told.find(({ type }) => type === 'geo.excursion-closed')?.payload).toMatchObject({
      excursionId: excursion?.excursion_id,
      durationMs: 600 * secondMs,
    });
    const states = told.filter(({ type }) => type === 'geo.presence-changed').map(({ payload }) => payload);
    expect(states).toMatchObject([
      { state: 'unknown' },
      { state: 'inside' },
      { state: 'outside' },
      { state: 'inside' },
      { state: 'unknown', since: after(2_000).toISOString() },
    ]);

    const timeline = await geo.call(
      routes.readTimeline,
      readTimeline(),
      { orgId: world.orgId, userId: world.teacherId, role: 'supervisor' },
      { params: { memberId: world.memberId }, query: { date: after(0).toISOString().slice(0, 10) } },
    );
    expect(routes.readTimeline.answer.parse(timeline)).toMatchObject({
      sessions: [{ exitedAt: after(2_000).toISOString() }],
      excursions: [{ durationMs: 600 * secondMs }],
      silences: [],
      outsideMs: 600 * secondMs,
    });
    expect(JSON.stringify(timeline)).not.toContain('itude');

    const { rows: entries } = await db.ownerPool.query<{ action: string; detail: unknown }>(
      `SELECT action, detail FROM audit.entry WHERE org_id = $1 AND object_id = $2 ORDER BY xid, seq`,
      [world.orgId, world.memberId],
    );
    expect(entries.map(({ action }) => action)).toEqual(['geo.excursion-opened', 'geo.excursion-closed']);
    expect(JSON.stringify(entries)).not.toContain('itude');
  });

  it('is the same whether fixes come one by one, all at once, shuffled, repeated, or late', async () => {
    const deliveries: ((fixes: CanonicalFix[]) => CanonicalFix[][])[] = [
      (fixes) => [fixes],
      (fixes) => fixes.map((fix) => [fix]),
      (fixes) => fixes.toReversed().map((fix) => [fix]),
      (fixes) => [[...fixes, ...fixes], fixes.slice(10, 20), fixes.toReversed()],
      (fixes) => [0, 1, 2, 3, 4, 5, 6].map((rest) => fixes.filter((_, index) => (index * 11) % 7 === rest)),
      (fixes) => [fixes.slice(0, 15), fixes.slice(45), fixes.slice(15, 45)],
    ];
    const results: unknown[] = [];
    for (const delivery of deliveries) {
      const { world, geo, exit } = await start();
      clock.set(after(1_900));
      for (const fixes of delivery(walk())) await send(geo, world, fixes);
      await exit(after(2_000));
      const { rows } = await db.ownerPool.query<{ fold: unknown }>(
        'SELECT fold FROM geo.presence_state WHERE org_id = $1',
        [world.orgId],
      );
      const excursions = (await excursionsOf(world)).map(({ excursion_id: _id, ...rest }) => rest);
      results.push([excursions, await presenceOf(world), rows[0]?.fold]);
    }
    expect(results[0]).toMatchObject([[{ started_at: after(600), ended_at: after(1_200) }], {}, {}]);
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('keeps its id while it grows, and alerts nobody when it becomes known late', async () => {
    const { world, geo } = await start();
    const fixes = walk();
    clock.set(after(1_000 + 15 * 60));
    await send(geo, world, fixes.slice(24, 32));
    const [early] = await excursionsOf(world);
    expect(early).toMatchObject({ started_at: after(24 * 30), ended_at: null });
    await send(geo, world, fixes.slice(15, 24));
    await send(geo, world, fixes.slice(32));
    const [whole, ...others] = await excursionsOf(world);
    expect(others).toEqual([]);
    expect(whole).toMatchObject({
      excursion_id: early?.excursion_id,
      started_at: after(600),
      ended_at: after(1_200),
    });
    const told = await geo.outbox(world.orgId);
    expect(told.find(({ type }) => type === 'geo.excursion-opened')?.payload).toMatchObject({ alertable: false });
  });

  it('is withdrawn when late fixes show that there was none', async () => {
    const { world, geo } = await start();
    clock.set(after(700));
    const outside = [600, 630, 660].map((seconds) => fixAt(after(seconds), metersNorth(400)));
    await send(geo, world, outside);
    expect(await excursionsOf(world)).toHaveLength(1);
    // Between any two of them the member was well inside.
    await send(
      geo,
      world,
      [610, 620, 640, 650].map((seconds) => fixAt(after(seconds), metersNorth(5))),
    );
    expect(await excursionsOf(world)).toEqual([]);
    expect(await typesOf(geo, world)).toEqual(['geo.excursion-opened', 'geo.excursion-withdrawn']);
  });

  it('ends with EXIT, also when EXIT turns out to be earlier than the last fixes', async () => {
    const { world, geo, exit } = await start();
    clock.set(after(1_000));
    await send(geo, world, walk().slice(0, 34));
    await exit(after(800));
    expect(await excursionsOf(world)).toMatchObject([
      { started_at: after(600), ended_at: after(800), ended_by: 'exit' },
    ]);
    expect(await presenceOf(world)).toMatchObject({ presence: 'unknown', since: after(800), ended_at: after(800) });
  });

  it('does nothing twice when events come again', async () => {
    const { world, geo } = await start();
    clock.set(after(1_900));
    await send(geo, world, walk());
    const before = [await excursionsOf(world), (await geo.outbox(world.orgId)).length];
    // A second process that has seen nothing: it gets every event once more.
    await runGeo(db, clock).deliver(world.orgId);
    expect([await excursionsOf(world), (await geo.outbox(world.orgId)).length]).toEqual(before);
  });
});

describe('silence', () => {
  it('makes presence unknown, never outside, until the phone speaks again', async () => {
    const { world, geo } = await start();
    const fixes = walk();
    clock.set(after(300));
    await send(geo, world, fixes.slice(0, 10));
    clock.set(after(270 + 9 * 60));
    await geo.watchSilence();
    expect(await presenceOf(world)).toMatchObject({ presence: 'inside' });
    clock.set(after(270 + 11 * 60));
    await geo.watchSilence();
    await geo.watchSilence();
    expect(await presenceOf(world)).toMatchObject({
      presence: 'unknown',
      since: after(270),
      last_heard_at: after(270),
    });
    clock.set(after(1_500));
    await send(geo, world, [fixAt(after(1_490), metersNorth(3))]);
    expect(await presenceOf(world)).toMatchObject({ presence: 'inside' });
    const states = (await geo.outbox(world.orgId)).filter(({ type }) => type === 'geo.presence-changed');
    expect(states.map(({ payload }) => payload)).toMatchObject([
      { state: 'inside' },
      { state: 'unknown', since: after(270).toISOString() },
      { state: 'inside' },
    ]);
    expect(await excursionsOf(world)).toEqual([]);
  });

  it('a ping breaks it without saying where', async () => {
    const { world, geo } = await start();
    clock.set(after(300));
    await send(geo, world, [fixAt(after(200), metersNorth(5)), fixAt(after(280), metersNorth(900), { isPing: true })]);
    expect(await presenceOf(world)).toMatchObject({ presence: 'inside', last_heard_at: after(280) });
    // A replay reads the same from the rows.
    await send(geo, world, [fixAt(after(100), metersNorth(5))]);
    expect(await presenceOf(world)).toMatchObject({ presence: 'inside', since: after(100), last_heard_at: after(280) });
  });
});

it('forgets where members were after the retention, and keeps that they were away', async () => {
  const { world, geo, exit } = await start();
  clock.set(after(1_900));
  await send(geo, world, walk());
  await exit(after(2_000));
  await db.ownerPool.query(
    `UPDATE geo.presence_state SET last_heard_at = last_heard_at - interval '40 days' WHERE org_id = $1`,
    [world.orgId],
  );
  await db.ownerPool.query(`UPDATE geo.last_position SET fixed_at = fixed_at - interval '40 days' WHERE org_id = $1`, [
    world.orgId,
  ]);
  await forgetOldPositions(db.database, systemClock);
  const { rows } = await db.ownerPool.query<{ fold: { newest: unknown[] } }>(
    'SELECT fold FROM geo.presence_state WHERE org_id = $1',
    [world.orgId],
  );
  expect(rows[0]?.fold.newest).toEqual([after(59 * 30).getTime(), '', 0, 0, -1, 0]);
  expect(JSON.stringify(rows)).not.toContain('16.37');
  const last = await db.ownerPool.query('SELECT FROM geo.last_position WHERE org_id = $1', [world.orgId]);
  expect(last.rows).toEqual([]);
  expect(await excursionsOf(world)).toHaveLength(1);
});
