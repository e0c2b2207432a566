import { type AuditEntry, appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call } from '../../platform/http/call.ts';

/** What somebody did, as the audit log keeps it. */
type Act = Pick<AuditEntry, 'action' | 'object' | 'detail' | 'personal'>;

/** Enters what the caller did into the audit log, at the time of the call. */
export const recordAct = (tx: Tx, call: Call, act: Act): Promise<void> =>
  appendAudit(
    tx,
    {
      ...act,
      actor: { kind: 'user', userId: call.actor.userId, role: call.actor.role },
      requestId: call.requestId,
    },
    { now: () => call.at },
  );

/** Enters what a rule or job did by itself. */
export const recordOwnAct = (tx: Tx, at: Date, act: Act): Promise<void> =>
  appendAudit(tx, { ...act, actor: { kind: 'system' } }, { now: () => at });
