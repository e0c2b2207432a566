import type { RiskLevel, SignalKind } from '@muster/contracts';
import { Temporal } from 'temporal-polyfill';
import { type SignalTable, signalRules } from './signals.ts';

const dayMs = 86_400_000;

/** Upper ends of the levels, in whole points: 0–20, 21–50, 51–80, and everything above. */
const levelsUpTo: readonly (readonly [number, RiskLevel])[] = [
  [20, 'normal'],
  [50, 'warning'],
  [80, 'high'],
];

/** A stored signal as far as the score is concerned. */
export interface ScoredSignal {
  id: string;
  kind: SignalKind;
  points: number;
  causeKey: string;
  observedAtMs: number;
  /** Staff dismissed it: its points are given back, and it stays in the record. */
  dismissed: boolean;
}

export interface RiskPolicy {
  table: SignalTable;
  /** Of the signals with one cause, two count only when they are further apart than this. */
  oneCauseMs: number;
  /** Signals of this time count towards a kind's alert, without decay. */
  alertWindowMs: number;
  /** Signals before this instant are forgiven: see `yearlyReset`. Null counts them all. */
  countFromMs: number | null;
}

export const riskPolicyDefaults: RiskPolicy = {
  table: signalRules,
  oneCauseMs: dayMs,
  alertWindowMs: 30 * dayMs,
  countFromMs: null,
};

export interface Contribution {
  signalId: string;
  kind: SignalKind;
  /** What the signal adds now, after decay; 0 when something else of the same cause counts in its place. */
  points: number;
  counted: boolean;
}

export interface Risk {
  /** Whole points, rounded: what people see and what the level follows. */
  score: number;
  level: RiskLevel;
  /** Every signal that was not dismissed or forgiven, the heaviest first. */
  contributions: Contribution[];
  /** Kinds whose recent points have reached their alert. */
  alerts: SignalKind[];
}

/**
 * A member's risk at an instant: the sum of the signals' points, each halved every half-life. Of one cause only signals
 * far enough apart count together, and of all such choices the heaviest. The order and repetition of the signals do not
 * matter, a further signal never lowers the score, and a dismissed one never raises it.
 */
export function riskAt(signals: readonly ScoredSignal[], nowMs: number, policy: RiskPolicy = riskPolicyDefaults): Risk {
  const standing = [...new Map(signals.map((signal) => [signal.id, signal])).values()].filter(
    (signal) => !signal.dismissed && (policy.countFromMs === null || signal.observedAtMs >= policy.countFromMs),
  );
  const decayed = (signal: ScoredSignal) => decayedPoints(signal, nowMs, policy.table);
  const counted = new Set(countedSignals(standing, decayed, policy.oneCauseMs).map((signal) => signal.id));
  const contributions = standing
    .map((signal) => ({
      signalId: signal.id,
      kind: signal.kind,
      points: counted.has(signal.id) ? decayed(signal) : 0,
      counted: counted.has(signal.id),
    }))
    .sort((a, b) => b.points - a.points || compareText(a.signalId, b.signalId));
  const score = Math.round(contributions.reduce((sum, contribution) => sum + contribution.points, 0));
  return { score, level: levelOf(score), contributions, alerts: alertsDue(standing, nowMs, policy) };
}

/** What a signal still weighs: its points, halved every half-life of its kind. One from the future has not decayed. */
export function decayedPoints(signal: ScoredSignal, nowMs: number, table: SignalTable = signalRules): number {
  const ageDays = Math.max(0, nowMs - signal.observedAtMs) / dayMs;
  return signal.points * 2 ** (-ageDays / table[signal.kind].halfLifeDays);
}

/** The level of a score in whole points. */
export function levelOf(score: number): RiskLevel {
  return levelsUpTo.find(([upTo]) => score <= upTo)?.[1] ?? 'critical';
}

/**
 * The instant from which the signals of a minor count: the latest yearly reset (`MM-DD`, local midnight) at or before
 * now. Pass it as `countFromMs`. A reset on 29 February falls on the 28th in other years.
 */
export function yearlyReset(nowMs: number, timeZone: string, monthDay: string): number {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).toPlainDate();
  const [month, day] = monthDay.split('-').map(Number);
  const resetIn = (year: number) =>
    Temporal.PlainDate.from({ year, month: month ?? Number.NaN, day: day ?? Number.NaN }, { overflow: 'constrain' });
  const thisYear = resetIn(today.year);
  const reset = Temporal.PlainDate.compare(thisYear, today) <= 0 ? thisYear : resetIn(today.year - 1);
  return reset.toZonedDateTime(timeZone).epochMilliseconds;
}

function alertsDue(standing: readonly ScoredSignal[], nowMs: number, policy: RiskPolicy): SignalKind[] {
  const recent = standing.filter((signal) => nowMs - signal.observedAtMs <= policy.alertWindowMs);
  const kinds = Object.keys(policy.table) as SignalKind[];
  return kinds.filter((kind) => {
    const ofKind = recent.filter((signal) => signal.kind === kind);
    const counted = countedSignals(ofKind, (signal) => signal.points, policy.oneCauseMs);
    return counted.length > 0 && counted.reduce((sum, signal) => sum + signal.points, 0) >= policy.table[kind].alertAt;
  });
}

/** Per cause the heaviest choice of signals of which no two are within `apartMs` of each other. */
function countedSignals(
  signals: readonly ScoredSignal[],
  weigh: (signal: ScoredSignal) => number,
  apartMs: number,
): ScoredSignal[] {
  const byCause = Map.groupBy(signals, (signal) => signal.causeKey);
  const causes = [...byCause.entries()].sort(([a], [b]) => compareText(a, b));
  return causes.flatMap(([, ofCause]) => heaviestApart(ofCause, weigh, apartMs));
}

/** Weighted interval scheduling: with each signal in turn, take it on top of the best before it, or leave it. */
function heaviestApart(
  signals: readonly ScoredSignal[],
  weigh: (signal: ScoredSignal) => number,
  apartMs: number,
): ScoredSignal[] {
  const inOrder = [...signals].sort((a, b) => a.observedAtMs - b.observedAtMs || compareText(a.id, b.id));
  // best[n] is the best choice among the first n signals, as a chain that shares its tail with earlier ones.
  const best: { weight: number; taken: ScoredSignal | null; before: number }[] = [
    { weight: 0, taken: null, before: 0 },
  ];
  let clear = 0;
  for (const [index, signal] of inOrder.entries()) {
    while (signal.observedAtMs - (inOrder[clear]?.observedAtMs ?? Number.POSITIVE_INFINITY) > apartMs) {
      clear += 1;
    }
    const weight = weigh(signal) + (best[clear]?.weight ?? 0);
    const left = best[index]?.weight ?? 0;
    best.push(weight > left ? { weight, taken: signal, before: clear } : { weight: left, taken: null, before: index });
  }
  const chosen: ScoredSignal[] = [];
  for (let at = inOrder.length; at > 0; ) {
    const step = best[at];
    if (step?.taken) {
      chosen.push(step.taken);
    }
    at = step?.before ?? 0;
  }
  return chosen;
}

/** By code units, so that the order is the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
