import { attendanceRoutes as routes } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decidePunch } from './decide-punch.ts';
import { openKiosk } from './kiosk.ts';
import { listDays } from './list-days.ts';
import { listSchedules } from './list-schedules.ts';
import { readPrintedCode } from './printed-code.ts';
import { readBoard } from './read-board.ts';
import { readToday } from './read-today.ts';
import { replaceSchedule } from './replace-schedule.ts';
import { answered, type Person, refused, School } from './testing/school.ts';

describe('closing days', () => {
  let school: School;
  let stayed: Person;
  let absent: Person;
  let left: Person;
  let anna: Person;
  beforeAll(async () => {
    school = await School.open();
    await school.schedule();
    [stayed, absent, left] = [
      await school.member('Stays'),
      await school.member('Absent'),
      await school.member('Leaves'),
    ];
    anna = await school.teacher('Anna Berger');
  });
  afterAll(() => school.db.drop());

  it('closes who never left at the planned end, and marks who never came', async () => {
    school.at('08:00');
    answered(await school.enter(stayed));
    answered(await school.enter(left));
    school.at('16:00');
    answered(await school.exit(left));
    school.at('17:59');
    await school.closeDays();
    expect((await school.today(stayed, stayed)).day).toMatchObject({ noExit: false, tracking: true });
    expect(await school.count('attendance_day', absent)).toBe(0);

    school.at('18:01');
    await school.closeDays();
    await school.closeDays();
    expect((await school.today(stayed, stayed)).day).toMatchObject({
      code: 'P',
      noExit: true,
      exitedAt: '2026-03-02T15:00:00.000Z',
      workedMinutes: 480,
      tracking: false,
    });
    expect(await school.told('attendance.exited', stayed)).toMatchObject([
      { noExit: true, at: '2026-03-02T15:00:00.000Z' },
    ]);
    // Tracking went on until the site closed: an excursion after 16:00 stays what it was.
    expect(await school.sessionsOf(stayed)).toEqual([{ exitedAt: '2026-03-02T17:00:00.000Z' }]);
    expect(await school.told('attendance.exited', left)).toMatchObject([{ noExit: false }]);
    expect((await school.today(absent, absent)).day).toMatchObject({ code: 'NM', enteredAt: null });
    expect(await school.count('attendance_day', absent)).toBe(1);
    expect(await school.audited(stayed)).toEqual(['attendance.enter-accepted', 'attendance.closed-without-exit']);
  });

  it('catches up after standing still, over the weekend too', async () => {
    school.at('08:00', '2026-03-09');
    await school.closeDays();
    const days = answered(
      await school.run(routes.listDays, listDays(), anna, {
        query: { memberId: absent.userId, from: '2026-03-01', to: '2026-03-09' },
      }),
    );
    expect(days.items.map((day) => [day.date, day.code])).toEqual([
      ['2026-03-02', 'NM'],
      ['2026-03-03', 'NM'],
      ['2026-03-04', 'NM'],
      ['2026-03-05', 'NM'],
      ['2026-03-06', 'NM'],
      ['2026-03-09', 'NM'],
    ]);
    expect(days.rate).toEqual({ soFar: null, overAllPlanned: 0, bestStillReachable: 1 });
  });

  it('closes the session of someone who has left the school, and whatever else fails', async () => {
    const leaver = await school.member('Leaver');
    const suspended = await school.member('Suspended');
    school.at('08:00', '2026-03-12');
    answered(await school.enter(leaver));
    const { nonce } = await school.scan(suspended);
    await school.plant(`UPDATE users.account SET status = 'left' WHERE id = $1`, [leaver.userId]);
    await school.plant(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [suspended.userId]);
    expect(refused(await school.enter(suspended, { nonce })).code).toBe('session-ended');
    school.at('18:01', '2026-03-12');
    await school.closeDays();
    expect(await school.told('attendance.exited', leaver)).toMatchObject([{ noExit: true }]);
  });

  it('a member forgotten inside can ENTER the next day, job or no job', async () => {
    const forgotten = await school.member('Forgotten');
    school.at('08:00', '2026-03-17');
    answered(await school.enter(forgotten));
    school.at('08:01', '2026-03-18');
    expect(answered(await school.enter(forgotten)).day).toMatchObject({
      date: '2026-03-18',
      code: 'P',
      tracking: true,
    });
    expect(await school.told('attendance.exited', forgotten)).toMatchObject([{ date: '2026-03-17', noExit: true }]);
  });
});

describe('rates', () => {
  it('are three: so far, over all planned, best still reachable', async () => {
    const school = await School.open();
    await school.schedule();
    const member = await school.member('Mira Holm');
    school.at('08:00');
    answered(await school.enter(member));
    const days = answered(
      await school.run(routes.listDays, listDays(), member, {
        query: { memberId: member.userId, from: '2026-03-02', to: '2026-03-05' },
      }),
    );
    expect(days.items).toMatchObject([{ date: '2026-03-02', code: 'P', tracking: true }]);
    expect(days.rate).toEqual({ soFar: 1, overAllPlanned: 0.25, bestStillReachable: 1 });
    const backwards = { query: { memberId: member.userId, from: '2026-03-05', to: '2026-03-02' } };
    expect(refused(await school.run(routes.listDays, listDays(), member, backwards)).code).toBe('request-invalid');
    await school.db.drop();
  });
});

