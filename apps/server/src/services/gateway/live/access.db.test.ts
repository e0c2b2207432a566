import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LiveClient } from '../testing/live-client.ts';
import { type LiveSchool, LiveWorld } from '../testing/world.ts';

/** Sockets that are open while what their user may see changes, and no message of it arrives. */

let world: LiveWorld;
let school: LiveSchool;
beforeAll(async () => {
  world = await LiveWorld.open();
  school = await world.school();
});
afterAll(() => world.close());

/** Only the row changes: as if the event had been lost, and the cache with it. */
const deny = (role: string, permission: string, ties: readonly string[]) =>
  world.server.db.ownerPool.query(
    `INSERT INTO users.permission_override (org_id, role, permission, effect, ties, set_by, set_at)
     VALUES ($1, $2, $3, 'deny', $4, $1, now())`,
    [school.orgId, role, permission, ties],
  );
const changes = (client: LiveClient) => client.frames.filter(({ type }) => type === 'access-changed').length;
const within = { timeout: 5_000, interval: 50 };

describe('an open socket', () => {
  it('is told nothing more of positions within five seconds after the permission is gone', async () => {
    const [memberId] = school.memberIds;
    await world.enter(school, memberId);
    const principal = await world.subscribed(school, 'principal');
    const guardian = await world.subscribed(school, 'guardian');
    await world.tell(school, world.moved(school, memberId, 1));
    await vi.waitFor(() => expect(principal.happenings('moved')).toHaveLength(1), within);

    await deny('org_admin', 'location.see', ['organization']);
    await vi.waitFor(() => expect(changes(principal)).toBeGreaterThan(0), within);
    await world.tell(school, world.moved(school, memberId, 2));
    await vi.waitFor(() => expect(guardian.happenings('moved')).toHaveLength(2), within);
    expect(principal.happenings('moved')).toHaveLength(1);

    // Access that is read anew for another reason does not bring it back.
    await world.exit(school, memberId);
    await world.enter(school, memberId);
    await world.tell(school, world.moved(school, memberId, 3));
    await vi.waitFor(() => expect(guardian.happenings('moved').at(-1)?.position.latitude).toBe(3), within);
    expect(principal.happenings('moved')).toHaveLength(1);
  });

  it('follows a link to a guardian that ends, and an account that is suspended', async () => {
    const [memberId] = school.memberIds;
    const guardian = await world.subscribed(school, 'guardian');
    const office = await world.subscribed(school, 'teacher');
    const { ownerPool } = world.server.db;
    await ownerPool.query('DELETE FROM users.guardianship WHERE guardian_id = $1', [school.people.guardian]);
    await ownerPool.query(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [school.people.teacher]);
    await vi.waitFor(() => expect(Math.min(changes(guardian), changes(office))).toBeGreaterThan(0), within);
    const before = [guardian, office].map((client) => client.happenings('moved').length);
    await world.tell(school, world.moved(school, memberId, 9));
    const principal = await world.subscribed(school, 'principal');
    await vi.waitFor(() => expect(principal.frames.length).toBeGreaterThan(0), within);
    expect([guardian, office].map((client) => client.happenings('moved').length)).toEqual(before);
  });
});
