import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import type { NoticedFact } from './rules/occasions.ts';
import { NoticeWorld, type NoticeSchool, type Person } from './testing/world.ts';

let world: NoticeWorld;
beforeAll(async () => {
  world = await NoticeWorld.create();
});
afterAll(() => world.db.drop());

type FactOf<Type extends NoticedFact['type']> = Extract<NoticedFact, { type: Type }>;
type Changes<Type extends NoticedFact['type']> = Partial<FactOf<Type>['payload']>;

const date = '2026-03-02';
const startedAt = '2026-03-02T09:32:00.000Z';
const decidedAt = '2026-03-02T09:33:00.000Z';
const endedAt = '2026-03-02T09:50:00.000Z';

const opened = (of: Person, excursionId: string, changes: Changes<'geo.excursion-opened'> = {}): NoticedFact => ({
  type: 'geo.excursion-opened',
  payload: {
    memberId: of.userId,
    excursionId,
    sessionId: uuidv7(),
    date,
    startedAt,
    decidedAt,
    distanceMeters: 120,
    alertable: true,
    ...changes,
  },
});
const closed = (of: Person, excursionId: string, changes: Changes<'geo.excursion-closed'> = {}): NoticedFact => ({
  type: 'geo.excursion-closed',
  payload: {
    memberId: of.userId,
    excursionId,
    sessionId: uuidv7(),
    date,
    startedAt,
    endedAt,
    durationMs: 18 * 60_000,
    farthestMeters: 300,
    ...changes,
  },
});
const exited = (of: Person, noExit: boolean): NoticedFact => ({
  type: 'attendance.exited',
  payload: {
    memberId: of.userId,
    punchId: uuidv7(),
    sessionId: uuidv7(),
    siteId: uuidv7(),
    date,
    at: endedAt,
    code: 'P',
    leftEarlyByMinutes: 0,
    noExit,
  },
});

/** A class with a teacher, a student of the other class with hers, and two guardians, one of whom is not to be told. */
const schoolDay = async (): Promise<
  Record<'mia' | 'teacher' | 'otherTeacher' | 'guardian' | 'quietGuardian' | 'office', Person> & {
    school: NoticeSchool;
  }
> => {
  const school = await world.school();
  const mia = await school.member('Mia Berger');
  return {
    school,
    mia,
    teacher: await school.teacher(0),
    otherTeacher: await school.teacher(1),
    guardian: await school.guardian(mia, { language: 'de' }),
    quietGuardian: await school.guardian(mia, { isTold: false }),
    office: await school.person('org_office', 'Olga Maier'),
  };
};

