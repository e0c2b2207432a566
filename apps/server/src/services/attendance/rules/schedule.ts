import { Temporal } from 'temporal-polyfill';
import { dateExists, instantOf, localDate, minuteMs, minutesOfDay, minutesPerDay } from './wall-clock.ts';

/** When a group is expected. Times are wall-clock times in `timeZone`, so they survive daylight saving. */
export interface Schedule {
  id: string;
  /** IANA name, for example `Europe/Zurich`. */
  timeZone: string;
  /** ISO weekdays, 1 = Monday … 7 = Sunday. A night shift belongs to the weekday on which it starts. */
  weekdays: readonly number[];
  /** `HH:MM`. */
  entryTime: string;
  /** `HH:MM`; at or before the entry time it means the following day. */
  exitTime: string;
  /** The gate opens this many minutes before the entry time. */
  opensBeforeMinutes: number;
  /** Until this many minutes after the entry time ENTER needs no reason. */
  freeUntilMinutes: number;
  /** More than this many minutes after the entry time is late: judged apart from the window above. */
  lateAfterMinutes: number;
  /** When the site closes: `HH:MM` (the first one at or after the exit), or minutes after the exit time. */
  closesAt: string | number;
  /** First and last date (`YYYY-MM-DD`, both included); null is without end. */
  validFrom: string | null;
  validTo: string | null;
}

/** What a new schedule starts with. */
export const scheduleDefaults = {
  opensBeforeMinutes: 30,
  freeUntilMinutes: 60,
  lateAfterMinutes: 10,
  closesAt: 120,
} as const satisfies Partial<Schedule>;

/** A date on which the calendar overrules the weekdays or the times of a schedule. */
export type CalendarDay =
  | { kind: 'holiday'; date: string; name: string }
  /** `weight` is the share of a full day in the rate, 0.5 unless told. */
  | { kind: 'half-day'; date: string; name: string; exitTime: string; weight?: number }
  /** Held whatever the weekday is: a working Saturday, an examination day. Times left out stay as they are. */
  | {
      kind: 'special';
      date: string;
      name: string;
      entryTime?: string;
      exitTime?: string;
      closesAt?: string | number;
      weight?: number;
    };

/**
 * One day of a schedule in instants (epoch ms). What always holds:
 * opens ≤ entry ≤ late ≤ exit, entry ≤ free-until ≤ exit, entry < exit ≤ closes.
 */
export interface PlannedDay {
  /** `YYYY-MM-DD`, the date on which the day starts. */
  date: string;
  scheduleId: string;
  timeZone: string;
  opensAtMs: number;
  entryAtMs: number;
  lateAtMs: number;
  freeUntilAtMs: number;
  exitAtMs: number;
  closesAtMs: number;
  /** Share of a full day in the rate: 1, or less on a half day. */
  weight: number;
}

/** Calendar days by date. */
export type Calendar = ReadonlyMap<string, CalendarDay>;

const emptyCalendar: Calendar = new Map();

/** Of several schedules the one valid on `date`; where they overlap, the one that started last replaces the others. */
export function scheduleOn(schedules: readonly Schedule[], date: string): Schedule | null {
  const valid = schedules.filter((schedule) => isValidOn(schedule, date));
  const newestFirst = valid.sort(
    (a, b) => (b.validFrom ?? '').localeCompare(a.validFrom ?? '') || a.id.localeCompare(b.id),
  );
  return newestFirst[0] ?? null;
}

/**
 * The plan of `date`, or null when nothing is held: another weekday, a holiday, outside the schedule's validity, or
 * a date that the place skipped. Throws a RangeError when a time or date cannot be read.
 */
