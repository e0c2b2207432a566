import { attendanceCodes, attendanceRoutes as routes, presenceStates, type RouteAnswer } from '@muster/contracts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { countBoard } from './count-board.ts';
import { readBoard } from './read-board.ts';
import { answered, type Person, School } from './testing/school.ts';

describe('the board', () => {
  let school: School;
  beforeAll(async () => {
    school = await School.open();
    await school.schedule();
  });
  afterAll(() => school.db.drop());

  it('shows today of everyone the caller is tied to', async () => {
    const anna = await school.teacher('Anna Berger');
    const other = await school.person('supervisor', 'Otto Other');
    const [inside, outside] = [await school.member('Inside'), await school.member('Outside')];
    school.at('08:00');
    answered(await school.enter(inside));
    school.at('09:00');
    const board = answered(await school.run(routes.readBoard, readBoard(), anna, { query: {} }));
    expect(board.items).toMatchObject([
      { member: { memberId: inside.userId }, day: { code: 'P', tracking: true, workedMinutes: 60 } },
      { member: { memberId: outside.userId }, day: { date: '2026-03-02', code: 'NM', tracking: false } },
    ]);
    const ofGroup = await school.run(routes.readBoard, readBoard(), anna, { query: { groupId: school.groupId } });
    expect(answered(ofGroup)).toEqual(board);
    const elsewhere = await school.run(routes.readBoard, readBoard(), anna, { query: { groupId: uuidv7() } });
    expect(answered(elsewhere).items).toEqual([]);
    expect(answered(await school.run(routes.readBoard, readBoard(), other, { query: {} })).items).toEqual([]);
  });

  it('names nobody whom the caller may not see, whatever they may decide', async () => {
    const blind = await school.teacher('Bert Blind');
    const names = async () =>
      answered(await school.run(routes.readBoard, readBoard(), blind, { query: {} })).items.map(
        ({ member }) => member.displayName,
      );
    expect(await names()).toContain('Inside');
    await school.db.ownerPool.query(
      `INSERT INTO users.permission_override (org_id, user_id, permission, effect, ties, set_by, set_at)
       VALUES ($1, $2, 'members.see', 'deny', '{assigned}', $2, now())`,
      [school.orgId, blind.userId],
    );
    expect(await names()).toEqual([]);
  });

  it('asks the database as often for 2,000 members as for one', async () => {
    const principal = await school.person('org_admin', 'Paula Principal');
    const queries = vi.spyOn(pg.Client.prototype, 'query');
    const statementsOfBoard = async (): Promise<{ members: number; statements: number }> => {
      queries.mockClear();
      const board = answered(await school.run(routes.readBoard, readBoard(), principal, { query: {} }));
      return { members: board.items.length, statements: queries.mock.calls.length };
    };
    const before = await statementsOfBoard();
    await school.plant(
      `WITH added AS (INSERT INTO users.account (org_id, id, role, display_name)
         SELECT $1::uuid, gen_random_uuid(), 'member', 'Member ' || n FROM generate_series(1, 2000) n RETURNING id),
       placed AS (INSERT INTO users.membership (org_id, member_id, site_id, group_id)
         SELECT $1::uuid, id, $2::uuid, $3::uuid FROM added)
       INSERT INTO attendance.attendance_day (org_id, member_id, date, code, updated_at)
         SELECT $1::uuid, id, '2026-03-02', 'P', now() FROM added`,
      [school.orgId, school.siteId, school.groupId],
    );
    const after = await statementsOfBoard();
    queries.mockRestore();
    expect(after.members).toBe(before.members + 2000);
    expect(after.statements).toBe(before.statements);
  });
});

type Counted = RouteAnswer<typeof routes.countBoard>['items'][number];

