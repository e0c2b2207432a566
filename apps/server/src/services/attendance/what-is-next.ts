import type { attendanceRoutes, RouteAnswer } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import { openSessionOf } from './day-store.ts';
import type { MemberNow } from './member-day.ts';
import { punchesOfDay, toDayPunch } from './punch-store.ts';
import type { DayPunch } from './rules/day.ts';
import { dayAt, planOn } from './rules/plan-at.ts';
import { nextPunch, rescanPolicyDefaults } from './rules/rescan.ts';
import type { PlannedDay } from './rules/schedule.ts';
import { clockTime } from './rules/wall-clock.ts';
import { judgeEntry, judgeExit } from './rules/window.ts';

type Next = RouteAnswer<typeof attendanceRoutes.scan>['next'];

/** The one thing a member can do at the gate now, or why there is none. A reading: `enter` and `exit` judge anew. */
export async function whatIsNext(tx: Tx, now: MemberNow): Promise<Next> {
  const atMs = now.at.getTime();
  const { time_zone: timeZone } = now.member;
  const session = await openSessionOf(tx, now.member.member_id);
  if (session !== undefined && session.ends_by >= now.at) {
    const enteredAt = clockTime(session.entered_at.getTime(), timeZone);
    return nextExit(planOn(now.schedules, session.date), atMs, `You entered at ${enteredAt}.`);
  }
  const { date, plan } = dayAt(now.schedules, atMs, timeZone);
  const punches = (await punchesOfDay(tx, now.member.member_id, date)).map(toDayPunch);
  const waiting = waitingEnter(punches);
  if (waiting !== undefined) {
    return nextExit(plan, atMs, `Your ENTER at ${clockTime(waiting.atMs, timeZone)} waits for a supervisor.`);
  }
  const next = nextPunch(punches, 'ENTER', atMs, { ...rescanPolicyDefaults, timeZone });
  if (next.kind === 'refused') return { direction: null, reasonRequired: false, sentence: next.sentence };
  return nextEnter(plan, atMs);
}

/** A held ENTER with no EXIT after it. */
function waitingEnter(punches: readonly DayPunch[]): DayPunch | undefined {
  const last = punches.filter((punch) => punch.status !== 'refused').at(-1);
  return last?.direction === 'ENTER' && last.status === 'held' ? last : undefined;
}

function nextEnter(plan: PlannedDay | null, atMs: number): Next {
  const window = judgeEntry(plan, atMs);
  switch (window.kind) {
    case 'refused':
      return { direction: null, reasonRequired: false, sentence: window.sentence };
    case 'reason-needed':
      return { direction: 'ENTER', reasonRequired: true, sentence: window.sentence };
    case 'free':
    case 'with-reason': {
      const freeUntil = plan === null ? '' : clockTime(plan.freeUntilAtMs, plan.timeZone);
      const late = window.late ? ` You are ${minutes(window.lateByMinutes)} late.` : '';
      return { direction: 'ENTER', reasonRequired: false, sentence: `ENTER is free until ${freeUntil}.${late}` };
    }
  }
}

function nextExit(plan: PlannedDay | null, atMs: number, before: string): Next {
  const window = judgeExit(plan, atMs);
  switch (window.kind) {
    case 'refused':
      return { direction: null, reasonRequired: false, sentence: `${before} ${window.sentence}` };
    case 'reason-needed':
      return { direction: 'EXIT', reasonRequired: true, sentence: `${before} ${window.sentence}` };
    case 'free':
    case 'with-reason': {
      const until = plan === null ? '' : ` until ${clockTime(plan.closesAtMs, plan.timeZone)}`;
      return { direction: 'EXIT', reasonRequired: false, sentence: `${before} EXIT is free${until}.` };
    }
  }
}

const minutes = (count: number): string => (count === 1 ? '1 minute' : `${count} minutes`);
