import { type AuditEntry, appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call } from '../../platform/http/call.ts';

/** The caller changed a rule or a thing: one entry in the audit log, in the transaction of the change. */
export const auditChange = (
  tx: Tx,
  { actor, requestId }: Call,
  action: string,
  object: AuditEntry['object'],
  detail: AuditEntry['detail'],
  personal?: AuditEntry['personal'],
): Promise<void> =>
  appendAudit(tx, {
    actor: { kind: 'user', userId: actor.userId, role: actor.role },
    action,
    object,
    requestId,
    detail,
    ...(personal && { personal }),
  });
