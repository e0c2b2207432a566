import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Actor } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { lockUser } from './account-store.ts';
import { bindDevice, type DeviceRow, listDevices, lockDevice } from './device-store.ts';
import { readPolicy } from './policy-store.ts';
import type { AuthPorts } from './ports.ts';
import { revokeOne } from './revoke-device.ts';
import { deviceStateOf } from './rules/device-state.ts';

export interface Approval {
  readonly orgId: string;
  readonly userId: string;
  readonly deviceId: string;
  /** Whose word it rests on: who approves, or has issued the teacher code. */
  readonly approvedBy: Pick<Actor, 'userId' | 'role'>;
  readonly how: 'approval' | 'teacher-code';
  readonly requestId: string;
}

/**
 * Binds a device to its member. Where the organization wants one device a member, the others are revoked. Approving once
 * more changes nothing.
 * @throws Problem `not-found`: nobody of this id has signed in there; `device-not-approvable`, with the reason
 */
export const approveDevice = async (
  tx: Tx,
  ports: Pick<AuthPorts, 'events' | 'clock'>,
  { orgId, userId, deviceId, approvedBy, how, requestId }: Approval,
): Promise<void> => {
  await lockUser(tx, userId);
  await lockDevice(tx, deviceId);
  const at = ports.clock.now();
  const devices = await listDevices(tx, { userId, at });
  const device = devices.find((each) => each.deviceId === deviceId);
  if (device === undefined) throw problem('not-found', { detail: 'There is no such device.' });
  const state = stateOf(device);
  if (state === 'own') return;
  if (state !== 'waiting') throw problem('device-not-approvable', { detail: reasons[state] });

  await bindDevice(tx, userId, deviceId, at);
  const { oneDevicePerMember } = await readPolicy(tx);
  const replaced = oneDevicePerMember ? devices.filter((each) => stateOf(each) === 'own') : [];
  for (const other of replaced) {
    const cause = 'replaced' as const;
    await revokeOne(tx, ports, { orgId, device: other, cause, isLost: false, by: approvedBy, requestId });
  }
  const payload = { userId, deviceId, deviceName: device.name, at: at.toISOString(), approvedBy: { ...approvedBy } };
  await ports.events.append(tx, orgId, [{ type: 'auth.device-approved', key: userId, payload }]);
  await appendAudit(
    tx,
    {
      actor: { kind: 'user', userId: approvedBy.userId, role: approvedBy.role },
      action: 'auth.device-approved',
      object: { kind: 'user', id: userId },
      requestId,
      detail: { deviceId, how, keyThumbprint: device.keyThumbprint, replaced: replaced.map((each) => each.deviceId) },
      personal: { of: userId, fields: { deviceName: device.name } },
    },
    ports.clock,
  );
};

export const stateOf = ({ role, keyThumbprint, boundAt, revokedAt, isBoundToAnother }: DeviceRow) =>
  deviceStateOf({
    role,
    hasKey: keyThumbprint !== null,
    isBound: boundAt !== null,
    isRevoked: revokedAt !== null,
    isBoundToAnother,
  });

const reasons = {
  revoked: 'It was revoked. Whoever signs in there again can be approved then.',
  'of-another': 'It is bound to another member. Revoke it there first.',
  keyless: 'It has shown no key. Sign in there with the app, in a browser that keeps keys.',
  'signed-in': 'Only members have devices of their own.',
} as const;