export function plannedDay(
  schedule: Schedule,
  date: string,
  calendarDay: CalendarDay | null = null,
): PlannedDay | null {
  const day = Temporal.PlainDate.from(date);
  if (!isHeld(schedule, day, calendarDay)) {
    return null;
  }
  const { timeZone } = schedule;
  const entryMinutes = minutesOfDay(entryTimeOf(schedule, calendarDay));
  const exitMinutes = minutesOfDay(exitTimeOf(schedule, calendarDay));
  const crossesMidnight = exitMinutes <= entryMinutes;
  const plannedMinutes = exitMinutes - entryMinutes + (crossesMidnight ? minutesPerDay : 0);

  const entryAtMs = instantOf(day, entryMinutes, timeZone);
  const clockExitAtMs = instantOf(crossesMidnight ? day.add({ days: 1 }) : day, exitMinutes, timeZone);
  // An entry inside the hour that the clocks jump over moves behind it; an exit too close is then moved along.
  const exitAtMs = clockExitAtMs > entryAtMs ? clockExitAtMs : entryAtMs + plannedMinutes * minuteMs;
  const afterEntry = (minutes: number) => Math.min(entryAtMs + minutes * minuteMs, exitAtMs);

  return {
    date: day.toString(),
    scheduleId: schedule.id,
    timeZone,
    opensAtMs: entryAtMs - schedule.opensBeforeMinutes * minuteMs,
    entryAtMs,
    lateAtMs: afterEntry(schedule.lateAfterMinutes),
    freeUntilAtMs: afterEntry(schedule.freeUntilMinutes),
    exitAtMs,
    closesAtMs: closingInstant(closesAtOf(schedule, calendarDay), exitAtMs, timeZone),
    weight: weightOf(calendarDay),
  };
}

/**
 * The date (`YYYY-MM-DD`) to which an instant belongs: the planned day whose time from opening to closing contains
 * it (the later one where two overlap), otherwise the date on the local calendar. An EXIT belongs to the day of its
 * ENTER, so ask only for an ENTER or when no ENTER is open.
 */
export function dayOf(schedule: Schedule, atMs: number, calendar: Calendar = emptyCalendar): string {
  const today = localDate(atMs, schedule.timeZone);
  // A day may open before its midnight (tomorrow's) and last two nights: a 24-hour shift and a long closing.
  // One day more on each side, because a place may skip a date.
  for (const offset of [2, 1, 0, -1, -2, -3]) {
    const date = today.add({ days: offset }).toString();
    const plan = plannedDay(schedule, date, calendar.get(date) ?? null);
    if (plan !== null && plan.opensAtMs <= atMs && atMs <= plan.closesAtMs) {
      return plan.date;
    }
  }
  return today.toString();
}

function isValidOn(schedule: Schedule, date: string): boolean {
  return (
    (schedule.validFrom === null || schedule.validFrom <= date) &&
    (schedule.validTo === null || date <= schedule.validTo)
  );
}

function isHeld(schedule: Schedule, day: Temporal.PlainDate, calendarDay: CalendarDay | null): boolean {
  if (calendarDay !== null && calendarDay.date !== day.toString()) {
    throw new RangeError(`The calendar day of ${calendarDay.date} was used for ${day.toString()}`);
  }
  if (!isValidOn(schedule, day.toString()) || !dateExists(day, schedule.timeZone)) {
    return false;
  }
  if (calendarDay?.kind === 'holiday') {
    return false;
  }
  return calendarDay?.kind === 'special' || schedule.weekdays.includes(day.dayOfWeek);
}

function entryTimeOf(schedule: Schedule, calendarDay: CalendarDay | null): string {
  return (calendarDay?.kind === 'special' ? calendarDay.entryTime : undefined) ?? schedule.entryTime;
}

function exitTimeOf(schedule: Schedule, calendarDay: CalendarDay | null): string {
  if (calendarDay?.kind === 'half-day') {
    return calendarDay.exitTime;
  }
  return (calendarDay?.kind === 'special' ? calendarDay.exitTime : undefined) ?? schedule.exitTime;
}

function closesAtOf(schedule: Schedule, calendarDay: CalendarDay | null): string | number {
  return (calendarDay?.kind === 'special' ? calendarDay.closesAt : undefined) ?? schedule.closesAt;
}

function weightOf(calendarDay: CalendarDay | null): number {
  switch (calendarDay?.kind) {
    case 'half-day':
      return calendarDay.weight ?? 0.5;
    case 'special':
      return calendarDay.weight ?? 1;
    default:
      return 1;
  }
}

function closingInstant(closesAt: string | number, exitAtMs: number, timeZone: string): number {
  if (typeof closesAt === 'number') {
    return exitAtMs + closesAt * minuteMs;
  }
  const minutes = minutesOfDay(closesAt);
  const exitDate = localDate(exitAtMs, timeZone);
  const sameDate = instantOf(exitDate, minutes, timeZone);
  return sameDate >= exitAtMs ? sameDate : instantOf(exitDate.add({ days: 1 }), minutes, timeZone);
}
