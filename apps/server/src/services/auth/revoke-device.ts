import type { EventPayload } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Actor } from '../../platform/http/call.ts';
import { type DeviceRow, listSessionsOn, markRevoked } from './device-store.ts';
import { endSessions } from './end-sessions.ts';
import type { AuthPorts } from './ports.ts';

interface Revocation {
  readonly orgId: string;
  readonly device: Pick<DeviceRow, 'userId' | 'deviceId' | 'name'>;
  readonly cause: EventPayload<'auth.device-revoked'>['cause'];
  readonly isLost: boolean;
  readonly by: Pick<Actor, 'userId' | 'role'>;
  readonly requestId: string;
}

/**
 * Takes a device from its user: its sessions end, and what is punched there is not the member's any more. Says how many
 * sessions there were; revoking once more changes nothing but what has begun since.
 */
export const revokeOne = async (
  tx: Tx,
  { events, clock }: Pick<AuthPorts, 'events' | 'clock'>,
  { orgId, device, cause, isLost, by, requestId }: Revocation,
): Promise<number> => {
  const { userId, deviceId, name } = device;
  const at = clock.now();
  const sessionIds = await listSessionsOn(tx, userId, deviceId);
  const ended = await endSessions(tx, events, { orgId, sessionIds, cause: 'device-revoked', at });
  const isNews = await markRevoked(tx, userId, deviceId, at);
  if (!isNews && ended.length === 0 && !isLost) return 0;
  const payload = { userId, deviceId, deviceName: name, at: at.toISOString(), isLost, cause };
  await events.append(tx, orgId, [{ type: 'auth.device-revoked', key: userId, payload }]);
  await appendAudit(
    tx,
    {
      actor: { kind: 'user', userId: by.userId, role: by.role },
      action: 'auth.device-revoked',
      object: { kind: 'user', id: userId },
      requestId,
      detail: { deviceId, cause, isLost, sessionsEnded: ended.length },
      personal: { of: userId, fields: { deviceName: name } },
    },
    clock,
  );
  return ended.length;
};
