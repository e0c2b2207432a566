import { attendanceRoutes as routes } from '@muster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DeviceKey } from '../../cli/api/device-key.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { approvedDevices } from './accept-approved.ts';
import { enter } from './punch.ts';
import { answered, fixAtHome, type Person, refused, School } from './testing/school.ts';

let school: School;
let ann: Person & { key: DeviceKey };
beforeAll(async () => {
  school = await School.open();
  await school.schedule();
});
afterAll(() => school.db.drop());
beforeEach(async () => {
  school.at('08:00');
  ann = await school.memberWithKey(`Ann ${uuidv7()}`);
});
const verdictOf = async (answer: ReturnType<School['enter']>) => answered(await answer).punch.verdict;
const codeOf = async (answer: Promise<unknown>) => refused(await answer).code;

describe('a punch of a phone that has a key', () => {
  it('counts when the phone has signed it, and keeps what shows that', async () => {
    expect(await verdictOf(school.enter(ann))).toBe('accepted');
    const { rows } = await school.db.ownerPool.query<{ evidence: { device: object }; device_counter: string }>(
      'SELECT evidence, device_counter FROM attendance.punch WHERE member_id = $1',
      [ann.userId],
    );
    expect(rows).toMatchObject([
      { device_counter: '1', evidence: { device: { bound: true, signed: { counter: 1, value: expect.any(String) } } } },
    ]);
    school.at('16:00');
    expect(await verdictOf(school.exit(ann))).toBe('accepted');
  });

  it('is refused without a signature, with another phone’s, and with anything changed; each try is told', async () => {
    const { nonce } = await school.scan(ann);
    const stranger = new DeviceKey('another phone');
    const said = await school.punchBody(ann, 'ENTER', { nonce });
    expect(await codeOf(school.enter(ann, { nonce, signature: null }))).toBe('device-proof-refused');
    expect(await codeOf(school.enter({ ...ann, key: stranger }, { nonce }))).toBe('device-proof-refused');
    const changed = { nonce, fix: fixAtHome, signature: said.signature ?? null };
    expect(await codeOf(school.enter(ann, changed))).toBe('device-proof-refused');
    expect(await school.told('attendance.punch-refused', ann)).toMatchObject([
      { code: 'device-proof-refused', direction: 'ENTER' },
      { code: 'device-proof-refused' },
      { code: 'device-proof-refused' },
    ]);
    const evidence = await school.told('attendance.evidence-found', ann);
    expect(evidence.flatMap(({ findings }) => findings.map(({ kind }) => kind))).toEqual([
      'proxy-attendance',
      'proxy-attendance',
      'proxy-attendance',
    ]);
    // One cause, however often: fraud counts it once.
    expect(new Set(evidence.flatMap(({ findings }) => findings.map(({ causeKey }) => causeKey))).size).toBe(1);
    expect(await school.audited(ann)).toEqual([
      'attendance.enter-refused',
      'attendance.enter-refused',
      'attendance.enter-refused',
    ]);
    expect(await school.count('punch', ann)).toBe(0);
    // The scan is as good as before, for the phone itself.
    expect(await verdictOf(school.enter(ann, { nonce }))).toBe('accepted');
  });

  it('is refused as EXIT when it was signed as ENTER', async () => {
    await school.enter(ann);
    school.at('16:00');
    const body = await school.punchBody(ann, 'ENTER');
    const { nonce, signature = null } = body;
    expect(await codeOf(school.exit(ann, { nonce, signature }))).toBe('device-proof-refused');
  });

  it('is refused when the phone counts backwards, as a copy of it would', async () => {
    const copy = new DeviceKey(ann.deviceId);
    await school.enter(ann);
    school.at('16:00');
    expect(await codeOf(school.exit({ ...ann, key: copy }))).toBe('device-proof-refused');
    expect(await verdictOf(school.exit(ann))).toBe('accepted');
  });

  it('is one punch of fifty at once with the same challenge, whatever was signed beside it', async () => {
    const { nonce } = await school.scan(ann);
    const answers = await Promise.all(Array.from({ length: 50 }, () => school.enter(ann, { nonce })));
    expect(new Set(answers.map((answer) => answered(answer).punch.punchId)).size).toBe(1);
    expect(await school.count('punch', ann)).toBe(1);
  });

  it('is nothing new when the same is sent again, and of no use later', async () => {
    const body = await school.punchBody(ann, 'ENTER');
    const send = () => school.run(routes.enter, enter(school), ann, { body });
    const first = answered(await send());
    school.at('08:04');
    expect(answered(await send()).punch).toEqual(first.punch);
    school.at('08:10');
    expect(await codeOf(send())).toBe('nonce-unknown');
  });

  it('is the same punch when an earlier try comes after a later one', async () => {
    const early = await school.punchBody(ann, 'ENTER');
    const first = answered(await school.enter(ann));
    const late = answered(await school.run(routes.enter, enter(school), ann, { body: early }));
    expect(late.punch.punchId).toBe(first.punch.punchId);
  });
});

describe('what was punched on a phone that waits for approval', () => {
  const teacherId = uuidv7();
  const approve = ({ userId }: Person, deviceId: string) =>
    school.db.database.inOrganization('attendance', school.orgId, (tx) =>
      approvedDevices(school).handle(tx, [
        {
          id: uuidv7(),
          cursor: '0.0',
          type: 'auth.device-approved',
          version: 1,
          orgId: school.orgId,
          key: userId,
          occurredAt: school.clock.now().toISOString(),
          payload: {
            userId,
            deviceId,
            deviceName: 'Phone',
            at: school.clock.now().toISOString(),
            approvedBy: { userId: teacherId, role: 'supervisor' },
          },
        },
      ]),
    );
  /** Ann on another phone, which is not hers yet. */
  const onNewPhone = async () => {
    const person = { ...ann, deviceId: uuidv7() };
    await school.signIn(person, person.deviceId, false);
    return school.giveKey(person);
  };
  const teacher = () => school.teacher('Ms Gruber');

  it('is held, and counts from its own time on once the phone is approved', async () => {
    const other = await onNewPhone();
    expect(await verdictOf(school.enter(other))).toBe('held');
    school.at('09:30');
    await approve(other, other.deviceId);
    const today = await school.today(await teacher(), ann);
    expect(today.punches).toMatchObject([{ verdict: 'accepted', occurredAt: '2026-03-02T07:00:00.000Z' }]);
    expect(today.day).toMatchObject({ enteredAt: '2026-03-02T07:00:00.000Z', tracking: true });
    expect(await school.audited(ann)).toEqual(['attendance.enter-held', 'attendance.held-punch-accepted']);
    await approve(other, other.deviceId);
    expect(await school.told('attendance.punch-decided', ann)).toHaveLength(1);
  });

  it('counts as ENTER and EXIT, where both waited', async () => {
    const other = await onNewPhone();
    await school.enter(other);
    school.at('16:00');
    expect(await verdictOf(school.exit(other))).toBe('held');
    school.at('16:30');
    await approve(other, other.deviceId);
    expect((await school.today(await teacher(), ann)).day).toMatchObject({
      enteredAt: '2026-03-02T07:00:00.000Z',
      exitedAt: '2026-03-02T15:00:00.000Z',
      tracking: false,
    });
  });

  it('waits on, where it waits for something else as well, or was punched elsewhere', async () => {
    const other = await onNewPhone();
    expect(await verdictOf(school.enter(other, { fix: fixAtHome }))).toBe('held');
    await approve(other, other.deviceId);
    await approve(other, ann.deviceId);
    expect(await school.told('attendance.punch-decided', ann)).toEqual([]);
  });
});
