import type { attendanceRoutes, Direction, Punch, RouteAnswer } from '@muster/contracts';
import type { StateKey } from '../../../states.ts';

export type Today = RouteAnswer<typeof attendanceRoutes.readToday>;

/** Where a member's day stands; instants are epoch milliseconds. Pure: the same day and time give the same phase. */
export type DayPhase =
  | { readonly kind: 'excused' | 'duty' | 'holiday' | 'off' | 'absent' }
  | { readonly kind: 'too-early'; readonly opensAtMs: number }
  | { readonly kind: 'open'; readonly lateAtMs: number }
  | { readonly kind: 'late'; readonly freeUntilAtMs: number }
  | { readonly kind: 'reason'; readonly closesAtMs: number }
  | { readonly kind: 'missed' }
  | { readonly kind: 'waiting'; readonly direction: Direction; readonly atMs: number }
  | { readonly kind: 'here'; readonly sinceMs: number; readonly lateByMinutes: number }
  | { readonly kind: 'outside'; readonly sinceMs: number }
  | { readonly kind: 'silent'; readonly sinceMs: number }
  | {
      readonly kind: 'left';
      readonly atMs: number;
      readonly leftEarlyByMinutes: number;
      readonly lateByMinutes: number;
    }
  | { readonly kind: 'no-exit'; readonly atMs: number | null };

/** What is going on right now besides the punches: an open excursion, a silent phone. */
export interface Going {
  readonly outsideSinceMs: number | null;
  readonly silentSinceMs: number | null;
}
const nothingGoing: Going = { outsideSinceMs: null, silentSinceMs: null };

const held = (punches: readonly Punch[], direction: Direction): Punch | undefined =>
  punches.findLast((punch) => punch.direction === direction && punch.verdict === 'held');

const isAccepted = (punch: Punch): boolean => punch.verdict === 'accepted' || punch.verdict === 'accepted-with-signals';

const beforeEntry = ({ plan, day }: Today, nowMs: number): DayPhase => {
  if (day.code === 'A') return { kind: 'absent' };
  if (day.code === 'AE' || day.code === 'ML') return { kind: 'excused' };
  if (day.code === 'OD') return { kind: 'duty' };
  if (day.code === 'H') return { kind: 'holiday' };
  if (!plan || day.code === 'OFF') return { kind: 'off' };
  if (nowMs < Date.parse(plan.opensAt)) return { kind: 'too-early', opensAtMs: Date.parse(plan.opensAt) };
  if (nowMs > Date.parse(plan.closesAt)) return { kind: 'missed' };
  if (nowMs > Date.parse(plan.freeUntilAt)) return { kind: 'reason', closesAtMs: Date.parse(plan.closesAt) };
  if (nowMs > Date.parse(plan.lateAt)) return { kind: 'late', freeUntilAtMs: Date.parse(plan.freeUntilAt) };
  return { kind: 'open', lateAtMs: Date.parse(plan.lateAt) };
};

const afterEntry = ({ day, punches, tracking }: Today, enteredAtMs: number, going: Going): DayPhase => {
  const exit = held(punches, 'EXIT');
  if (exit && !day.exitedAt) return { kind: 'waiting', direction: 'EXIT', atMs: Date.parse(exit.occurredAt) };
  if (day.noExit) return { kind: 'no-exit', atMs: day.exitedAt ? Date.parse(day.exitedAt) : null };
  if (day.exitedAt) {
    const { leftEarlyByMinutes, lateByMinutes } = day;
    return { kind: 'left', atMs: Date.parse(day.exitedAt), leftEarlyByMinutes, lateByMinutes };
  }
  if (tracking && going.outsideSinceMs !== null) return { kind: 'outside', sinceMs: going.outsideSinceMs };
  if (tracking && going.silentSinceMs !== null) return { kind: 'silent', sinceMs: going.silentSinceMs };
  return { kind: 'here', sinceMs: enteredAtMs, lateByMinutes: day.lateByMinutes };
};

export const dayPhase = (today: Today, nowMs: number, going: Going = nothingGoing): DayPhase => {
  const entered =
    today.day.enteredAt ?? today.punches.find((p) => p.direction === 'ENTER' && isAccepted(p))?.occurredAt;
  if (entered) return afterEntry(today, Date.parse(entered), going);
  const enter = held(today.punches, 'ENTER');
  if (enter) return { kind: 'waiting', direction: 'ENTER', atMs: Date.parse(enter.occurredAt) };
  return beforeEntry(today, nowMs);
};

/** Colour, icon and word of a phase. */
export const stateOfPhase = (phase: DayPhase): StateKey => {
  switch (phase.kind) {
    case 'here':
    case 'left':
      return phase.lateByMinutes > 0 ? 'late' : 'present';
    case 'no-exit':
      return 'present';
    case 'outside':
      return 'outside';
    case 'silent':
      return 'unknown';
    case 'absent':
      return 'absent';
    case 'excused':
    case 'duty':
      return 'excused';
    case 'holiday':
    case 'off':
      return 'holiday';
    case 'late':
    case 'reason':
    case 'open':
    case 'too-early':
    case 'missed':
    case 'waiting':
      return 'not-marked';
  }
};

/** The one thing to do now; `isOpen` is false where the window is not, so that the page can say when it is. */
export const actionOfPhase = (phase: DayPhase): { readonly direction: Direction; readonly isOpen: boolean } | null => {
  switch (phase.kind) {
    case 'open':
    case 'late':
    case 'reason':
      return { direction: 'ENTER', isOpen: true };
    case 'too-early':
      return { direction: 'ENTER', isOpen: false };
    case 'here':
    case 'outside':
    case 'silent':
      return { direction: 'EXIT', isOpen: true };
    case 'waiting':
      return phase.direction === 'ENTER' ? { direction: 'EXIT', isOpen: true } : null;
    default:
      return null;
  }
};
