import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../../../platform/database/testing/test-database.ts';

/**
 * One organization in the tables of users and attendance: a site with a circle of 100 m, one class, a student with a
 * guardian, a teacher, an office, a principal. Written past all policies, because geo itself can write none of it.
 */
export interface World {
  readonly orgId: string;
  readonly siteId: string;
  readonly groupId: string;
  readonly memberId: string;
  readonly teacherId: string;
  readonly officeId: string;
  readonly principalId: string;
  readonly guardianId: string;
  /** Another member of the class. */
  addMember(): Promise<string>;
  /** Opens a tracking session. */
  enter(memberId: string, at: Date, options?: { endsBy?: Date }): Promise<string>;
  exit(sessionId: string, at: Date): Promise<void>;
  agreeToLiveView(): Promise<void>;
  setLevels(levels: { supervisor?: string; office?: string }): Promise<void>;
}

export const center = { latitude: 48.2, longitude: 16.37 };
export const radiusMeters = 100;

/** A place so many meters north of the site's center. */
export const metersNorth = (meters: number): { latitude: number; longitude: number } => ({
  latitude: Math.round((center.latitude + meters / 111_200) * 1e7) / 1e7,
  longitude: center.longitude,
});

export async function createWorld({ ownerPool }: TestDatabase): Promise<World> {
  const [orgId, siteId, groupId] = [randomUUID(), randomUUID(), randomUUID()];
  const run = (text: string, values: unknown[]) => ownerPool.query(text, values);

  await run('INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, $2, $3, $4)', [
    orgId,
    `org-${orgId.slice(0, 8)}`,
    'Riverside College',
    'campus',
  ]);
  await run(
    `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
     VALUES ($1, $2, 'Campus', 'Road 1', 'Europe/Vienna', $3, $4)`,
    [orgId, siteId, center.latitude, center.longitude],
  );
  await run('INSERT INTO users.geofence (org_id, id, site_id, name, shape) VALUES ($1, $2, $3, $4, $5)', [
    orgId,
    randomUUID(),
    siteId,
    'Grounds',
    JSON.stringify({ kind: 'circle', center, radiusMeters }),
  ]);
  await run(`INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, 'Class 7b')`, [
    orgId,
    groupId,
    siteId,
  ]);

  const addAccount = async (role: string, name: string) => {
    const userId = randomUUID();
    await run('INSERT INTO users.account (org_id, id, role, display_name) VALUES ($1, $2, $3, $4)', [
      orgId,
      userId,
      role,
      name,
    ]);
    return userId;
  };
  const addMember = async () => {
    const memberId = await addAccount('member', 'Asha Rao');
    await run('INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)', [
      orgId,
      memberId,
      siteId,
      groupId,
    ]);
    return memberId;
  };

  const memberId = await addMember();
  const teacherId = await addAccount('supervisor', 'Theo Lang');
  const officeId = await addAccount('org_office', 'Olga Maier');
  const principalId = await addAccount('org_admin', 'Pia Novak');
  const guardianId = await addAccount('guardian', 'Gita Rao');
  await run('INSERT INTO users.assignment (org_id, supervisor_id, group_id) VALUES ($1, $2, $3)', [
    orgId,
    teacherId,
    groupId,
  ]);
  await run('INSERT INTO users.guardianship (org_id, guardian_id, member_id) VALUES ($1, $2, $3)', [
    orgId,
    guardianId,
    memberId,
  ]);

  return {
    orgId,
    siteId,
    groupId,
    memberId,
    teacherId,
    officeId,
    principalId,
    guardianId,
    addMember,
    enter: async (enteringId, at, { endsBy = new Date(at.getTime() + 12 * 3_600_000) } = {}) => {
      const [sessionId, punchId] = [randomUUID(), randomUUID()];
      const date = at.toISOString().slice(0, 10);
      await run(
        `INSERT INTO attendance.punch (org_id, id, member_id, direction, verdict, findings, evidence, date, occurred_at,
           gate_id, site_id, device_id, late_by_minutes, left_early_by_minutes, recorded_at)
         VALUES ($1, $2, $3, 'ENTER', 'held', '[]', '{}', $4, $5, $6, $6, $6, 0, 0, $5)`,
        [orgId, punchId, enteringId, date, at, siteId],
      );
      await run(
        `INSERT INTO attendance.tracking_session (org_id, id, member_id, site_id, date, enter_punch_id, entered_at,
           planned_exit_at, ends_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
        [orgId, sessionId, enteringId, siteId, date, punchId, at, endsBy],
      );
      return sessionId;
    },
    exit: async (sessionId, at) => {
      await run('UPDATE attendance.tracking_session SET exited_at = $3 WHERE org_id = $1 AND id = $2', [
        orgId,
        sessionId,
        at,
      ]);
    },
    agreeToLiveView: async () => {
      await run('UPDATE users.guardianship SET live_agreed_at = now() WHERE org_id = $1', [orgId]);
    },
    setLevels: async ({ supervisor = 'presence', office = 'presence' }) => {
      await run('UPDATE users.organization SET supervisor_location = $2, office_location = $3 WHERE id = $1', [
        orgId,
        supervisor,
        office,
      ]);
    },
  };
}
