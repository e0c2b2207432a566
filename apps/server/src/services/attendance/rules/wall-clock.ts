import { Temporal } from 'temporal-polyfill';

export const minuteMs = 60_000;
export const minutesPerDay = 1440;

/**
 * Minutes since midnight of a time of day written `HH:MM` (00:00 to 23:59).
 * Throws a RangeError for anything else: a schedule that cannot be read must never be guessed at.
 */
export function minutesOfDay(time: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (match === null) {
    throw new RangeError(`"${time}" is not a time of day: write HH:MM, for example 08:30`);
  }
  return Number(match[1]) * 60 + Number(match[2]);
}

/**
 * The instant (epoch ms) at which clocks in `timeZone` show `minutes` past midnight on `date`.
 * Where the clocks jump over that time, the instant is as much later as they jump; where they show it twice, the
 * first time counts (Temporal's `compatible`).
 */
export function instantOf(date: Temporal.PlainDate, minutes: number, timeZone: string): number {
  const wallTime = Temporal.PlainTime.from({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  return date.toPlainDateTime(wallTime).toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** The calendar date that clocks and calendars in `timeZone` show at an instant. */
export function localDate(atMs: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** False for a date that a place skipped altogether, as Samoa did with 2011-12-30. */
export function dateExists(date: Temporal.PlainDate, timeZone: string): boolean {
  return date.toZonedDateTime(timeZone).toPlainDate().equals(date);
}

/** `HH:MM` as a clock on the wall in `timeZone` shows it: the form of time used in every sentence. */
export function clockTime(atMs: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone);
  return local.toPlainTime().toString({ smallestUnit: 'minute' });
}