describe('an excursion', () => {
  it('raises one alert, and tells the teacher and the guardian, each in their language', async () => {
    const { mia, teacher, otherTeacher, guardian, quietGuardian, office } = await schoolDay();
    await world.hear(mia.orgId, opened(mia, uuidv7()));

    const [alert, ...others] = await world.alerts(teacher);
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      kind: 'geo-violation',
      member: { memberId: mia.userId, displayName: 'Mia Berger', groupName: 'Class 0' },
      raisedAt: decidedAt,
      resolvedAt: null,
      acknowledgedAt: null,
    });
    expect(alert?.sentence).toContain('10:32');
    expect(await world.alerts(office)).toHaveLength(1);
    expect(await world.alerts(otherTeacher)).toEqual([]);

    expect(await world.titles(teacher)).toEqual(['Mia Berger has left Lindenhof']);
    expect(await world.titles(guardian)).toEqual(['Mia Berger hat Lindenhof verlassen']);
    for (const other of [otherTeacher, quietGuardian, office, mia]) expect(await world.titles(other)).toEqual([]);

    const raised = await world.told(mia.orgId, 'notifications.alert-raised');
    expect(raised).toMatchObject([{ memberId: mia.userId, alertId: alert?.alertId, kind: 'geo-violation' }]);
    const changed = await world.told(mia.orgId, 'notifications.inbox-changed');
    expect(changed.map(({ userId, unread }) => [userId, unread])).toEqual(
      expect.arrayContaining([
        [teacher.userId, 1],
        [guardian.userId, 1],
      ]),
    );
    expect(changed).toHaveLength(2);
    expect(await world.audited(mia.orgId)).toMatchObject([{ action: 'alert.raised', object_id: alert?.alertId }]);
  });

  it('that is told again changes nothing, also within one batch and in two at the same time', async () => {
    const { mia, teacher, guardian } = await schoolDay();
    const fact = opened(mia, uuidv7());
    await world.hear(mia.orgId, fact, fact);
    await world.hear(mia.orgId, fact);
    await Promise.all([world.hear(mia.orgId, fact), world.hear(mia.orgId, fact)]);
    expect(await world.alerts(teacher)).toHaveLength(1);
    expect(await world.titles(guardian)).toHaveLength(1);
    expect(await world.told(mia.orgId, 'notifications.alert-raised')).toHaveLength(1);
    expect(await world.told(mia.orgId, 'notifications.inbox-changed')).toHaveLength(2);
    expect(await world.audited(mia.orgId)).toHaveLength(1);
  });

  it('that became known too late alarms nobody, neither at its start nor at its end', async () => {
    const { mia, teacher, guardian } = await schoolDay();
    const excursionId = uuidv7();
    await world.hear(mia.orgId, opened(mia, excursionId, { alertable: false }));
    await world.hear(mia.orgId, closed(mia, excursionId));
    expect(await world.alerts(teacher)).toEqual([]);
    for (const person of [teacher, guardian]) expect(await world.titles(person)).toEqual([]);
  });

  it('that is over resolves its alert and tells the guardian, also within one batch', async () => {
    for (const inOneBatch of [true, false]) {
      const { mia, teacher, guardian } = await schoolDay();
      const excursionId = uuidv7();
      const facts = [opened(mia, excursionId), closed(mia, excursionId), closed(mia, excursionId)];
      if (inOneBatch) await world.hear(mia.orgId, ...facts);
      else for (const fact of facts) await world.hear(mia.orgId, fact);
      expect(await world.alerts(teacher)).toMatchObject([{ resolvedAt: endedAt, acknowledgedAt: null }]);
      expect(await world.titles(guardian)).toEqual([
        'Mia Berger ist zurück: Lindenhof',
        'Mia Berger hat Lindenhof verlassen',
      ]);
      expect(await world.titles(teacher)).toHaveLength(1);
      expect(await world.told(mia.orgId, 'notifications.alert-resolved')).toHaveLength(1);
    }
  });

  it('that ends because the day does brings nobody back', async () => {
    const { mia, teacher, guardian } = await schoolDay();
    const excursionId = uuidv7();
    await world.hear(mia.orgId, opened(mia, excursionId), closed(mia, excursionId, { endedBy: 'exit' }));
    expect(await world.alerts(teacher)).toMatchObject([{ resolvedAt: endedAt }]);
    expect(await world.titles(guardian)).toEqual(['Mia Berger hat Lindenhof verlassen']);
  });

  it('that never was is withdrawn without a word', async () => {
    const { mia, teacher, guardian } = await schoolDay();
    const excursionId = uuidv7();
    await world.hear(mia.orgId, opened(mia, excursionId));
    world.clock.set('2026-03-02T10:00:00.000Z');
    await world.hear(mia.orgId, {
      type: 'geo.excursion-withdrawn',
      payload: { memberId: mia.userId, excursionId, sessionId: uuidv7() },
    });
    expect(await world.alerts(teacher)).toMatchObject([{ resolvedAt: '2026-03-02T10:00:00.000Z' }]);
    expect(await world.titles(guardian)).toHaveLength(1);
  });

  it('of somebody who is no member any more is passed over', async () => {
    const { mia, teacher } = await schoolDay();
    const gone: Person = { ...mia, userId: uuidv7() };
    await world.hear(mia.orgId, opened(gone, uuidv7()), opened(mia, uuidv7()));
    expect(await world.alerts(teacher)).toHaveLength(1);
  });
});

