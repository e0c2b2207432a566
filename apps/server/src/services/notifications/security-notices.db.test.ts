import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../platform/ids.ts';
import { securityNotices } from './security-notices.ts';
import { NoticeWorld, type Person } from './testing/world.ts';

let world: NoticeWorld;
beforeAll(async () => {
  world = await NoticeWorld.create();
});
afterAll(() => world.db.drop());

describe('people hear about their own sign-in', () => {
  it('in their language, once for each fact, and nobody else does', async () => {
    const school = await world.school();
    const [ann, bea, cy] = [
      await school.person('guardian', 'Ann'),
      await school.person('guardian', 'Bea', 'de'),
      await school.person('guardian', 'Cy'),
    ];
    const at = '2026-03-02T09:00:00.000Z';
    const stored = { cursor: '0.0', version: 1, orgId: school.orgId, occurredAt: at };
    const changed = (of: Person, byOther: boolean) => ({
      ...stored,
      id: uuidv7(),
      key: of.userId,
      type: 'auth.security-changed' as const,
      payload: { userId: of.userId, change: 'password' as const, at, byOther },
    });
    const abroad = {
      ...stored,
      id: uuidv7(),
      key: ann.userId,
      type: 'auth.sign-in-anomaly' as const,
      payload: {
        userId: ann.userId,
        sessionId: uuidv7(),
        deviceId: uuidv7(),
        kind: 'new-country' as const,
        at,
        sentence: 'Signed in from Japan.',
        innocentExplanations: ['A journey.'],
      },
    };
    const facts = [changed(ann, false), changed(bea, true), abroad];
    for (let round = 0; round < 2; round += 1) {
      await world.db.database.inOrganization('notifications', school.orgId, (tx) =>
        securityNotices(world).handle(tx, facts),
      );
    }
    expect(await world.titles(ann)).toEqual(['A sign-in from a new country', 'Your password was changed']);
    expect((await world.inbox(ann)).items[0]?.body).toContain('Japan');
    expect(await world.titles(bea)).toEqual(['Ihr Passwort wurde geändert']);
    expect((await world.inbox(bea)).items[0]?.body).toContain('Verwaltung');
    expect(await world.titles(cy)).toEqual([]);
  });
});
