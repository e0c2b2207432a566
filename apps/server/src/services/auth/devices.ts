import type { Device, deviceRoutes } from '@muster/contracts';
import { sql } from 'kysely';
import { requireReach, withinReach } from '../../platform/access/reach.ts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { approveDevice, stateOf } from './approve-device.ts';
import { deviceColumns, type DeviceRow, listDevices, nameDevice } from './device-store.ts';
import { lockUser } from './account-store.ts';
import type { AuthPorts } from './ports.ts';
import { revokeOne } from './revoke-device.ts';

/** Devices as their owner sees them, and whoever looks after a member. */

type Routes = typeof deviceRoutes;
type Ports = Pick<AuthPorts, 'events' | 'clock'>;

/** More than anybody works through at once; the oldest come first, so none is ever out of reach. */
const longestList = 500;

export const listOwnDevices =
  ({ clock }: Pick<Ports, 'clock'>): Verb<Routes['listOwnDevices']> =>
  async (tx, _input, call) => ({
    items: (await listDevices(tx, { userId: call.actor.userId, at: clock.now() })).map((row) => shown(row, call)),
  });

export const renameOwnDevice =
  (ports: Ports): Verb<Routes['renameOwnDevice']> =>
  async (tx, { params: { deviceId }, body }, call) =>
    rename(tx, ports, call, { userId: call.actor.userId, deviceId, name: body.name });

export const revokeOwnDevice =
  (ports: Ports): Verb<Routes['revokeOwnDevice']> =>
  async (tx, { params: { deviceId }, body }, call) =>
    revoke(tx, ports, call, { userId: call.actor.userId, deviceId, ...body });

export const listDevicesOf =
  ({ clock }: Pick<Ports, 'clock'>): Verb<Routes['listDevicesOf']> =>
  async (tx, { params: { memberId } }, call) => {
    await requireReach(tx, call, memberId);
    return { items: (await listDevices(tx, { userId: memberId, at: clock.now() })).map((row) => shown(row, call)) };
  };

export const renameDevice =
  (ports: Ports): Verb<Routes['renameDevice']> =>
  async (tx, { params: { memberId, deviceId }, body }, call) => {
    await requireReach(tx, call, memberId);
    return rename(tx, ports, call, { userId: memberId, deviceId, name: body.name });
  };

export const revokeDevice =
  (ports: Ports): Verb<Routes['revokeDevice']> =>
  async (tx, { params: { memberId, deviceId }, body }, call) => {
    await requireReach(tx, call, memberId);
    return revoke(tx, ports, call, { userId: memberId, deviceId, ...body });
  };

export const approveWaitingDevice =
  (ports: Ports): Verb<Routes['approveDevice']> =>
  async (tx, { params: { memberId, deviceId } }, call) => {
    await requireReach(tx, call, memberId);
    const { orgId, userId, role } = call.actor;
    const approvedBy = { userId, role };
    const { requestId } = call;
    await approveDevice(tx, ports, { orgId, userId: memberId, deviceId, approvedBy, how: 'approval', requestId });
    return shown(await requireDevice(tx, ports, memberId, deviceId), call);
  };

interface WaitingRow extends DeviceRow {
  readonly displayName: string;
  readonly number: string | null;
  readonly groupId: string | null;
  readonly groupName: string | null;
  readonly siteId: string;
  readonly timeZone: string;
}

export const listWaitingDevices =
  ({ clock }: Pick<Ports, 'clock'>): Verb<Routes['listWaitingDevices']> =>
  async (tx, _input, call) => {
    const { rows } = await sql<WaitingRow>`
      SELECT ${deviceColumns(clock.now())}, member.display_name AS "displayName", member.number,
        member.group_id AS "groupId", member.group_name AS "groupName", member.site_id AS "siteId",
        member.time_zone AS "timeZone"
      FROM auth.device
      JOIN published.account ON account.org_id = device.org_id AND account.user_id = device.user_id
      JOIN published.member ON member.org_id = device.org_id AND member.member_id = device.user_id
      WHERE device.bound_at IS NULL AND device.revoked_at IS NULL AND device.public_key IS NOT NULL
        AND account.role = 'member' AND account.status = 'active' AND ${withinReach('device.user_id', call)}
      ORDER BY device.first_seen_at, device.device_id LIMIT ${longestList}`.execute(tx);
    return {
      items: rows.map((row) => {
        const { userId: memberId, displayName, number, groupId, groupName, siteId, timeZone } = row;
        return {
          ...shown(row, call),
          member: { memberId, displayName, number, groupId, groupName, siteId, timeZone },
        };
      }),
    };
  };

const shown = (row: DeviceRow, { actor }: Call): Device => ({
  deviceId: row.deviceId,
  name: row.name,
  state: stateOf(row),
  firstSeenAt: row.firstSeenAt.toISOString(),
  lastSeenAt: row.lastSeenAt.toISOString(),
  approvedAt: row.revokedAt === null ? (row.boundAt?.toISOString() ?? null) : null,
  keyThumbprint: row.keyThumbprint,
  openSessions: row.openSessions,
  isThis: row.userId === actor.userId && row.deviceId === actor.deviceId,
});

/** @throws Problem `not-found` */
const requireDevice = async (tx: Tx, { clock }: Ports, userId: string, deviceId: string): Promise<DeviceRow> => {
  const [device] = await listDevices(tx, { userId, deviceId, at: clock.now() });
  if (device === undefined) throw problem('not-found', { detail: 'There is no such device.' });
  return device;
};

interface Named {
  readonly userId: string;
  readonly deviceId: string;
}

const rename = async (
  tx: Tx,
  ports: Ports,
  call: Call,
  { userId, deviceId, name }: Named & { name: string },
): Promise<Device> => {
  const before = await requireDevice(tx, ports, userId, deviceId);
  await nameDevice(tx, userId, deviceId, name);
  await appendAudit(
    tx,
    {
      actor: { kind: 'user', userId: call.actor.userId, role: call.actor.role },
      action: 'auth.device-renamed',
      object: { kind: 'user', id: userId },
      requestId: call.requestId,
      detail: { deviceId },
      personal: { of: userId, fields: { before: before.name, after: name } },
    },
    ports.clock,
  );
  return shown(await requireDevice(tx, ports, userId, deviceId), call);
};

const revoke = async (
  tx: Tx,
  ports: Ports,
  call: Call,
  { userId, deviceId, isLost }: Named & { isLost: boolean },
): Promise<{ sessionsEnded: number }> => {
  await lockUser(tx, userId);
  const device = await requireDevice(tx, ports, userId, deviceId);
  const { actor, requestId } = call;
  const byStaff = stateOf(device) === 'waiting' ? 'refused' : 'by-staff';
  const cause = actor.userId === userId ? 'by-owner' : byStaff;
  const revocation = { orgId: actor.orgId, device, cause, isLost, by: actor, requestId } as const;
  return { sessionsEnded: await revokeOne(tx, ports, revocation) };
};
