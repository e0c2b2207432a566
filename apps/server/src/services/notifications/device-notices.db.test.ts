import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { deviceNotices } from './device-notices.ts';
import { NoticeWorld, type Person } from './testing/world.ts';

let world: NoticeWorld;
beforeAll(async () => {
  world = await NoticeWorld.create();
});
afterAll(() => world.db.drop());

it('tells members what becomes of their devices, and those who can approve one that it waits, once each', async () => {
  const school = await world.school();
  const ann = await school.member('Ann', 0);
  const [teacher, other] = [await school.teacher(0, 'de'), await school.teacher(1)];
  const [principal, parent] = [await school.person('org_admin', 'Principal'), await school.guardian(ann)];
  const at = '2026-03-02T09:00:00.000Z';
  const fact = <const Type extends string, Payload extends object>(type: Type, payload: Payload) => ({
    id: uuidv7(),
    cursor: '0.0',
    type,
    version: 1,
    orgId: school.orgId,
    key: ann.userId,
    occurredAt: at,
    payload: { userId: ann.userId, deviceId: uuidv7(), deviceName: 'Firefox, Linux', at, ...payload },
  });
  const facts = [
    fact('auth.device-waiting', {}),
    fact('auth.device-approved', { approvedBy: { userId: teacher.userId, role: 'supervisor' as const } }),
    fact('auth.device-revoked', { isLost: false, cause: 'replaced' as const }),
  ];
  for (let round = 0; round < 2; round += 1) {
    await world.db.database.inOrganization('notifications', school.orgId, (tx) =>
      deviceNotices(world).handle(tx, facts),
    );
  }
  expect((await world.titles(ann)).toSorted()).toEqual([
    'Firefox, Linux is yours now',
    'Firefox, Linux was revoked',
    'You have signed in on another device: Firefox, Linux',
  ]);
  expect(await world.titles(teacher)).toEqual(['Ann hat sich auf einem anderen Gerät angemeldet: Firefox, Linux']);
  expect(await world.titles(principal)).toEqual(['Ann has signed in on another device: Firefox, Linux']);
  const nobody: Person[] = [other, parent];
  expect(await Promise.all(nobody.map((each) => world.titles(each)))).toEqual([[], []]);
});
