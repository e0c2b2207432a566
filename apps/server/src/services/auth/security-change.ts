import type { EventPayload } from '@muster/contracts';
import { appendAudit, type Json } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Actor } from '../../platform/http/call.ts';
import type { AuthPorts } from './ports.ts';

type Change = EventPayload<'auth.security-changed'>['change'];

interface SecurityChange {
  readonly orgId: string;
  readonly userId: string;
  readonly change: Change;
  /** For the audit log: `auth.password-changed`, … */
  readonly action: string;
  /** Null: by the user, who is not signed in (a link, the second step of a sign-in). */
  readonly by: Pick<Actor, 'userId' | 'role'> | null;
  readonly requestId: string;
  readonly detail?: Json;
}

/** Enters a change of how somebody proves who they are into the log, and has them told, in case it was not them. */
export const recordSecurityChange = async (
  tx: Tx,
  { events, clock }: Pick<AuthPorts, 'events' | 'clock'>,
  { orgId, userId, change, action, by, requestId, detail = {} }: SecurityChange,
): Promise<void> => {
  const at = clock.now().toISOString();
  const byOther = by !== null && by.userId !== userId;
  await events.append(tx, orgId, [
    { type: 'auth.security-changed', key: userId, payload: { userId, change, at, byOther } },
  ]);
  const actor =
    by === null ? { kind: 'user' as const, userId } : { kind: 'user' as const, userId: by.userId, role: by.role };
  await appendAudit(tx, { actor, action, object: { kind: 'user', id: userId }, requestId, detail }, clock);
};
