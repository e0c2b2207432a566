import { notificationRoutes as routes } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { listAlerts } from './lists.ts';
import { NoticeWorld, type NoticeSchool, type Person } from './testing/world.ts';

let world: NoticeWorld;
beforeAll(async () => {
  world = await NoticeWorld.create();
});
afterAll(() => world.db.drop());

const held = async (of: Person, at = '2026-03-02T09:00:00.000Z'): Promise<void> => {
  await world.hear(of.orgId, {
    type: 'attendance.punch-held',
    payload: { memberId: of.userId, punchId: uuidv7(), direction: 'ENTER', at, sentence: 'Look at it.' },
  });
};

interface Class {
  readonly school: NoticeSchool;
  readonly member: Person;
  readonly teacher: Person;
}
const aClass = async (): Promise<Class> => {
  const school = await world.school();
  return { school, member: await school.member('Mia Berger'), teacher: await school.teacher() };
};

describe('to acknowledge', () => {
  it('says who looks after it, once; the log and everybody else learn of it', async () => {
    const { school, member, teacher } = await aClass();
    const office = await school.person('org_office', 'Olga Maier');
    await held(member);
    const [alert] = await world.alerts(teacher, { open: 'true' });
    const alertId = alert?.alertId ?? '';
    const at = world.clock.now().toISOString();
    expect(await world.acknowledge(teacher, alertId)).toMatchObject({
      acknowledgedAt: at,
      acknowledgedBy: 'Theo Lang',
    });
    world.clock.advance(60_000);
    expect(await world.acknowledge(office, alertId)).toMatchObject({ acknowledgedAt: at, acknowledgedBy: 'Theo Lang' });
    expect(await world.alerts(teacher, { open: 'true' })).toEqual([]);
    expect(await world.alerts(teacher, { open: 'false' })).toHaveLength(1);
    expect(await world.told(school.orgId, 'notifications.alert-acknowledged')).toEqual([
      { memberId: member.userId, alertId, at },
    ]);
    expect((await world.audited(school.orgId)).filter(({ action }) => action === 'alert.acknowledged')).toEqual([
      { action: 'alert.acknowledged', actor_user_id: teacher.userId, object_id: alertId },
    ]);
  });

  it('at the same moment gives everybody the same answer', async () => {
    const { school, member } = await aClass();
    await held(member);
    const staff = await Promise.all(Array.from({ length: 8 }, (_, index) => school.person('org_admin', `P${index}`)));
    const [alert] = await world.alerts(staff[0] as Person);
    const answers = await Promise.all(staff.map((person) => world.acknowledge(person, alert?.alertId ?? '')));
    const names = answers.map((answer) => (typeof answer === 'string' ? answer : answer.acknowledgedBy));
    expect(new Set(names).size).toBe(1);
    expect(names[0]).toMatch(/^P\d$/);
    expect(await world.told(school.orgId, 'notifications.alert-acknowledged')).toHaveLength(1);
  });

  it('is for those who reach the member: for everybody else there is no such alert', async () => {
    const { school, member, teacher } = await aClass();
    const otherTeacher = await school.teacher(1);
    const stranger = await (await world.school()).person('org_admin', 'A stranger');
    await held(member);
    const [alert] = await world.alerts(teacher);
    for (const person of [otherTeacher, stranger]) {
      expect(await world.alerts(person)).toEqual([]);
      expect(await world.acknowledge(person, alert?.alertId ?? '')).toBe('not-found');
    }
    expect(await world.acknowledge(teacher, uuidv7())).toBe('not-found');
    expect(await world.alerts(teacher)).toMatchObject([{ acknowledgedAt: null }]);
  });
});

describe('the list of alerts', () => {
  it('goes page by page, newest first, and misses none of the same moment', async () => {
    const { member, teacher } = await aClass();
    for (const minute of [1, 1, 1, 2, 3, 3, 4]) await held(member, `2026-03-02T09:0${minute}:00.000Z`);
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) };
      const page = await world.call(routes.listAlerts, listAlerts, teacher, { query });
      if (typeof page === 'string') throw new Error(page);
      seen.push(...page.items.map(({ alertId }) => alertId));
      cursor = page.nextCursor ?? undefined;
      pages += 1;
    } while (cursor !== undefined);
    expect(pages).toBe(4);
    expect(seen).toEqual((await world.alerts(teacher)).map(({ alertId }) => alertId));
    expect(new Set(seen).size).toBe(7);
  });

  it('refuses a cursor that is none', async () => {
    const { teacher } = await aClass();
    expect(await world.call(routes.listAlerts, listAlerts, teacher, { query: { cursor: 'x' } })).toBe(
      'request-invalid',
    );
  });
});

describe('an inbox', () => {
  it('counts what is unread, over all pages, and tells the other screens when that changes', async () => {
    const { school, member, teacher } = await aClass();
    for (let count = 0; count < 5; count += 1) await held(member);
    const first = await world.inbox(teacher, { limit: 2 });
    expect([first.items.length, first.unread]).toEqual([2, 5]);
    const rest = await world.inbox(teacher, { limit: 200, cursor: first.nextCursor });
    expect([rest.items.length, rest.nextCursor, rest.unread]).toEqual([3, null, 5]);
    const changes = async () => (await world.told(school.orgId, 'notifications.inbox-changed')).length;
    const before = await changes();
    const readIds = first.items.map(({ itemId }) => itemId);
    expect(await world.markRead(teacher, readIds)).toEqual({ unread: 3 });
    expect(await world.markRead(teacher, readIds)).toEqual({ unread: 3 });
    expect(await world.markRead(teacher, [])).toEqual({ unread: 3 });
    expect((await changes()) - before).toBe(1);
    expect(await world.markRead(teacher)).toEqual({ unread: 0 });
    expect((await world.told(school.orgId, 'notifications.inbox-changed')).at(-1)).toEqual({
      userId: teacher.userId,
      unread: 0,
      itemId: null,
    });
    expect((await world.inbox(teacher)).items.every(({ readAt }) => readAt !== null)).toBe(true);
  });

  it('is nobody else’s: not of a colleague, not of another organization', async () => {
    const { school, member, teacher } = await aClass();
    const colleague = await school.teacher();
    await held(member);
    const [item] = (await world.inbox(teacher)).items;
    const stranger: Person = await (await world.school()).person('org_admin', 'X');
    expect((await world.inbox(stranger)).items).toEqual([]);
    expect(await world.markRead(stranger, [item?.itemId ?? ''])).toEqual({ unread: 0 });
    expect(await world.markRead(colleague, [item?.itemId ?? ''])).toEqual({ unread: 1 });
    expect((await world.inbox(teacher)).unread).toBe(1);
    expect((await world.inbox(colleague, { cursor: item?.itemId })).items).toEqual([]);
  });
});
