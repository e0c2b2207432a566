import type { attendanceRoutes } from '@muster/contracts';
import { Temporal } from 'temporal-polyfill';
import { requireReach } from '../../platform/access/reach.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { type DayRow, daysBetween, emptyDay, openSessionOf, toDay } from './day-store.ts';
import { requireMember } from './people-store.ts';
import { dayAt, plansBetween } from './rules/plan-at.ts';
import { type RateDay, rate } from './rules/rate.ts';
import type { PlannedDay } from './rules/schedule.ts';
import { schedulesOfGroup } from './schedule-store.ts';

const longestDays = 400;

/**
 * Every day of the period that was held or marked, up to today, and the rates over all planned days of the period,
 * those to come included. Days before the member joined count on neither side.
 */
export const listDays =
  (): Verb<typeof attendanceRoutes.listDays> =>
  async (tx, { query }, call) => {
    requirePeriod(query.from, query.to);
    await requireReach(tx, call, query.memberId);
    const member = await requireMember(tx, query.memberId);
    const schedules = await schedulesOfGroup(tx, member.group_id);
    const rows = await daysBetween(tx, member.member_id, query.from, query.to);
    const enrolledFrom = member.joined_on === null || member.joined_on < query.from ? query.from : member.joined_on;
    const plans = plansBetween(schedules, enrolledFrom, query.to);
    const today = dayAt(schedules, call.at.getTime(), member.time_zone).date;
    const session = await openSessionOf(tx, member.member_id);

    const marked = new Set(rows.map((row) => row.date));
    const unmarked = plans
      .filter((plan) => plan.date <= today && !marked.has(plan.date))
      .map((plan) => emptyDay(member.member_id, plan.date, 'NM'));
    const days = [...rows, ...unmarked].sort((a, b) => a.date.localeCompare(b.date));
    const rates = rate(toRateDays(rows, plans));
    return {
      items: days.map((row) => toDay(row, session?.date === row.date ? session : undefined, call.at)),
      rate: {
        soFar: rates.soFar.share,
        overAllPlanned: rates.overPlanned.share,
        bestStillReachable: rates.bestReachable.share,
      },
    };
  };

/** @throws Problem `request-invalid` when the period runs backwards or is longer than anybody reads. */
function requirePeriod(from: string, to: string): void {
  const days = Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days + 1;
  if (days >= 1 && days <= longestDays) return;
  const message = days < 1 ? 'must not lie before `from`' : `at most ${longestDays} days at a time`;
  throw problem('request-invalid', { fields: [{ path: 'query.to', message }] });
}

/** Planned days by what became of them, and days that were attended although nothing is planned any more. */
function toRateDays(rows: readonly DayRow[], plans: readonly PlannedDay[]): RateDay[] {
  const codes = new Map(rows.map((row) => [row.date, row.code]));
  const planned = plans.map((plan) => ({
    date: plan.date,
    codes: [codes.get(plan.date) ?? ('NM' as const)],
    weight: plan.weight,
  }));
  const plannedDates = new Set(plans.map((plan) => plan.date));
  const others = rows
    .filter((row) => !plannedDates.has(row.date) && row.code !== 'NM')
    .map((row) => ({ date: row.date, codes: [row.code], weight: 1 }));
  return [...planned, ...others];
}
