import { sql } from 'kysely';
import { appendAudit, type AuditEntry } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Consumer, EventBus } from '../../platform/events/port.ts';
import { Problem } from '../../platform/http/problem.ts';
import { findMember } from './people-store.ts';
import { heldOnDevice, lockMember } from './punch-store.ts';
import { waitsForDevice } from './rules/waits-for-device.ts';
import { settlePunch } from './settle-punch.ts';

/**
 * A phone was approved: what was punched there, and waited for nothing else, counts from its own time on. Everything
 * about those punches was in order, and whoever approved the phone has said that it is the member's.
 */
export const approvedDevices = ({
  events,
  clock,
}: {
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
}): Consumer<'auth.device-approved'> => ({
  name: 'attendance.approved-devices',
  service: 'attendance',
  types: ['auth.device-approved'],
  async handle(tx, approvals) {
    for (const { orgId, payload } of approvals) {
      const { userId: memberId, deviceId, approvedBy: decidedBy } = payload;
      await lockMember(tx, memberId);
      const member = await findMember(tx, memberId);
      if (member?.status !== 'active') continue;
      // The oldest first: an EXIT counts when its ENTER does.
      for (const punch of await heldOnDevice(tx, memberId, deviceId)) {
        if (!waitsForDevice(punch.findings)) continue;
        const at = clock.now();
        const decision = { orgId, accepted: true, reason: 'The phone was approved.', decidedBy, at };
        if (!(await couldSettle(tx, () => settlePunch(tx, events, punch, decision)))) continue;
        const { id: punchId, direction } = punch;
        const entry: AuditEntry = {
          actor: { kind: 'user', userId: decidedBy.userId, role: decidedBy.role },
          action: 'attendance.held-punch-accepted',
          object: { kind: 'member', id: memberId },
          detail: { punchId, direction, deviceId, by: 'device-approval' },
        };
        await appendAudit(tx, entry, clock);
      }
    }
  },
});

/** False where the day has no place for it any more, as when the member came in by another phone: it waits on. */
const couldSettle = async (tx: Tx, settle: () => Promise<void>): Promise<boolean> => {
  await sql`SAVEPOINT approved`.execute(tx);
  try {
    await settle();
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await sql`ROLLBACK TO SAVEPOINT approved`.execute(tx);
    return false;
  }
};
