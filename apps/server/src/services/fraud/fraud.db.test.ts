import { randomUUID } from 'node:crypto';
import { type EventPayload, fraudRoutes, type Role } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SettableClock } from '../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing/test-database.ts';
import { appendToOutbox } from '../../platform/events/outbox.ts';
import type { StoredEvent } from '../../platform/events/port.ts';
import { Problem } from '../../platform/http/problem.ts';
import { inCallOf } from '../../platform/http/testing/in-call-of.ts';
import { hearFacts } from './hear-facts.ts';
import { readRisk } from './read-risk.ts';
import { watchPositions } from './watch-positions.ts';

const start = Date.parse('2026-03-02T08:00:00.000Z');
const minuteMs = 60_000;
const iso = (atMs: number): string => new Date(atMs).toISOString();

let test: TestDatabase;
let orgId: string;
let memberId: string;
let teacherId: string;
const clock = new SettableClock(start);
const events = { append: (tx: never, org: string, facts: never) => appendToOutbox(tx, org, facts, clock) };
const facts = hearFacts({ events: events as never, clock });
const positions = watchPositions({ events: events as never, clock });
type Heard = (typeof facts)['types'][number] | (typeof positions)['types'][number];

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  clock.set(start);
  orgId = randomUUID();
  const [siteId, groupId] = [randomUUID(), randomUUID()];
  const plant = (text: string, values: unknown[]) => test.ownerPool.query(text, values);
  await plant(`INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, $2, 'Northgate', 'campus')`, [
    orgId,
    `org-${orgId}`,
  ]);
  await plant(
    `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
     VALUES ($1, $2, 'Campus', 'Ring 1', 'Europe/Vienna', 48.2, 16.37)`,
    [orgId, siteId],
  );
  await plant(`INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, '10A')`, [
    orgId,
    groupId,
    siteId,
  ]);
  [memberId, teacherId] = [randomUUID(), randomUUID()];
  for (const [userId, role] of [
    [memberId, 'member'],
    [teacherId, 'supervisor'],
  ]) {
    await plant(`INSERT INTO users.account (org_id, id, role, display_name) VALUES ($1, $2, $3, 'Asha')`, [
      orgId,
      userId,
      role,
    ]);
  }
  await plant(`INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)`, [
    orgId,
    memberId,
    siteId,
    groupId,
  ]);
});

/** A fact as the bus hands it on; with the same id it is the same fact, delivered again. */
const fact = <Type extends Heard>(type: Type, payload: EventPayload<Type>, id: string = randomUUID()) =>
  ({
    id,
    cursor: '1.1',
    type,
    version: 1,
    orgId,
    key: memberId,
    occurredAt: clock.now().toISOString(),
    payload,
  }) as unknown as StoredEvent<never>;
const hear = (...heard: StoredEvent<never>[]) =>
  test.database.inOrganization('fraud', orgId, (tx) => facts.handle(tx, heard));
const watch = (...heard: StoredEvent<never>[]) =>
  test.database.inOrganization('fraud', orgId, (tx) => positions.handle(tx, heard));

const risk = async (userId = memberId, role: Role = 'member') => {
  const input = { params: { memberId }, query: undefined, body: undefined };
  const answer = await inCallOf(test.database, fraudRoutes.readRisk, { userId, orgId, role }, clock.now(), (tx, call) =>
    readRisk(tx, input, call),
  );
  if (answer instanceof Problem) throw answer;
  return fraudRoutes.readRisk.answer.parse(answer);
};
const raised = async () => {
  const { rows } = await test.ownerPool.query<{ payload: EventPayload<'fraud.signal-raised'> }>(
    `SELECT payload FROM platform.outbox WHERE org_id = $1 AND type = 'fraud.signal-raised' ORDER BY seq`,
    [orgId],
  );
  return rows.map(({ payload }) => payload);
};
const audited = async (action: string) => {
  const { rows } = await test.ownerPool.query('SELECT FROM audit.entry WHERE org_id = $1 AND action = $2', [
    orgId,
    action,
  ]);
  return rows.length;
};

const evidence = (kind: 'proxy-attendance' | 'fake-gps' | 'scan-outside-window', causeKey = `${kind}/1`) => ({
  kind,
  causeKey,
  sentence: `${kind} was seen.`,
  innocentExplanations: ['A mistake.'],
});
const found = (...findings: ReturnType<typeof evidence>[]) =>
  fact('attendance.evidence-found', { memberId, at: clock.now().toISOString(), findings });
const excursion = (excursionId: string) => ({ memberId, excursionId, sessionId: randomUUID(), date: '2026-03-02' });
const opened = (excursionId: string) =>
  fact('geo.excursion-opened', {
    ...excursion(excursionId),
    startedAt: clock.now().toISOString(),
    decidedAt: clock.now().toISOString(),
    distanceMeters: 62.4,
    alertable: true,
  });
