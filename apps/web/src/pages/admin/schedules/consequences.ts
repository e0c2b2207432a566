/** What the times of a schedule mean, worked out on the wall clock, the way the server judges a scan. */

export interface Times {
  readonly entryTime: string;
  readonly exitTime: string;
  readonly opensBeforeMinutes: number;
  readonly freeUntilMinutes: number;
  readonly lateAfterMinutes: number;
  readonly closesAfterMinutes: number;
}

const dayMinutes = 1440;

export const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

/** Writes out what people type for a time, where it can only mean one: `8`, `830`, `8.30`. */
export const tidyTime = (typed: string): string => {
  const match = /^\s*(\d{1,2})(?:[:.h ]?(\d{2}))?\s*$/.exec(typed);
  const tidy = match ? `${(match[1] ?? '').padStart(2, '0')}:${match[2] ?? '00'}` : typed;
  return isTime(tidy) ? tidy : typed;
};

export const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

const clockOf = (minutes: number): string => {
  const within = ((minutes % dayMinutes) + dayMinutes) % dayMinutes;
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`;
};

/** The instants of the day in minutes from the midnight before the entry; an exit not later than the entry is tomorrow. */
const marksOf = (times: Times) => {
  const entry = minutesOf(times.entryTime);
  const exitClock = minutesOf(times.exitTime);
  const exit = exitClock <= entry ? exitClock + dayMinutes : exitClock;
  return {
    opens: entry - times.opensBeforeMinutes,
    entry,
    // Neither lies after the end: a late scan shortly before closing would be judged by nothing.
    lateAfter: Math.min(entry + times.lateAfterMinutes, exit),
    freeUntil: Math.min(entry + times.freeUntilMinutes, exit),
    exit,
    closes: exit + times.closesAfterMinutes,
  };
};

export interface Meaning {
  readonly opensAt: string;
  readonly lateAfter: string;
  readonly freeUntil: string;
  readonly exitAt: string;
  readonly closesAt: string;
  readonly crossesMidnight: boolean;
  readonly plannedMinutes: number;
}

export const meaningOf = (times: Times): Meaning => {
  const marks = marksOf(times);
  return {
    opensAt: clockOf(marks.opens),
    lateAfter: clockOf(marks.lateAfter),
    freeUntil: clockOf(marks.freeUntil),
    exitAt: clockOf(marks.exit),
    closesAt: clockOf(marks.closes),
    crossesMidnight: marks.exit >= dayMinutes,
    plannedMinutes: marks.exit - marks.entry,
  };
};

export type Verdict =
  | { readonly kind: 'too-early' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'in-time' | 'late'; readonly lateByMinutes: number; readonly needsReason: boolean };

/** How an ENTER at that time would be judged; the time may lie on the day before or after. */
export const judge = (times: Times, time: string): Verdict => {
  const marks = marksOf(times);
  const clock = minutesOf(time);
  const at =
    [clock - dayMinutes, clock, clock + dayMinutes].find((each) => each >= marks.opens && each <= marks.closes) ??
    clock;
  if (at < marks.opens) return { kind: 'too-early' };
  if (at > marks.closes) return { kind: 'closed' };
  const needsReason = at > marks.freeUntil;
  return at > marks.lateAfter
    ? { kind: 'late', lateByMinutes: Math.max(1, at - marks.entry), needsReason }
    : { kind: 'in-time', lateByMinutes: 0, needsReason };
};
