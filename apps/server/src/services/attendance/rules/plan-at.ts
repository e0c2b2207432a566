import { Temporal } from 'temporal-polyfill';
import { type PlannedDay, plannedDay, type Schedule, scheduleOn } from './schedule.ts';
import { localDate } from './wall-clock.ts';

/** The day to which an instant belongs, and its plan; no plan where nothing is held on that date. */
export interface DayAt {
  date: string;
  plan: PlannedDay | null;
}

/** The plan of a date (`YYYY-MM-DD`) by the schedule that is valid on it. */
export function planOn(schedules: readonly Schedule[], date: string): PlannedDay | null {
  const schedule = scheduleOn(schedules, date);
  return schedule === null ? null : plannedDay(schedule, date);
}

/**
 * Like `dayOf`, over all schedules that a group has had: the planned day whose time from opening to closing contains
 * the instant (the later one where two overlap), otherwise the date on the local calendar. An EXIT belongs to the day
 * of its ENTER, so ask only for an ENTER or when no ENTER is open.
 */
export function dayAt(schedules: readonly Schedule[], atMs: number, timeZone: string): DayAt {
  const today = localDate(atMs, timeZone);
  for (const offset of [1, 0, -1, -2]) {
    const date = today.add({ days: offset }).toString();
    const plan = planOn(schedules, date);
    if (plan !== null && plan.opensAtMs <= atMs && atMs <= plan.closesAtMs) {
      return { date, plan };
    }
  }
  return { date: today.toString(), plan: planOn(schedules, today.toString()) };
}

/** The planned days of a period, both dates included. */
export function plansBetween(schedules: readonly Schedule[], from: string, to: string): PlannedDay[] {
  const plans: PlannedDay[] = [];
  const last = Temporal.PlainDate.from(to);
  for (
    let day = Temporal.PlainDate.from(from);
    Temporal.PlainDate.compare(day, last) <= 0;
    day = day.add({ days: 1 })
  ) {
    const plan = planOn(schedules, day.toString());
    if (plan !== null) {
      plans.push(plan);
    }
  }
  return plans;
}
