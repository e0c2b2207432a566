import { appendAudit, type AuditEntry } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { OpenCall } from '../../platform/http/call.ts';
import { DeviceProofRefused } from './device-proof.ts';
import type { AuthPorts } from './ports.ts';

/** What is known of a sign-in that was refused. */
interface RefusedSignIn {
  /** Absent: nobody knows which organization was meant, and the entry stands in the log of the deployment. */
  readonly orgId?: string | undefined;
  /** Absent: no account was meant. */
  readonly userId?: string | undefined;
  /** Absent: by password. */
  readonly method?: 'passkey' | 'single-sign-on';
  /** The device that did not show that it is the one it says it is. */
  readonly deviceId?: string;
}

/**
 * Enters into the log that a sign-in was refused, in a transaction of its own. From where somebody tried is personal
 * where an account was meant, and a plain fact where it was nobody's.
 */
export const logRefusal = async (
  { database, clock }: Pick<AuthPorts, 'database' | 'clock'>,
  { orgId, userId, method, deviceId }: RefusedSignIn,
  { ipAddress, userAgent, requestId }: OpenCall,
): Promise<void> => {
  const from = { ipAddress, userAgent };
  const how = { ...(method === undefined ? {} : { method }), ...(deviceId === undefined ? {} : { deviceId }) };
  const entry: AuditEntry = {
    actor: { kind: 'anonymous' },
    action: 'auth.sign-in-refused',
    object: { kind: 'user', id: userId ?? 'unknown' },
    requestId,
    ...(userId === undefined
      ? { detail: { ...how, ...from } }
      : { detail: how, personal: { of: userId, fields: from } }),
  };
  const log = (tx: Tx) => appendAudit(tx, entry, clock);
  await (orgId === undefined ? database.acrossOrganizations('auth', log) : database.inOrganization('auth', orgId, log));
};

/** Enters sign-ins into the log that end because the device is not the one it says it is. */
export const loggingForeignDevices = async <T>(
  ports: Pick<AuthPorts, 'database' | 'clock'>,
  orgId: string,
  call: OpenCall,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DeviceProofRefused) {
      await logRefusal(ports, { orgId, userId: error.userId, deviceId: error.deviceId }, call);
    }
    throw error;
  }
};
