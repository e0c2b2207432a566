import type { PlannedDay } from './schedule.ts';
import { clockTime, minuteMs } from './wall-clock.ts';

export interface WindowRefusal {
  kind: 'refused';
  code: 'too-early' | 'site-closed' | 'no-schedule' | 'before-exit-time';
  sentence: string;
  /** When trying again makes sense, if ever today. */
  opensAtMs: number | null;
}

/**
 * How an ENTER stands to the window. Lateness is judged by `lateAtMs` alone, so an ENTER may be late and yet free,
 * or need a reason without being late.
 */
export type EntryJudgement =
  | { kind: 'free'; late: boolean; lateByMinutes: number }
  | { kind: 'with-reason'; late: boolean; lateByMinutes: number; reason: string }
  /** Not a punch yet: the person is asked for a reason and sends the punch again with it. */
  | { kind: 'reason-needed'; late: boolean; lateByMinutes: number; sentence: string }
  | WindowRefusal;

/** How an EXIT stands to the planned end. */
export type ExitJudgement =
  | { kind: 'free'; leftEarly: false; leftEarlyByMinutes: 0 }
  | { kind: 'with-reason'; leftEarly: true; leftEarlyByMinutes: number; reason: string }
  | { kind: 'reason-needed'; leftEarly: true; leftEarlyByMinutes: number; sentence: string }
  | WindowRefusal;

export interface PunchIntent {
  reason?: string | null;
}

/** Judges an ENTER at an instant (epoch ms). The opening, free-until and closing instants belong to the window. */
export function judgeEntry(plan: PlannedDay | null, atMs: number, intent: PunchIntent = {}): EntryJudgement {
  if (plan === null) {
    return noSchedule();
  }
  if (atMs < plan.opensAtMs) {
    const opensAt = clockTime(plan.opensAtMs, plan.timeZone);
    return { kind: 'refused', code: 'too-early', sentence: `Entry opens at ${opensAt}.`, opensAtMs: plan.opensAtMs };
  }
  if (atMs > plan.closesAtMs) {
    return siteClosed(plan);
  }
  const lateness = { late: isLate(plan, atMs), lateByMinutes: lateByMinutes(plan, atMs) };
  if (atMs <= plan.freeUntilAtMs) {
    return { kind: 'free', ...lateness };
  }
  const reason = givenReason(intent);
  if (reason !== null) {
    return { kind: 'with-reason', ...lateness, reason };
  }
  const freeUntil = clockTime(plan.freeUntilAtMs, plan.timeZone);
  return { kind: 'reason-needed', ...lateness, sentence: `After ${freeUntil} an entry needs a reason.` };
}

/** Judges an EXIT at an instant (epoch ms). The planned end itself is not early. */
export function judgeExit(plan: PlannedDay | null, atMs: number, intent: PunchIntent = {}): ExitJudgement {
  if (plan === null) {
    return noSchedule();
  }
  if (atMs > plan.closesAtMs) {
    return siteClosed(plan);
  }
  if (atMs >= plan.exitAtMs) {
    return { kind: 'free', leftEarly: false, leftEarlyByMinutes: 0 };
  }
  const early = { leftEarly: true as const, leftEarlyByMinutes: leftEarlyByMinutes(plan, atMs) };
  const reason = givenReason(intent);
  if (reason !== null) {
    return { kind: 'with-reason', ...early, reason };
  }
  const exitAt = clockTime(plan.exitAtMs, plan.timeZone);
  return { kind: 'reason-needed', ...early, sentence: `Leaving before ${exitAt} needs a reason.` };
}

/** An ENTER that staff write by hand: the window is the same, and a late one always needs a reason. */
export function judgeManualEntry(plan: PlannedDay | null, atMs: number, intent: PunchIntent = {}): EntryJudgement {
  const judgement = judgeEntry(plan, atMs, intent);
  if (judgement.kind !== 'free' || !judgement.late) {
    return judgement;
  }
  const reason = givenReason(intent);
  const { late, lateByMinutes: lateBy } = judgement;
  return reason === null
    ? { kind: 'reason-needed', late, lateByMinutes: lateBy, sentence: 'A late entry made by hand needs a reason.' }
    : { kind: 'with-reason', late, lateByMinutes: lateBy, reason };
}

/** An EXIT that staff write by hand is possible from the planned end on, never before. */
export function judgeManualExit(plan: PlannedDay | null, atMs: number): ExitJudgement {
  if (plan === null || atMs >= plan.exitAtMs) {
    return judgeExit(plan, atMs);
  }
  const exitAt = clockTime(plan.exitAtMs, plan.timeZone);
  const sentence = `An exit can be added by hand from ${exitAt} on.`;
  return { kind: 'refused', code: 'before-exit-time', sentence, opensAtMs: plan.exitAtMs };
}

/** Whether an ENTER is late: after `lateAtMs`, to the millisecond. */
export function isLate(plan: PlannedDay, atMs: number): boolean {
  return atMs > plan.lateAtMs;
}

/** Full minutes after the entry time, at least 1 for a late ENTER, and 0 for one that is not late. */
export function lateByMinutes(plan: PlannedDay, atMs: number): number {
  return isLate(plan, atMs) ? Math.max(1, Math.floor((atMs - plan.entryAtMs) / minuteMs)) : 0;
}

/** Full minutes before the planned end, at least 1 for an early EXIT, and 0 for one that is not early. */
export function leftEarlyByMinutes(plan: PlannedDay, atMs: number): number {
  return atMs < plan.exitAtMs ? Math.max(1, Math.floor((plan.exitAtMs - atMs) / minuteMs)) : 0;
}

function givenReason(intent: PunchIntent): string | null {
  const reason = intent.reason?.trim() ?? '';
  return reason === '' ? null : reason;
}

function noSchedule(): WindowRefusal {
  return { kind: 'refused', code: 'no-schedule', sentence: 'Nothing is planned for you today.', opensAtMs: null };
}

function siteClosed(plan: PlannedDay): WindowRefusal {
  const closedAt = clockTime(plan.closesAtMs, plan.timeZone);
  const sentence = `The site closed at ${closedAt}. Staff can still correct this day.`;
  return { kind: 'refused', code: 'site-closed', sentence, opensAtMs: null };
}