const closed = (excursionId: string, durationMs: number, farthestMeters = 400) =>
  fact('geo.excursion-closed', {
    ...excursion(excursionId),
    startedAt: iso(clock.now().getTime() - durationMs),
    endedAt: clock.now().toISOString(),
    durationMs,
    farthestMeters,
  });
const recorded = (
  fixes: { atMs: number; metersNorth?: number; mock?: boolean }[],
  { deviceId = randomUUID(), sessionId = randomUUID() as string | null } = {},
) =>
  fact('geo.positions-recorded', {
    memberId,
    sessionId,
    deviceId,
    receivedAt: clock.now().toISOString(),
    fixes: fixes.map(({ atMs, metersNorth = 0, mock = false }) => ({
      latitude: 48.2 + metersNorth / 111_200,
      longitude: 16.37,
      fixedAt: iso(atMs),
      accuracyMeters: 10,
      speedMetersPerSecond: null,
      headingDegrees: null,
      mock,
    })),
  });

describe('evidence of a punch', () => {
  it('becomes a signal with points, words, an audit entry and an alert, once however often it is told', async () => {
    const told = found(evidence('proxy-attendance'));
    await hear(told);
    await hear(told);
    expect(await risk()).toMatchObject({
      points: 40,
      level: 'warning',
      signals: [{ kind: 'proxy-attendance', points: 40, sentence: 'proxy-attendance was seen.', memberId }],
    });
    expect(await raised()).toMatchObject([{ memberId, kind: 'proxy-attendance', points: 40, alerting: true }]);
    expect(await audited('signal.raised')).toBe(1);
  });

  it('counts one cause once: the same photo again, and a simulated place with the distance that follows from it', async () => {
    await hear(found(evidence('proxy-attendance')));
    clock.advance(10 * minuteMs);
    await hear(found(evidence('proxy-attendance')));
    expect((await risk()).signals).toHaveLength(1);

    await hear(found(evidence('fake-gps', 'fake-gps/2'), evidence('proxy-attendance', 'proxy-attendance/2')));
    await watch(recorded([{ atMs: clock.now().getTime(), mock: true }]));
    const { points, signals } = await risk();
    expect(signals.map(({ kind }) => kind).toSorted()).toEqual(['fake-gps', 'proxy-attendance', 'proxy-attendance']);
    expect(points).toBe(80);
  });

  it('alerts nobody while the points of its kind are few', async () => {
    for (let day = 0; day < 4; day += 1) {
      await hear(found(evidence('scan-outside-window', `window/${day}`)));
    }
    expect((await raised()).map(({ alerting }) => alerting)).toEqual([false, false, false, true]);
  });

  it('weighs half after two weeks', async () => {
    await hear(found(evidence('proxy-attendance')));
    clock.advance(14 * 24 * 60 * minuteMs);
    expect(await risk()).toMatchObject({ points: 20, level: 'normal' });
  });
});

describe('an unusual sign-in', () => {
  const anomaly = (kind: EventPayload<'auth.sign-in-anomaly'>['kind'], userId = memberId) =>
    fact('auth.sign-in-anomaly', {
      userId,
      sessionId: randomUUID(),
      deviceId: randomUUID(),
      kind,
      at: clock.now().toISOString(),
      sentence: `${kind} was seen.`,
      innocentExplanations: ['A network of a company.'],
    });

  it('weighs what the kind of signal weighs that it is, with its own words, once however often it is told', async () => {
    const told = anomaly('impossible-travel');
    await hear(told);
    await hear(told);
    // The same journey, seen from the way back.
    await hear(anomaly('impossible-travel'));
    expect(await risk()).toMatchObject({
      points: 25,
      signals: [
        {
          kind: 'impossible-travel',
          sentence: 'impossible-travel was seen.',
          innocentExplanations: ['A network of a company.'],
        },
      ],
    });
    expect(await raised()).toMatchObject([{ memberId, kind: 'impossible-travel', points: 25, alerting: true }]);
    await hear(anomaly('many-accounts'));
    expect((await raised()).at(-1)).toMatchObject({ kind: 'several-devices', points: 20 });
    expect(await audited('signal.raised')).toBe(2);
  });

  it('weighs nothing from a new country alone, nor of staff', async () => {
    await hear(anomaly('new-country'), anomaly('impossible-travel', teacherId));
    expect(await raised()).toEqual([]);
  });
});

