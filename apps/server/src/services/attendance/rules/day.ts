import type { DayCode } from './day-codes.ts';
import type { CalendarDay, PlannedDay } from './schedule.ts';
import { lateByMinutes, leftEarlyByMinutes } from './window.ts';

export type Direction = 'ENTER' | 'EXIT';

/** A punch as far as the day is concerned. Only accepted ones count; held ones wait for a supervisor. */
export interface DayPunch {
  id: string;
  direction: Direction;
  atMs: number;
  status: 'accepted' | 'accepted-with-signals' | 'held' | 'refused';
}

/** What a person says about the day. Marks stand side by side; none is ever overwritten. */
export interface DayMark {
  id: string;
  /** The office overrides the supervisor; a member's claim is kept but decides nothing. */
  by: 'claim' | 'supervisor' | 'office';
  code: DayCode;
  atMs: number;
}

export interface DayPolicy {
  /** Whether a closed day without any punch is absent; by default it stays "not marked" until a person says so. */
  absentWhenClosed: boolean;
  /** Below this share of the planned time a closed day is a half day; null leaves half days to staff. */
  halfDayBelowShare: number | null;
}

export const dayPolicyDefaults: DayPolicy = { absentWhenClosed: false, halfDayBelowShare: null };

export interface DayJudgement {
  state: 'not-held' | 'upcoming' | 'open' | 'closed';
  /** Usually one code; two when the member came late and left early. */
  codes: DayCode[];
  decidedBy: 'calendar' | 'punches' | 'mark';
  /** The mark that decided, if one did. */
  markId: string | null;
  /** Share of a full day in the rate; 0 when nothing was held. */
  weight: number;
  enteredAtMs: number | null;
  exitedAtMs: number | null;
  lateByMinutes: number;
  leftEarlyByMinutes: number;
  workedMs: number;
  /** The site closed and nobody left: the day ends at the planned end, not at the closing. */
  noExit: boolean;
  /** An EXIT stands alone: something is missing, and a person decides. */
  noEnter: boolean;
  /** Punches that wait for a supervisor and may still change the day. */
  heldPunches: number;
}

export interface DayContext {
  /** Epoch ms: the day is judged as it stands at this instant. */
  nowMs: number;
  marks?: readonly DayMark[];
  policy?: DayPolicy;
}

interface Visit {
  enteredAtMs: number;
  exitedAtMs: number | null;
}

/**
 * Judges one member's day from its plan, the calendar and all its punches, in any order and however often they are
 * given. A day that nobody marked is `NM`, never silently present or absent. Marks apply to days that were held.
 */
export function judgeDay(
  plan: PlannedDay | null,
  calendarDay: CalendarDay | null,
  punches: readonly DayPunch[],
  context: DayContext,
): DayJudgement {
  const { visits, strayExit } = visitsOf(punches);
  const base = {
    enteredAtMs: visits[0]?.enteredAtMs ?? null,
    exitedAtMs: visits.at(-1)?.exitedAtMs ?? null,
    noEnter: strayExit,
    heldPunches: new Set(punches.filter((punch) => punch.status === 'held').map((punch) => punch.id)).size,
    markId: null,
  };
  if (plan === null) {
    return {
      ...base,
      state: 'not-held',
      codes: [calendarDay?.kind === 'holiday' ? 'H' : 'OFF'],
      decidedBy: 'calendar',
      weight: 0,
      lateByMinutes: 0,
      leftEarlyByMinutes: 0,
      workedMs: sum(visits.map(({ enteredAtMs, exitedAtMs }) => (exitedAtMs ?? enteredAtMs) - enteredAtMs)),
      noExit: false,
    };
  }

  const state = stateOf(plan, context.nowMs);
  const stillInside = visits.length > 0 && visits.at(-1)?.exitedAtMs === null;
  const figures = {
    lateByMinutes: base.enteredAtMs === null ? 0 : lateByMinutes(plan, base.enteredAtMs),
    leftEarlyByMinutes: base.exitedAtMs === null ? 0 : leftEarlyByMinutes(plan, base.exitedAtMs),
    workedMs: sum(visits.map((visit) => workedIn(visit, plan, context.nowMs))),
    noExit: stillInside && state === 'closed',
  };
  const mark = decidingMark(context.marks ?? []);
  return {
    ...base,
    ...figures,
    state,
    weight: plan.weight,
    codes:
      mark === null
        ? codesFromPunches({ ...base, ...figures, state }, plan, context.policy ?? dayPolicyDefaults)
        : [mark.code],
    decidedBy: mark === null ? 'punches' : 'mark',
    markId: mark?.id ?? null,
  };
}

