import { attendanceRoutes as routes } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listHeldPunches } from './list-held-punches.ts';
import { answered, type Person, refused, School } from './testing/school.ts';

let school: School;
let anna: Person;
let member: Person;

beforeAll(async () => {
  school = await School.open();
  await school.schedule();
  anna = await school.teacher('Anna Berger');
});
afterAll(() => school.db.drop());
beforeEach(async () => {
  member = await school.member('Mira Holm');
  school.at('08:00');
});

const heldEnter = async () => answered(await school.enter(member, { fix: null })).punch;
const waiting = async (viewer: Person) => {
  const { items } = answered(await school.run(routes.listHeldPunches, listHeldPunches(), viewer));
  return items.filter((item) => item.member.memberId === member.userId);
};

describe('a held punch', () => {
  it('accepted counts at its own time, as if accepted at once', async () => {
    const held = await heldEnter();
    expect(await waiting(anna)).toMatchObject([{ member: { displayName: 'Mira Holm' }, punch: { verdict: 'held' } }]);

    school.at('08:25');
    expect(refused(await school.enter(member)).detail).toContain('waits for a supervisor');
    const decided = answered(await school.decide(anna, held.punchId, true));
    expect(decided).toMatchObject({
      verdict: 'accepted',
      findings: [{ code: 'no-fix' }, { code: 'decided', sentence: 'Accepted by Anna Berger: Seen at the gate' }],
    });
    expect(await waiting(anna)).toEqual([]);
    expect((await school.today(anna, member)).day).toMatchObject({
      code: 'P',
      enteredAt: '2026-03-02T07:00:00.000Z',
      workedMinutes: 25,
      tracking: true,
    });
    expect(await school.told('attendance.punch-decided', member)).toMatchObject([{ accepted: true }]);
    expect(await school.told('attendance.entered', member)).toMatchObject([{ at: '2026-03-02T07:00:00.000Z' }]);
    expect(await school.audited(member)).toEqual(['attendance.enter-held', 'attendance.held-punch-accepted']);
    expect(refused(await school.decide(anna, held.punchId, false)).code).toBe('conflict');
  });

  it('refused stays with its evidence, and the member can scan again', async () => {
    const held = await heldEnter();
    expect(answered(await school.decide(anna, held.punchId, false)).verdict).toBe('refused');
    expect((await school.today(anna, member)).day).toMatchObject({ code: 'NM', tracking: false });
    expect(answered(await school.enter(member)).punch.verdict).toBe('accepted');
    expect((await school.today(anna, member)).punches.map((punch) => punch.verdict)).toEqual(['refused', 'accepted']);
  });

  it('is decided by exactly one of many who decide at once', async () => {
    const held = await heldEnter();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => school.decide(anna, held.punchId, index % 2 === 0)),
    );
    const lost = answers.filter((answer) => answer instanceof Error);
    expect(lost).toHaveLength(19);
    expect(new Set(lost.map((answer) => refused(answer).code))).toEqual(new Set(['conflict']));
  });

  it('cannot be decided by someone who is not tied to the member', async () => {
    const held = await heldEnter();
    const stranger = await school.person('supervisor', 'Otto Stranger');
    expect(refused(await school.decide(stranger, held.punchId, true)).code).toBe('not-found');
    expect(await waiting(stranger)).toEqual([]);
  });

  it('is not shown to a teacher who may decide about members but not see them', async () => {
    await heldEnter();
    const blind = await school.teacher('Bert Blind');
    expect(await waiting(blind)).toHaveLength(1);
    await school.plant(
      `INSERT INTO users.permission_override (org_id, user_id, permission, effect, ties, set_by, set_at)
       VALUES ($1, $2, 'members.see', 'deny', '{assigned}', $2, now())`,
      [school.orgId, blind.userId],
    );
    expect(await waiting(blind)).toEqual([]);
  });

  it('accepted after the site closed gives a day without exit, and tracks nobody backwards', async () => {
    const held = await heldEnter();
    school.at('20:00');
    answered(await school.decide(anna, held.punchId, true));
    expect((await school.today(anna, member)).day).toMatchObject({
      code: 'P',
      noExit: true,
      exitedAt: '2026-03-02T15:00:00.000Z',
      workedMinutes: 480,
      tracking: false,
    });
    expect(await school.told('attendance.exited', member)).toMatchObject([{ noExit: true }]);
  });
});

describe('an EXIT', () => {
  it('waits with its ENTER', async () => {
    const enter = await heldEnter();
    school.at('16:05');
    expect((await school.scan(member)).next.sentence).toContain('Your ENTER at 08:00 waits for a supervisor.');
    const exit = answered(await school.exit(member)).punch;
    expect(exit).toMatchObject({ verdict: 'held', findings: [{ code: 'enter-held' }] });
    expect(refused(await school.decide(anna, exit.punchId, true)).code).toBe('conflict');
    answered(await school.decide(anna, enter.punchId, true));
    answered(await school.decide(anna, exit.punchId, true));
    expect((await school.today(anna, member)).day).toMatchObject({ code: 'P', workedMinutes: 485, noExit: false });
    expect((await school.today(anna, member)).tracking).toBeNull();
  });

  it('that was held and is accepted after the closing replaces "no exit"', async () => {
    answered(await school.enter(member));
    school.at('16:30');
    const exit = answered(await school.exit(member, { fix: null })).punch;
    expect(exit.verdict).toBe('held');
    expect((await school.today(member, member)).tracking).not.toBeNull();
    school.at('18:01');
    await school.closeDays();
    expect((await school.today(anna, member)).day).toMatchObject({
      noExit: true,
      exitedAt: '2026-03-02T15:00:00.000Z',
    });
    answered(await school.decide(anna, exit.punchId, true));
    expect((await school.today(anna, member)).day).toMatchObject({
      noExit: false,
      exitedAt: '2026-03-02T15:30:00.000Z',
    });
  });
});