describe('an excursion', () => {
  it('counts from its opening, and is told exactly when it ends', async () => {
    const id = randomUUID();
    await hear(opened(id));
    expect(await risk()).toMatchObject({ points: 5, signals: [{ sentence: 'Left the site, and was 62 m outside.' }] });
    clock.advance(12 * minuteMs);
    await hear(closed(id, 12 * minuteMs));
    expect(await risk()).toMatchObject({
      points: 5,
      signals: [{ sentence: 'Outside the site for 12 min, up to 400 m away.' }],
    });
  });

  it('is forgiven where it was short, and where it never was', async () => {
    const [short, never] = [randomUUID(), randomUUID()];
    await hear(opened(short), opened(never));
    expect((await risk()).points).toBe(10);
    await hear(closed(short, 2 * minuteMs), fact('geo.excursion-withdrawn', { ...excursion(never) }));
    expect(await risk()).toMatchObject({ points: 0, signals: [] });
    expect(await audited('signal.dismissed')).toBe(2);
  });
});

describe('positions', () => {
  it('of a phone that calls them simulated are one signal a day', async () => {
    const deviceId = randomUUID();
    for (let n = 0; n < 5; n += 1) {
      await watch(recorded([{ atMs: start + n * 1000, mock: true }], { deviceId }));
    }
    expect(await raised()).toMatchObject([{ kind: 'fake-gps', points: 30, alerting: true }]);
  });

  it('that fly are impossible travel, also when every fix comes alone', async () => {
    const deviceId = randomUUID();
    for (let n = 0; n < 40; n += 1) {
      // Ten minutes at the gate, then 40 km away at once.
      const metersNorth = n < 20 ? n * 3 : 40_000 + n * 3;
      await watch(recorded([{ atMs: start + n * 30_000, metersNorth }], { deviceId }));
    }
    expect(await raised()).toMatchObject([{ kind: 'impossible-travel', points: 25, alerting: true }]);
    const { rows } = await test.ownerPool.query('SELECT FROM fraud.recent_track WHERE org_id = $1', [orgId]);
    expect(rows).toHaveLength(1);
  });

  it('of a walk, of guardians alone, and of two phones apart are nothing', async () => {
    const walk = Array.from({ length: 60 }, (_, n) => ({ atMs: start + n * 10_000, metersNorth: n * 14 }));
    const far = walk.map((fix) => ({ ...fix, metersNorth: fix.metersNorth + 500_000 }));
    await watch(recorded(walk), recorded(far), recorded([{ atMs: start, mock: true }], { sessionId: null }));
    expect(await raised()).toEqual([]);
  });

  it('are bounded, and forgotten at EXIT', async () => {
    const deviceId = randomUUID();
    await watch(
      recorded(
        Array.from({ length: 900 }, (_, n) => ({ atMs: start + n * 1000, metersNorth: n })),
        { deviceId },
      ),
    );
    const kept = () =>
      test.ownerPool.query<{ fixes: unknown[] }>('SELECT fixes FROM fraud.recent_track WHERE org_id = $1', [orgId]);
    expect((await kept()).rows[0]?.fixes).toHaveLength(100);
    const punched = { memberId, punchId: randomUUID(), sessionId: randomUUID(), siteId: randomUUID() };
    const at = clock.now().toISOString();
    await watch(
      fact('attendance.exited', {
        ...punched,
        date: '2026-03-02',
        at,
        code: 'P',
        leftEarlyByMinutes: 0,
        noExit: false,
      }),
    );
    expect((await kept()).rows).toEqual([]);
  });
});

describe('sign-ins', () => {
  const signsIn = async (deviceId: string, userId = memberId) => {
    await hear(fact('auth.device-seen', { userId, deviceId, bound: false }));
    clock.advance(minuteMs);
  };

  it('from two devices by turns are a signal; a new phone and staff are none', async () => {
    const [old, other] = [randomUUID(), randomUUID()];
    for (const deviceId of [old, other, old]) await signsIn(deviceId, teacherId);
    await signsIn(old);
    await signsIn(old);
    await signsIn(other);
    expect(await raised()).toEqual([]);
    await signsIn(old);
    expect(await raised()).toMatchObject([{ kind: 'several-devices', points: 20, alerting: true }]);
  });
});

describe('who may see a risk', () => {
  it('is the member, and staff who are tied to the member', async () => {
    await hear(found(evidence('proxy-attendance')));
    expect((await risk()).points).toBe(40);
    await expect(risk(teacherId, 'supervisor')).rejects.toMatchObject({ code: 'not-found' });
    await test.ownerPool.query(
      `INSERT INTO users.assignment (org_id, supervisor_id, group_id)
       SELECT org_id, $2, group_id FROM users.membership WHERE member_id = $1`,
      [memberId, teacherId],
    );
    expect((await risk(teacherId, 'supervisor')).points).toBe(40);
  });
});