/** The mark that counts: the office's latest, else the supervisor's latest. A claim alone decides nothing. */
export function decidingMark(marks: readonly DayMark[]): DayMark | null {
  for (const by of ['office', 'supervisor'] as const) {
    const newestFirst = marks
      .filter((mark) => mark.by === by)
      .sort((a, b) => b.atMs - a.atMs || b.id.localeCompare(a.id));
    if (newestFirst[0] !== undefined) {
      return newestFirst[0];
    }
  }
  return null;
}

type DayFigures = Omit<DayJudgement, 'codes' | 'decidedBy' | 'weight'>;

function codesFromPunches(day: DayFigures, plan: PlannedDay, policy: DayPolicy): DayCode[] {
  const closed = day.state === 'closed';
  if (day.enteredAtMs === null) {
    const nobodyCame = closed && !day.noEnter && day.heldPunches === 0;
    return nobodyCame && policy.absentWhenClosed ? ['A'] : ['NM'];
  }
  const plannedMs = plan.exitAtMs - plan.entryAtMs;
  if (closed && policy.halfDayBelowShare !== null && day.workedMs < policy.halfDayBelowShare * plannedMs) {
    return ['HD'];
  }
  const codes: DayCode[] = [];
  if (day.lateByMinutes > 0) {
    codes.push('L');
  }
  if (day.leftEarlyByMinutes > 0) {
    codes.push('LE');
  }
  return codes.length > 0 ? codes : ['P'];
}

/** Pairs the accepted punches. Of several in the same direction the first counts: the others repeat it. */
function visitsOf(punches: readonly DayPunch[]): { visits: Visit[]; strayExit: boolean } {
  const accepted = new Map(
    punches.filter((punch) => punch.status.startsWith('accepted')).map((punch) => [punch.id, punch]),
  );
  const inOrder = [...accepted.values()].sort(
    (a, b) => a.atMs - b.atMs || a.direction.localeCompare(b.direction) || a.id.localeCompare(b.id),
  );
  const visits: Visit[] = [];
  let strayExit = false;
  for (const punch of inOrder) {
    const last = visits.at(-1);
    const inside = last !== undefined && last.exitedAtMs === null;
    if (punch.direction === 'ENTER' && !inside) {
      visits.push({ enteredAtMs: punch.atMs, exitedAtMs: null });
    } else if (punch.direction === 'EXIT' && inside) {
      last.exitedAtMs = punch.atMs;
    } else if (punch.direction === 'EXIT' && last === undefined) {
      strayExit = true;
    }
  }
  return { visits, strayExit };
}

function stateOf(plan: PlannedDay, nowMs: number): 'upcoming' | 'open' | 'closed' {
  if (nowMs < plan.opensAtMs) {
    return 'upcoming';
  }
  return nowMs <= plan.closesAtMs ? 'open' : 'closed';
}

/** Someone who has not left is counted until now, and never beyond the planned end. */
function workedIn(visit: Visit, plan: PlannedDay, nowMs: number): number {
  const endMs = visit.exitedAtMs ?? Math.min(nowMs, plan.exitAtMs);
  return Math.max(0, endMs - visit.enteredAtMs);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
