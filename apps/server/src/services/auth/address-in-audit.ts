import type { AuditEntry } from '../../platform/audit-trail/append.ts';
import type { OpenCall } from '../../platform/http/call.ts';

/** From where somebody tried: personal where an account was meant, and a plain fact where it was nobody's. */
export const addressOf = (
  userId: string | undefined,
  { ipAddress, userAgent }: Pick<OpenCall, 'ipAddress' | 'userAgent'>,
): Pick<AuditEntry, 'detail' | 'personal'> =>
  userId === undefined
    ? { detail: { ipAddress, userAgent } }
    : { detail: {}, personal: { of: userId, fields: { ipAddress, userAgent } } };
