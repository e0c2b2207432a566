import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answered, fixAtGate, fixAtHome, type Person, refused, School } from './testing/school.ts';

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
});

describe('the story of a day', () => {
  it('goes from the scan over ENTER to EXIT, and everyone is told', async () => {
    school.at('08:04');
    const scanned = await school.scan(member);
    expect(scanned).toMatchObject({
      gateName: 'Main gate',
      siteName: 'Main campus',
      next: { direction: 'ENTER', reasonRequired: false, sentence: 'ENTER is free until 09:00.' },
    });
    const entered = answered(await school.enter(member, { nonce: scanned.nonce }));
    expect(entered).toMatchObject({
      punch: { direction: 'ENTER', verdict: 'accepted', findings: [], gateName: 'Main gate', lateByMinutes: 0 },
      day: { date: '2026-03-02', code: 'P', enteredAt: '2026-03-02T07:04:00.000Z', exitedAt: null, tracking: true },
    });
    const [fact] = await school.told('attendance.entered', member);
    expect(fact).toMatchObject({
      memberId: member.userId,
      punchId: entered.punch.punchId,
      code: 'P',
      lateByMinutes: 0,
    });

    school.at('12:00');
    expect((await school.today(member, member)).day).toMatchObject({ workedMinutes: 236, tracking: true });

    school.at('16:10');
    expect((await school.scan(member)).next).toEqual({
      direction: 'EXIT',
      reasonRequired: false,
      sentence: 'You entered at 08:04. EXIT is free until 18:00.',
    });
    const left = answered(await school.exit(member));
    expect(left.day).toMatchObject({ code: 'P', workedMinutes: 486, noExit: false, tracking: false });
    expect(await school.told('attendance.exited', member)).toMatchObject([
      { sessionId: fact?.sessionId, noExit: false, leftEarlyByMinutes: 0, at: '2026-03-02T15:10:00.000Z' },
    ]);
    expect(await school.audited(member)).toEqual(['attendance.enter-accepted', 'attendance.exit-accepted']);

    school.at('16:20');
    expect((await school.scan(member)).next).toMatchObject({
      direction: null,
      sentence: expect.stringContaining('16:10'),
    });
    expect(refused(await school.enter(member)).code).toBe('already-exited');
    expect(refused(await school.exit(member)).code).toBe('already-exited');
  });

  it('shows the member who can see the position, and until when', async () => {
    const mother = await school.person('guardian', 'Ida Holm');
    await school.plant(
      `INSERT INTO users.guardianship (org_id, guardian_id, member_id, live_agreed_at) VALUES ($1, $2, $3, now())`,
      [school.orgId, mother.userId, member.userId],
    );
    school.at('08:00');
    expect((await school.today(member, member)).tracking).toBeNull();
    answered(await school.enter(member));
    expect((await school.today(mother, member)).tracking).toEqual({
      since: '2026-03-02T07:00:00.000Z',
      until: '2026-03-02T17:00:00.000Z',
      seenBy: ['Teacher of 10A (Anna Berger): only whether inside or outside', 'Parents (live view agreed)'],
    });
  });
});

describe('the window', () => {
  it('refuses an early ENTER with the opening time, and keeps that it was tried', async () => {
    school.at('07:20');
    const { nonce, next } = await school.scan(member);
    expect(next).toEqual({ direction: null, reasonRequired: false, sentence: 'Entry opens at 07:30.' });
    expect(refused(await school.enter(member, { nonce }))).toEqual({
      code: 'window-not-open',
      detail: 'Entry opens at 07:30.',
    });
    expect(await school.told('attendance.punch-refused', member)).toMatchObject([
      { direction: 'ENTER', code: 'window-not-open' },
    ]);
    expect(await school.told('attendance.evidence-found', member)).toMatchObject([
      { findings: [{ kind: 'scan-outside-window' }] },
    ]);
    expect(refused(await school.enter(member, { nonce })).code).toBe('window-not-open');
    expect(await school.count('punch', member)).toBe(1);
    expect((await school.today(member, member)).day).toMatchObject({ code: 'NM', tracking: false });

    school.at('07:30');
    expect(answered(await school.enter(member)).punch.verdict).toBe('accepted');
  });

  it('asks for a reason after the free time; the same scan can be sent again with it', async () => {
    school.at('09:30');
    const { nonce, next } = await school.scan(member);
    expect(next).toEqual({
      direction: 'ENTER',
      reasonRequired: true,
      sentence: 'After 09:00 an entry needs a reason.',
    });
    expect(refused(await school.enter(member, { nonce }))).toEqual({
      code: 'reason-required',
      detail: 'After 09:00 an entry needs a reason.',
    });
    expect(await school.count('punch', member)).toBe(0);
    const entered = answered(await school.enter(member, { nonce, reason: 'The bus broke down' }));
    expect(entered).toMatchObject({
      punch: { verdict: 'accepted', reason: 'The bus broke down', lateByMinutes: 90 },
      day: { code: 'L', lateByMinutes: 90 },
    });
  });

  it('asks for a reason before the exit time and marks "left early"', async () => {
    school.at('08:00');
    answered(await school.enter(member));
    school.at('14:30');
    const { nonce } = await school.scan(member);
    expect(refused(await school.exit(member, { nonce })).detail).toBe('Leaving before 16:00 needs a reason.');
    const left = answered(await school.exit(member, { nonce, reason: 'Dentist' }));
    expect(left.day).toMatchObject({ code: 'LE', leftEarlyByMinutes: 90, workedMinutes: 390 });
  });

  it('refuses what is not planned, and what comes after the closing', async () => {
    school.at('08:00', '2026-03-07');
    expect(refused(await school.enter(member)).code).toBe('no-schedule');
    school.at('18:01');
    expect(refused(await school.enter(member)).code).toBe('window-closed');
  });
});

