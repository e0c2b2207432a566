import { sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import type { Database, Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { Telemetry } from '../../platform/telemetry/telemetry.ts';
import type { Clock } from '../../platform/clock.ts';
import { markMissingDays, membersStillInside } from './day-store.ts';
import { closeForgotten } from './member-day.ts';
import { findMember } from './people-store.ts';
import { forgetScans, lockMember } from './punch-store.ts';
import { recordOwnAct } from './record.ts';
import { plannedDay } from './rules/schedule.ts';
import { localDate } from './rules/wall-clock.ts';
import { markClosedThrough, type ScheduleRow, schedulesByGroup, schedulesOfGroup, toRule } from './schedule-store.ts';

export interface CloseDaysPorts {
  readonly database: Database;
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
  readonly log: Pick<Telemetry['log'], 'error'>;
}

/** After a longer standstill older days stay as they are: staff look at them anyway. */
const furthestBackDays = 31;
const keepScansMs = 24 * 3_600_000;

/**
 * Once a minute, organization by organization: whoever is still inside when the site has closed is closed as "no
 * exit" at the planned end, and whoever has no day at all gets one that says "not marked". Running it twice, or hours
 * late, gives the same days. Trouble with one organization or member does not keep the others waiting.
 */
export const closeDays = (ports: CloseDaysPorts) => async (): Promise<void> => {
  const { rows } = await ports.database.acrossOrganizations('attendance', (tx) =>
    sql<{ org_id: string }>`SELECT org_id FROM published.organization ORDER BY org_id`.execute(tx),
  );
  for (const { org_id: orgId } of rows) {
    await logged(ports, { orgId }, () => closeOrganization(ports, orgId));
  }
};

async function logged(ports: CloseDaysPorts, what: Record<string, string>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    ports.log.error({ err: error, ...what }, 'attendance days could not be closed; the next run tries again');
  }
}

async function closeOrganization(ports: CloseDaysPorts, orgId: string): Promise<void> {
  const at = ports.clock.now();
  const inOrganization = (work: (tx: Tx) => Promise<void>) => ports.database.inOrganization('attendance', orgId, work);
  const inside = await ports.database.inOrganization('attendance', orgId, (tx) => membersStillInside(tx, at));
  for (const memberId of inside) {
    // One transaction each: a member who is just punching holds up nobody else.
    await logged(ports, { orgId, memberId }, () => inOrganization((tx) => closeMember(ports, tx, orgId, memberId, at)));
  }
  await inOrganization(async (tx) => {
    for (const schedules of (await schedulesByGroup(tx, null)).values()) {
      for (const schedule of schedules) await closePassedDays(tx, orgId, schedule, at);
    }
    await forgetScans(tx, new Date(at.getTime() - keepScansMs));
  });
}

async function closeMember(ports: CloseDaysPorts, tx: Tx, orgId: string, memberId: string, at: Date): Promise<void> {
  await lockMember(tx, memberId);
  const member = (await findMember(tx, memberId)) ?? { member_id: memberId, time_zone: 'UTC', group_id: null };
  const schedules = await schedulesOfGroup(tx, member.group_id);
  const day = await closeForgotten(tx, ports.events, { orgId, member, schedules, at });
  if (day === undefined) return;
  await recordOwnAct(tx, at, {
    action: 'attendance.closed-without-exit',
    object: { kind: 'member', id: memberId },
    detail: { date: day.date, endedAt: day.exited_at?.toISOString() ?? null },
  });
}

async function closePassedDays(tx: Tx, orgId: string, schedule: ScheduleRow, at: Date): Promise<void> {
  const rule = toRule(schedule);
  const today = localDate(at.getTime(), schedule.time_zone);
  let closedThrough = schedule.closed_through;
  for (
    let day = firstOpenDay(schedule, today);
    Temporal.PlainDate.compare(day, today) <= 0;
    day = day.add({ days: 1 })
  ) {
    const date = day.toString();
    if (schedule.valid_to !== null && date > schedule.valid_to) break;
    const plan = plannedDay(rule, date);
    const isOver = plan === null ? Temporal.PlainDate.compare(day, today) < 0 : plan.closesAtMs < at.getTime();
    if (!isOver) break;
    if (plan !== null) {
      const closing = { groupId: schedule.group_id, date, scheduleId: schedule.id };
      const missing = await markMissingDays(tx, orgId, closing, at);
      if (missing > 0) await recordMissing(tx, closing, missing, at);
    }
    closedThrough = date;
  }
  if (closedThrough !== null && closedThrough !== schedule.closed_through) {
    await markClosedThrough(tx, schedule.id, closedThrough);
  }
}

function firstOpenDay(schedule: ScheduleRow, today: Temporal.PlainDate): Temporal.PlainDate {
  const afterClosed =
    schedule.closed_through === null
      ? Temporal.PlainDate.from(schedule.valid_from)
      : Temporal.PlainDate.from(schedule.closed_through).add({ days: 1 });
  const furthest = today.subtract({ days: furthestBackDays });
  return Temporal.PlainDate.compare(afterClosed, furthest) < 0 ? furthest : afterClosed;
}

const recordMissing = (tx: Tx, closing: { groupId: string; date: string }, missing: number, at: Date): Promise<void> =>
  recordOwnAct(tx, at, {
    action: 'attendance.days-not-marked',
    object: { kind: 'group', id: closing.groupId },
    detail: { date: closing.date, members: missing },
  });