describe('attendance', () => {
  it('held raises an alert for the teacher, and the decision resolves it', async () => {
    const { mia, teacher, guardian } = await schoolDay();
    const punchId = uuidv7();
    const sentence = 'The phone was 900 m away.';
    await world.hear(mia.orgId, {
      type: 'attendance.punch-held',
      payload: { memberId: mia.userId, punchId, direction: 'ENTER', at: startedAt, sentence },
    });
    expect(await world.alerts(teacher)).toMatchObject([{ kind: 'punch-held', resolvedAt: null }]);
    expect((await world.inbox(teacher)).items).toMatchObject([{ kind: 'punch-held', body: sentence }]);
    expect(await world.titles(guardian)).toEqual([]);
    await world.hear(mia.orgId, {
      type: 'attendance.punch-decided',
      payload: { memberId: mia.userId, punchId, direction: 'ENTER', accepted: true, at: endedAt },
    });
    expect(await world.alerts(teacher)).toMatchObject([{ kind: 'punch-held', resolvedAt: endedAt }]);
  });

  it('without EXIT goes to the teacher as an alert; a proper EXIT goes to the guardian', async () => {
    const { mia, teacher, guardian } = await schoolDay();
    await world.hear(mia.orgId, exited(mia, true));
    expect(await world.alerts(teacher)).toMatchObject([{ kind: 'no-exit' }]);
    expect(await world.titles(guardian)).toEqual([]);
    await world.hear(mia.orgId, exited(mia, false));
    expect(await world.alerts(teacher)).toHaveLength(1);
    expect(await world.titles(guardian)).toEqual(['Mia Berger ist gegangen: Lindenhof']);
  });
});

describe('a signal', () => {
  it('becomes an alert only when its points have reached the limit, and is never told to guardians', async () => {
    const { mia, teacher, guardian } = await schoolDay();
    const signal = (alerting: boolean): NoticedFact => ({
      type: 'fraud.signal-raised',
      payload: {
        memberId: mia.userId,
        signalId: uuidv7(),
        kind: 'fake-gps',
        points: 40,
        sentence: 'The position was invented.',
        at: startedAt,
        alerting,
      },
    });
    await world.hear(mia.orgId, signal(false));
    expect(await world.alerts(teacher)).toEqual([]);
    await world.hear(mia.orgId, signal(true));
    expect(await world.alerts(teacher)).toMatchObject([{ kind: 'signal' }]);
    expect(await world.titles(guardian)).toEqual([]);
  });
});

describe('a batch', () => {
  it('costs the same few statements, whether it holds one fact or five hundred', async () => {
    const { school, mia } = await schoolDay();
    const class500 = await Promise.all(Array.from({ length: 100 }, (_, index) => school.member(`Member ${index}`)));
    for (const member of class500.slice(0, 50)) await school.guardian(member);
    const queries = vi.spyOn(pg.Client.prototype, 'query');
    const statementsOf = async (facts: NoticedFact[]): Promise<number> => {
      queries.mockClear();
      await world.hear(school.orgId, ...facts);
      return queries.mock.calls.length;
    };
    const ids = [uuidv7(), ...class500.flatMap(() => [uuidv7(), uuidv7()])];
    const [first = ''] = ids;
    const one = await statementsOf([opened(mia, first), closed(mia, first)]);
    const many = await statementsOf(
      class500.flatMap((member, index) => {
        const [away = '', again = ''] = ids.slice(1 + index * 2, 3 + index * 2);
        return [
          opened(member, away),
          closed(member, away),
          opened(member, again),
          closed(member, again),
          exited(member, false),
        ];
      }),
    );
    queries.mockRestore();
    expect(many).toBe(one);
    expect(one).toBeLessThanOrEqual(12);
    expect(await world.told(school.orgId, 'notifications.alert-raised')).toHaveLength(201);
  });
});