describe('a night shift', () => {
  it('belongs to the day it starts, and its EXIT after midnight to its ENTER', async () => {
    const school = await School.open();
    await school.schedule({ entryTime: '22:00', exitTime: '06:00', weekdays: [1, 2, 3, 4, 5, 6, 7] });
    const guard = await school.member('Nora Night');
    school.at('21:50');
    expect(answered(await school.enter(guard)).day).toMatchObject({ date: '2026-03-02', code: 'P' });
    school.at('02:00', '2026-03-03');
    expect(await school.today(guard, guard)).toMatchObject({
      plan: { date: '2026-03-02' },
      day: { date: '2026-03-02', workedMinutes: 250, tracking: true },
    });
    school.at('06:05', '2026-03-03');
    expect(answered(await school.exit(guard)).day).toMatchObject({
      date: '2026-03-02',
      exitedAt: '2026-03-03T05:05:00.000Z',
      workedMinutes: 495,
      tracking: false,
    });
    school.at('21:40', '2026-03-03');
    expect(answered(await school.enter(guard)).day.date).toBe('2026-03-03');
    school.at('08:01', '2026-03-04');
    await school.closeDays();
    expect(await school.told('attendance.exited', guard)).toMatchObject([
      { noExit: false },
      { date: '2026-03-03', noExit: true, at: '2026-03-04T05:00:00.000Z' },
    ]);
    await school.db.drop();
  });
});

describe('schedules', () => {
  it('are replaced from today on, without an overlap, as often as wanted', async () => {
    const school = await School.open();
    await school.schedule();
    const principal = await school.person('org_admin', 'Paula Principal');
    const anna = await school.teacher('Anna Berger');
    const set = (entryTime: string) =>
      school.run(routes.replaceSchedule, replaceSchedule(), principal, {
        params: { groupId: school.groupId },
        body: {
          name: 'Summer',
          weekdays: [5, 1, 1, 2],
          entryTime,
          exitTime: '13:00',
          opensBeforeMinutes: 30,
          freeUntilMinutes: 60,
          lateAfterMinutes: 10,
          closesAfterMinutes: 60,
        },
      });
    school.at('00:30', '2026-03-05');
    await Promise.all([set('09:00'), set('09:15'), set('09:30')]);
    expect(answered(await set('10:00'))).toMatchObject({ validFrom: '2026-03-05', validTo: null, weekdays: [1, 2, 5] });
    const { items } = answered(await school.run(routes.listSchedules, listSchedules(), anna));
    expect(items.map((item) => [item.entryTime, item.validFrom, item.validTo])).toEqual([
      ['10:00', '2026-03-05', null],
      ['08:00', '2026-03-02', '2026-03-04'],
    ]);
    await school.db.drop();
  });
});

describe('another organization', () => {
  it('finds nothing of ours, and says so with "not found"', async () => {
    const ours = await School.open();
    await ours.schedule();
    const theirs = await School.open(ours.db);
    const spy = await theirs.person('org_admin', 'Sam Spy');
    const member = await ours.member('Mira Holm');
    ours.at('08:00');
    const held = answered(await ours.enter(member, { fix: null })).punch;
    const ofMember = { params: { memberId: member.userId } };
    const ofGate = { params: { gateId: ours.gateId } };
    const codes = [
      await theirs.run(routes.readToday, readToday(), spy, ofMember),
      await theirs.run(routes.listDays, listDays(), spy, {
        query: { memberId: member.userId, from: '2026-03-01', to: '2026-03-31' },
      }),
      await theirs.run(routes.readPrintedCode, readPrintedCode(), spy, ofGate),
      await theirs.run(routes.openKiosk, openKiosk(), spy, ofGate),
      await theirs.run(routes.decidePunch, decidePunch(theirs), spy, {
        params: { punchId: held.punchId },
        body: { accept: true, reason: 'Because' },
      }),
      await theirs.run(routes.replaceSchedule, replaceSchedule(), spy, {
        params: { groupId: ours.groupId },
        body: { ...emptySchedule },
      }),
    ].map((answer) => refused(answer).code);
    expect(new Set(codes)).toEqual(new Set(['not-found']));
    expect(answered(await theirs.run(routes.readBoard, readBoard(), spy, { query: {} })).items).toEqual([]);
    expect(answered(await theirs.run(routes.listSchedules, listSchedules(), spy)).items).toEqual([]);

    const pupil = await theirs.member('Their pupil');
    const code = await ours.codeOnScreen();
    expect(refused(await theirs.scanCode(pupil, code)).code).toBe('code-foreign');
    await ours.db.drop();
  });
});

const emptySchedule = {
  name: 'None',
  weekdays: [1],
  entryTime: '08:00',
  exitTime: '09:00',
  opensBeforeMinutes: 0,
  freeUntilMinutes: 0,
  lateAfterMinutes: 0,
  closesAfterMinutes: 0,
};
