/** An instant as the API tells it (ISO 8601) or as epoch milliseconds. */
export type Instant = string | number;

export interface Formats {
  /** "08:52", in the zone of the site. */
  time(at: Instant, timeZone?: string): string;
  /** "08:52:07". */
  timeWithSeconds(at: Instant, timeZone?: string): string;
  /** "Tue 4 Mar". */
  day(at: Instant, timeZone?: string): string;
  /** "Tuesday, 4 March 2031". */
  longDay(at: Instant, timeZone?: string): string;
  /** A calendar date (`YYYY-MM-DD`), which has no zone: "Tue 4 Mar". */
  date(localDate: string): string;
  longDate(localDate: string): string;
  /** "March 2031" of a calendar date. */
  month(localDate: string): string;
  /** "4 Mar 2031, 08:52"; names the zone when it is not the reader's own. */
  dateTime(at: Instant, timeZone?: string): string;
  /** "3 min ago", "in 2 hours". */
  relative(at: Instant, nowMs: number): string;
  /** "1 h 12 min"; below a minute "40 s". */
  duration(milliseconds: number): string;
  number(value: number): string;
  /** 0.934 → "93 %", with one decimal only where it says something. */
  percent(ratio: number): string;
  /** "85 m", "1.2 km". */
  distance(meters: number): string;
  list(items: readonly string[]): string;
  /** "CET", "GMT+5:30". */
  zoneName(at: Instant, timeZone: string): string;
  /** The same, or null where the zone's clock shows what the reader's own does. */
  foreignZoneName(at: Instant, timeZone: string): string | null;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whether two zones show the same wall clock at an instant; names differ more often than clocks do. */
export const sameWallClock = (at: Instant, one: string, other: string): boolean => {
  if (one === other) return true;
  const show = (timeZone: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(toDate(at));
  return show(one) === show(other);
};

const toDate = (at: Instant): Date => new Date(at);

const relativeOf = (format: Intl.RelativeTimeFormat, differenceMs: number): string => {
  const size = Math.abs(differenceMs);
  if (size < 45_000) return format.format(0, 'second');
  if (size < hourMs) return format.format(Math.round(differenceMs / minuteMs), 'minute');
  if (size < dayMs) return format.format(Math.round(differenceMs / hourMs), 'hour');
  return format.format(Math.round(differenceMs / dayMs), 'day');
};

/** Makes the formats of one language. Formatters are costly to build, so each is built once and kept. */
export const createFormats = (language: string): Formats => {
  // English without a country means British here: day before month, 24 hours.
  const locale = language === 'en' ? 'en-GB' : language;
  const kept = new Map<string, Intl.DateTimeFormat>();
  const dates = (name: string, options: Intl.DateTimeFormatOptions, timeZone?: string) => {
    const key = `${name} ${timeZone ?? ''}`;
    const known = kept.get(key);
    if (known) return known;
    const made = new Intl.DateTimeFormat(locale, { ...options, ...(timeZone ? { timeZone } : {}) });
    kept.set(key, made);
    return made;
  };
  const relativeFormat = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const listFormat = new Intl.ListFormat(locale, { type: 'conjunction' });
  const numberFormat = new Intl.NumberFormat(locale);
  const percentFormat = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);

  const zoneName = (at: Instant, timeZone: string) =>
    dates('zone', { timeZoneName: 'short' }, timeZone)
      .formatToParts(toDate(at))
      .find((part) => part.type === 'timeZoneName')?.value ?? timeZone;

  return {
    time: (at, timeZone) => dates('time', { timeStyle: 'short' }, timeZone).format(toDate(at)),
    timeWithSeconds: (at, timeZone) => dates('seconds', { timeStyle: 'medium' }, timeZone).format(toDate(at)),
    day: (at, timeZone) =>
      dates('day', { weekday: 'short', day: 'numeric', month: 'short' }, timeZone).format(toDate(at)),
    longDay: (at, timeZone) => dates('long', { dateStyle: 'full' }, timeZone).format(toDate(at)),
    date: (localDate) =>
      dates('day', { weekday: 'short', day: 'numeric', month: 'short' }, 'UTC').format(
        toDate(`${localDate}T12:00:00Z`),
      ),
    longDate: (localDate) => dates('long', { dateStyle: 'full' }, 'UTC').format(toDate(`${localDate}T12:00:00Z`)),
    month: (localDate) =>
      dates('month', { month: 'long', year: 'numeric' }, 'UTC').format(toDate(`${localDate.slice(0, 7)}-15T12:00:00Z`)),
    dateTime: (at, timeZone) => {
      const text = dates('both', { dateStyle: 'medium', timeStyle: 'short' }, timeZone).format(toDate(at));
      return timeZone && !sameWallClock(at, timeZone, ownTimeZone()) ? `${text} ${zoneName(at, timeZone)}` : text;
    },
    relative: (at, nowMs) => relativeOf(relativeFormat, toDate(at).getTime() - nowMs),
    // h, min and s are symbols, the same in every language.
    duration: (milliseconds) => {
      const seconds = Math.max(0, Math.round(milliseconds / 1000));
      if (seconds < 60) return `${seconds}\u00a0s`;
      const minutes = Math.round(seconds / 60);
      if (minutes < 60) return `${minutes}\u00a0min`;
      const rest = minutes % 60;
      const hours = `${numberFormat.format(Math.floor(minutes / 60))}\u00a0h`;
      return rest === 0 ? hours : `${hours} ${rest}\u00a0min`;
    },
    number: (value) => numberFormat.format(value),
    percent: (ratio) => percentFormat.format(ratio),
    distance: (meters) => (meters < 1000 ? unit(Math.round(meters), 'meter') : unit(meters / 1000, 'kilometer', 1)),
    list: (items) => listFormat.format(items),
    zoneName,
    foreignZoneName: (at, timeZone) => (sameWallClock(at, timeZone, ownTimeZone()) ? null : zoneName(at, timeZone)),
  };
};
