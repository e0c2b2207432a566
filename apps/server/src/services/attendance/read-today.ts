import type { attendanceRoutes } from '@muster/contracts';
import { requireReach } from '../../platform/access/reach.ts';
import type { Verb } from '../../platform/http/call.ts';
import { daysBetween, emptyDay, openSessionOf, toDay } from './day-store.ts';
import { requireMember, toCard } from './people-store.ts';
import { punchesOfDay, toPunch } from './punch-store.ts';
import { dayAt, planOn } from './rules/plan-at.ts';
import type { PlannedDay } from './rules/schedule.ts';
import { schedulesOfGroup } from './schedule-store.ts';
import { seenBy } from './seen-by.ts';

/** The day of the open session where there is one (a night shift goes on after midnight), else the day that runs now. */
export const readToday =
  (): Verb<typeof attendanceRoutes.readToday> =>
  async (tx, { params }, call) => {
    await requireReach(tx, call, params.memberId);
    const member = await requireMember(tx, params.memberId);
    const schedules = await schedulesOfGroup(tx, member.group_id);
    const session = await openSessionOf(tx, member.member_id);
    const isInside = session !== undefined && session.ends_by > call.at;
    const { date, plan } = isInside
      ? { date: session.date, plan: planOn(schedules, session.date) }
      : dayAt(schedules, call.at.getTime(), member.time_zone);
    const [row] = await daysBetween(tx, member.member_id, date, date);
    const punches = await punchesOfDay(tx, member.member_id, date);
    const day = row ?? emptyDay(member.member_id, date, plan === null ? 'OFF' : 'NM');
    return {
      member: toCard(member),
      plan: plan === null ? null : toPlannedDay(plan),
      day: toDay(day, session?.date === date ? session : undefined, call.at),
      punches: punches.map(toPunch),
      tracking:
        isInside && session.tracked_until > call.at
          ? {
              since: session.entered_at.toISOString(),
              until: session.tracked_until.toISOString(),
              seenBy: await seenBy(tx, member),
            }
          : null,
    };
  };

const instantOf = (atMs: number): string => new Date(atMs).toISOString();

const toPlannedDay = (plan: PlannedDay) => ({
  date: plan.date,
  timeZone: plan.timeZone,
  opensAt: instantOf(plan.opensAtMs),
  entryAt: instantOf(plan.entryAtMs),
  lateAt: instantOf(plan.lateAtMs),
  freeUntilAt: instantOf(plan.freeUntilAtMs),
  exitAt: instantOf(plan.exitAtMs),
  closesAt: instantOf(plan.closesAtMs),
});
