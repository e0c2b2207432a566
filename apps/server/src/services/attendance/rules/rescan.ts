import type { DayPunch, Direction } from './day.ts';
import { clockTime } from './wall-clock.ts';

export interface RescanPolicy {
  /** The same scan again within this time is the same punch. */
  samePunchMs: number;
  /** ENTER and EXIT pairs that a day may have: 1, or more where breaks are punched. */
  pairsPerDay: number;
  /** Zone in which times are named in sentences. */
  timeZone: string;
}

export const rescanPolicyDefaults = { samePunchMs: 5 * 60_000, pairsPerDay: 1 } as const;

export type NextPunch =
  | { kind: 'new' }
  /** Scanning again is always safe: answer as for the first one. */
  | { kind: 'same'; punchId: string }
  | { kind: 'refused'; code: 'already-entered' | 'already-left' | 'not-entered' | 'day-complete'; sentence: string };

/**
 * What a scan means beside the day's other punches, in any order; refused ones do not count. `atMs` is the time of the
 * scan, which for one made offline may lie before punches that are already known.
 */
export function nextPunch(
  punchesToday: readonly DayPunch[],
  direction: Direction,
  atMs: number,
  policy: RescanPolicy,
): NextPunch {
  const standing = punchesToday
    .filter((punch) => punch.status !== 'refused')
    .sort((a, b) => inDay(a, b) || a.id.localeCompare(b.id));
  const scan = { atMs, direction };
  const before = standing.filter((punch) => inDay(punch, scan) <= 0).at(-1);
  const after = standing.find((punch) => inDay(punch, scan) > 0);

  const repeated = [before, after].find(
    (punch) => punch?.direction === direction && Math.abs(punch.atMs - atMs) <= policy.samePunchMs,
  );
  if (repeated !== undefined) {
    return { kind: 'same', punchId: repeated.id };
  }
  const at = (punch: DayPunch) => clockTime(punch.atMs, policy.timeZone);
  const neighbour = [before, after].find((punch) => punch?.direction === direction);
  if (neighbour !== undefined) {
    return direction === 'ENTER'
      ? { kind: 'refused', code: 'already-entered', sentence: `You are already inside since ${at(neighbour)}.` }
      : { kind: 'refused', code: 'already-left', sentence: `You already left at ${at(neighbour)}.` };
  }
  if (direction === 'EXIT') {
    return before === undefined
      ? { kind: 'refused', code: 'not-entered', sentence: 'There is no entry today that could be ended.' }
      : { kind: 'new' };
  }
  const entered = standing.filter((punch) => punch.direction === 'ENTER').length;
  if (entered >= policy.pairsPerDay) {
    const left = before === undefined ? '' : ` You left at ${at(before)}.`;
    return { kind: 'refused', code: 'day-complete', sentence: `Today is already complete.${left}` };
  }
  return { kind: 'new' };
}

type Moment = Pick<DayPunch, 'atMs' | 'direction'>;
/** Of an ENTER and an EXIT at the same moment, the ENTER comes first. */
const inDay = (a: Moment, b: Moment): number => a.atMs - b.atMs || a.direction.localeCompare(b.direction);
