import { routes } from '@muster/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SettableClock } from '../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing/test-database.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { lostPhones } from './lost-phones.ts';
import { addPhoneClient, listPhoneClients } from './phone-clients.ts';
import { type RunningGeo, runGeo } from './testing/running-geo.ts';
import { createWorld, type World } from './testing/world.ts';

let db: TestDatabase;
let geo: RunningGeo;
let world: World;
beforeAll(async () => {
  db = await testDatabase();
  geo = runGeo(db, new SettableClock('2026-03-02T09:00:00.000Z'));
  world = await createWorld(db);
});
afterAll(() => db.drop());

const as = (userId: string) => ({ orgId: world.orgId, userId, role: 'member' as const });
const add = (userId: string) =>
  geo.call(routes.addPhoneClient, addPhoneClient({ publicUrl: 'https://muster.example' }), as(userId), {
    body: { client: 'owntracks', name: 'My phone' },
  });
const count = async (userId: string) => {
  const list = await geo.call(routes.listPhoneClients, listPhoneClients(), as(userId), {});
  return routes.listPhoneClients.answer.parse(list).items.length;
};
const at = '2026-03-02T09:00:00.000Z';
const revoked = (isLost: boolean) => ({
  id: uuidv7(),
  cursor: '0.0',
  type: 'auth.device-revoked' as const,
  version: 1,
  orgId: world.orgId,
  key: world.memberId,
  occurredAt: at,
  payload: {
    userId: world.memberId,
    deviceId: uuidv7(),
    deviceName: 'Phone',
    at,
    isLost,
    cause: 'by-owner' as const,
  },
});

it('ends the secrets of a lost phone’s apps, and nobody else’s', async () => {
  const friend = await world.addMember();
  await Promise.all([add(world.memberId), add(world.memberId), add(friend)]);
  const hear = (isLost: boolean) =>
    db.database.inOrganization('geo', world.orgId, (tx) => lostPhones(geo).handle(tx, [revoked(isLost)]));
  await hear(false);
  expect(await count(world.memberId)).toBe(2);
  await hear(true);
  await hear(true);
  expect([await count(world.memberId), await count(friend)]).toEqual([0, 1]);
});