describe('the board in numbers', () => {
  let school: School;
  let principal: Person;
  let anna: Person;
  beforeAll(async () => {
    school = await School.open();
    await school.schedule();
    [principal, anna] = [await school.person('org_admin', 'Paula Principal'), await school.teacher('Anna Berger')];
    const [inside, away, silent, gone] = [
      await school.member('Inside'),
      await school.member('Away'),
      await school.member('Silent'),
      await school.member('Gone'),
    ];
    await school.member('Never came');
    const ungrouped = await school.member('Without a group');
    await school.plant('UPDATE users.membership SET group_id = NULL WHERE member_id = $1', [ungrouped.userId]);
    school.at('07:55');
    for (const each of [inside, away, gone]) answered(await school.enter(each));
    school.at('08:40');
    answered(await school.enter(silent));
    answered(await school.exit(gone, { reason: 'Fever' }));
    // Where somebody is counts by the clock of the database, which is months ahead of this school's.
    await school.plant(`UPDATE attendance.tracking_session SET ends_by = now() + interval '1 hour'`, []);
    await presence(inside, 'inside');
    await presence(away, 'outside');
  });
  afterAll(() => school.db.drop());

  const presence = ({ userId }: Person, state: string) =>
    school.plant(
      `INSERT INTO geo.presence_state (org_id, session_id, member_id, presence, since, fold)
       SELECT org_id, id, member_id, $2, now(), '{}' FROM attendance.tracking_session WHERE member_id = $1`,
      [userId, state],
    );
  const counted = async (viewer: Person) => {
    const { level, items } = answered(await school.run(routes.countBoard, countBoard(), viewer));
    return { level, items: inOrder(items) };
  };
  const permit = (viewer: Person, permission: string, effect: 'allow' | 'deny') =>
    school.plant(
      `INSERT INTO users.permission_override (org_id, user_id, permission, effect, ties, set_by, set_at)
       VALUES ($1, $2, $3, $4, '{assigned}', $2, now())`,
      [school.orgId, viewer.userId, permission, effect],
    );
  type Parts = Pick<Counted, 'code' | 'tracking' | 'presence'> & Partial<Counted>;
  const at = (parts: Parts): Counted => ({ siteId: school.siteId, late: false, entered: true, people: 1, ...parts });
  const grouped = () => [
    at({ code: 'P', tracking: true, presence: 'inside' }),
    at({ code: 'P', tracking: true, presence: 'outside' }),
    at({ code: 'L', late: true, tracking: true, presence: 'unknown' }),
    at({ code: 'LE', tracking: false, presence: null }),
    at({ code: 'NM', entered: false, tracking: false, presence: null }),
  ];
  const free = () => at({ code: 'OFF', entered: false, tracking: false, presence: null });
  const inOrder = (items: readonly Counted[]) => items.toSorted((one, other) => orderOf(one) - orderOf(other));
  const orderOf = ({ code, presence }: Counted): number =>
    attendanceCodes.indexOf(code) * 10 + presenceStates.indexOf(presence ?? 'unknown');

  it('says how many stand how, and names nobody', async () => {
    expect(await counted(principal)).toEqual({ level: 'full', items: inOrder([...grouped(), free()]) });
    expect(JSON.stringify(await counted(principal))).not.toMatch(/Inside|memberId/);
  });

  it('are the same for who runs Muster and acts in the organization', async () => {
    const home = await School.open(school.db);
    await school.plant(`UPDATE users.organization SET kind = 'platform' WHERE id = $1`, [home.orgId]);
    const owner = await home.person('platform_admin', 'Olga Owner');
    const visiting = { ...owner, orgId: school.orgId, homeOrgId: home.orgId };
    expect(await counted(visiting)).toEqual(await counted(principal));
  });

  it('are of those whom the caller reaches', async () => {
    expect((await counted(anna)).items).toEqual(inOrder(grouped()));
    const other = await school.person('supervisor', 'Otto Other');
    expect((await counted(other)).items).toEqual([]);
  });

  it('say nothing of where anybody is to who may not see it', async () => {
    const unseeing = await school.teacher('Bert Blind');
    await permit(unseeing, 'location.see', 'deny');
    const withoutPlaces = [
      at({ code: 'P', tracking: true, presence: null, people: 2 }),
      ...grouped()
        .slice(2)
        .map((each) => ({ ...each, presence: null })),
    ];
    expect(await counted(unseeing)).toEqual({ level: 'attendance', items: inOrder(withoutPlaces) });
    await school.plant(`UPDATE users.organization SET supervisor_location = 'attendance' WHERE id = $1`, [
      school.orgId,
    ]);
    expect(await counted(anna)).toEqual({ level: 'attendance', items: inOrder(withoutPlaces) });
    expect((await counted(principal)).level).toBe('full');
  });
});