describe('scanning again', () => {
  it('within five minutes is the same punch, by the same scan or another', async () => {
    school.at('08:00');
    const { nonce } = await school.scan(member);
    const first = answered(await school.enter(member, { nonce }));
    school.at('08:04');
    expect(answered(await school.enter(member)).punch).toEqual(first.punch);
    expect(answered(await school.enter(member, { nonce })).punch).toEqual(first.punch);
    expect(await school.told('attendance.entered', member)).toHaveLength(1);

    school.at('08:06');
    expect(refused(await school.enter(member, { nonce })).code).toBe('nonce-unknown');
    expect(refused(await school.enter(member))).toEqual({
      code: 'already-entered',
      detail: 'You are already inside since 08:00.',
    });
  });

  it('with a used scan cannot become an EXIT', async () => {
    school.at('08:00');
    const { nonce } = await school.scan(member);
    answered(await school.enter(member, { nonce }));
    expect(refused(await school.exit(member, { nonce, reason: 'Going home' })).code).toBe('nonce-unknown');
  });

  it('is bound to account and device and to five minutes', async () => {
    school.at('08:00');
    const { nonce } = await school.scan(member);
    const friend = await school.member('Jan Novak');
    expect(refused(await school.enter(friend, { nonce })).code).toBe('nonce-unknown');
    expect(refused(await school.enter({ ...member, deviceId: friend.deviceId }, { nonce })).code).toBe('nonce-unknown');
    school.clock.advance(5 * 60_000);
    expect(refused(await school.enter(member, { nonce })).code).toBe('nonce-unknown');
    expect(refused(await school.enter(member, { nonce: 'made-up-nonce-made-up' })).code).toBe('nonce-unknown');
  });

  it('fifty times at once makes exactly one punch', async () => {
    school.at('08:00');
    const scans = await Promise.all(Array.from({ length: 10 }, () => school.scan(member)));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => school.enter(member, { nonce: scans[index % 10]?.nonce ?? '' })),
    );
    expect(new Set(answers.map((answer) => answered(answer).punch.punchId)).size).toBe(1);
    expect(await school.count('punch', member)).toBe(1);
    expect(await school.count('tracking_session', member)).toBe(1);
    expect(await school.told('attendance.entered', member)).toHaveLength(1);
  });
});

describe('evidence', () => {
  it.each([
    ['without a fix', { fix: null }, 'no-fix'],
    ['far from the site', { fix: fixAtHome }, 'far-from-site'],
    ['with a mock location', { fix: { ...fixAtGate, mock: true } }, 'mock-location'],
    ['with a vague fix', { fix: { ...fixAtGate, accuracyMeters: 900 } }, 'fix-vague'],
  ])('%s holds the ENTER; nobody is tracked', async (_name, options, code) => {
    school.at('08:00');
    const entered = answered(await school.enter(member, options));
    expect(entered.punch).toMatchObject({ verdict: 'held', findings: [{ code }] });
    expect(entered.day).toMatchObject({ code: 'NM', tracking: false });
    expect(await school.count('tracking_session', member)).toBe(0);
    expect(await school.told('attendance.entered', member)).toEqual([]);
    expect(await school.told('attendance.punch-held', member)).toMatchObject([{ direction: 'ENTER' }]);
  });

  it('of a clock that differs is a signal on an accepted punch', async () => {
    school.at('08:00');
    const entered = answered(await school.enter(member, { deviceAt: '2026-03-02T06:00:00.000Z' }));
    expect(entered.punch).toMatchObject({ verdict: 'accepted-with-signals', findings: [{ code: 'clock-differs' }] });
    expect(entered.day).toMatchObject({ code: 'P', tracking: true });
  });

  it('of another’s phone refuses, and tells fraud with innocent explanations', async () => {
    const friend = await school.member('Jan Novak');
    await school.signIn(member, friend.deviceId, false);
    school.at('08:00');
    expect(refused(await school.enter({ ...member, deviceId: friend.deviceId }))).toEqual({
      code: 'device-foreign',
      detail: "The scan came from another member's phone.",
    });
    const [evidence] = await school.told('attendance.evidence-found', member);
    expect(evidence?.findings).toMatchObject([{ kind: 'proxy-attendance' }]);
    expect(evidence?.findings[0]?.innocentExplanations).toContain('Brothers and sisters share one phone.');
    expect(await school.audited(member)).toEqual(['attendance.enter-refused']);
    const { punches } = await school.today(anna, member);
    expect(punches).toMatchObject([{ verdict: 'refused', findings: [{ code: 'device-of-another' }] }]);
    expect(answered(await school.enter(member)).punch.verdict).toBe('accepted');
  });

  it('of an unregistered phone holds', async () => {
    const borrowed = { ...member, deviceId: anna.deviceId };
    await school.signIn(member, borrowed.deviceId, false);
    school.at('08:00');
    expect(answered(await school.enter(borrowed)).punch.findings).toMatchObject([{ code: 'device-not-bound' }]);
  });
});
