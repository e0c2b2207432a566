import type { Role } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import { closeForgotten, takeEffect } from './member-day.ts';
import { requireMember } from './people-store.ts';
import { insertDecision, type PunchRow } from './punch-store.ts';
import { schedulesOfGroup } from './schedule-store.ts';

interface Decision {
  readonly orgId: string;
  readonly accepted: boolean;
  readonly reason: string;
  readonly decidedBy: { readonly userId: string; readonly role: Role };
  readonly at: Date;
}

/**
 * Writes down what was decided about a held punch, under the lock of its member. Accepted, it counts at its own time, as
 * if it had been accepted at once; refused, it stays with its evidence.
 */
export const settlePunch = async (
  tx: Tx,
  events: Pick<EventBus, 'append'>,
  punch: PunchRow,
  { orgId, accepted, reason, decidedBy, at }: Decision,
): Promise<void> => {
  const { id: punchId, member_id: memberId, direction } = punch;
  const by = { decidedBy: decidedBy.userId, decidedAs: decidedBy.role };
  await insertDecision(tx, orgId, { punchId, accepted, reason, at, ...by });
  const payload = { memberId, punchId, direction, accepted, at: at.toISOString() };
  await events.append(tx, orgId, [
    { type: 'attendance.punch-decided', key: memberId, occurredAt: at.toISOString(), payload },
  ]);
  if (!accepted) return;
  const member = await requireMember(tx, memberId);
  const now = { orgId, member, schedules: await schedulesOfGroup(tx, member.group_id), at };
  await closeForgotten(tx, events, now);
  await takeEffect(tx, events, now, punch);
};
