import { type Coordinates, distanceMeters } from './distance.ts';
import { positionCause, type Signal, type SignalTable, signalOf, signalRules } from './signals.ts';

/** One fix of one device. Without an accuracy (null or 0, as cell positions come) nothing is concluded from it. */
export interface TravelFix extends Coordinates {
  atMs: number;
  accuracyMeters: number | null;
}

/**
 * Why so many conditions: on 111 recorded tracks of honest people, the naive rule "any two fixes faster than 200 km/h"
 * accused 45. Without spikes and over 20 s, 300 km/h accused two, and the speed of an airliner none.
 */
export interface TravelPolicy {
  /** Faster than this cannot be done on the ground: 83 m/s is 300 km/h. */
  impossibleMps: number;
  /** Faster than this cannot be done by an airliner either. */
  strongMps: number;
  /** A speed counts only over at least this time. */
  sustainedMs: number;
  /** So many fixes that jump away and come back are a glitch of the receiver. */
  longestSpikeFixes: number;
  /** After a silence of this length the receiver starts cold … */
  coldStartGapMs: number;
  /** … and its first fixes are ignored. */
  coldStartFixes: number;
  /** A position that wavers less than this was not measured again. */
  repeatedWithinMeters: number;
}

export const travelPolicyDefaults: TravelPolicy = {
  impossibleMps: 83,
  strongMps: 278,
  sustainedMs: 20_000,
  longestSpikeFixes: 3,
  coldStartGapMs: 10 * 60_000,
  coldStartFixes: 3,
  repeatedWithinMeters: 2,
};

/**
 * A phone without reception repeats its last fix, almost to the digit, with ever new times: in a train that looks like
 * standing still and then flying. So a repeated position counts from the first time it was reported.
 */
export interface MeasuredFix extends TravelFix {
  measuredAtMs: number;
}

interface Leg {
  from: MeasuredFix;
  to: MeasuredFix;
  meters: number;
  speedMps: number;
}

/**
 * Impossible travel of one device: one signal per stretch on which its position moved faster than anything on the
 * ground, accuracies taken off the distance, sustained, without glitches and cold starts. The order and repetition of
 * the fixes do not matter, and a repeated fix is as old as the first of its kind. A jump is judged only once enough fixes have followed to see whether it comes back.
 */
export function detectImpossibleTravel(
  deviceId: string,
  fixes: readonly TravelFix[],
  policy: TravelPolicy = travelPolicyDefaults,
  table: SignalTable = signalRules,
): Signal[] {
  const track = withoutSpikes(withoutColdStarts(measured(inOrder(fixes), policy), policy), policy);
  return stretches(sustainedLegs(track, policy), policy).map((leg) => travelSignal(deviceId, leg, policy, table));
}

/** Speed in m/s between two measured fixes, of the distance that remains when both accuracies are taken off. */
export function hardenedSpeed(from: MeasuredFix, to: MeasuredFix): number {
  const seconds = (to.measuredAtMs - from.measuredAtMs) / 1000;
  return seconds > 0 ? hardenedMeters(from, to) / seconds : 0;
}

function hardenedMeters(from: MeasuredFix, to: MeasuredFix): number {
  return Math.max(0, distanceMeters(from, to) - (from.accuracyMeters ?? 0) - (to.accuracyMeters ?? 0));
}

/** Sorted by time, one fix per instant (the most exact one), without those that say too little. */
function inOrder(fixes: readonly TravelFix[]): TravelFix[] {
  const exactness = (fix: TravelFix) => fix.accuracyMeters ?? 0;
  const sorted = fixes
    .filter((fix) => [fix.atMs, fix.latitude, fix.longitude].every(Number.isFinite) && exactness(fix) > 0)
    .sort(
      (a, b) => a.atMs - b.atMs || exactness(a) - exactness(b) || a.latitude - b.latitude || a.longitude - b.longitude,
    );
  return sorted.filter((fix, index) => fix.atMs !== sorted[index - 1]?.atMs);
}

function measured(fixes: readonly TravelFix[], policy: TravelPolicy): MeasuredFix[] {
  let first: TravelFix | undefined;
  return fixes.map((fix) => {
    if (first === undefined || distanceMeters(first, fix) >= policy.repeatedWithinMeters) {
      first = fix;
    }
    return { ...fix, measuredAtMs: first.atMs };
  });
}

function withoutColdStarts(fixes: readonly MeasuredFix[], policy: TravelPolicy): MeasuredFix[] {
  let ignore = 0;
  return fixes.filter((fix, index) => {
    const previous = fixes[index - 1];
    if (previous === undefined || fix.atMs - previous.atMs > policy.coldStartGapMs) {
      ignore = policy.coldStartFixes;
    }
    ignore -= 1;
    return ignore < 0;
  });
}

/** Leaves out jumps that come back within a few fixes, and ends before one of which that is not known yet. */
function withoutSpikes(fixes: readonly MeasuredFix[], policy: TravelPolicy): MeasuredFix[] {
  const kept: MeasuredFix[] = [];
  let index = 0;
  while (index < fixes.length) {
    const fix = fixes[index] as MeasuredFix;
    const anchor = kept.at(-1);
    if (anchor === undefined || hardenedSpeed(anchor, fix) <= policy.impossibleMps) {
      kept.push(fix);
      index += 1;
      continue;
    }
    const following = fixes.slice(index + 1, index + 1 + policy.longestSpikeFixes);
    const back = following.findIndex(
      (later) => hardenedSpeed(anchor, later) <= policy.impossibleMps && comesBack(anchor, fix, later),
    );
    if (back >= 0) {
      index += back + 1;
    } else if (following.length < policy.longestSpikeFixes) {
      break;
    } else {
      kept.push(fix);
      index += 1;
    }
  }
  return kept;
}

/** A spike ends nearer to where it began than to where it led; a jump that stays does not, however slow it looks later. */
function comesBack(anchor: MeasuredFix, spike: MeasuredFix, later: MeasuredFix): boolean {
  return hardenedMeters(anchor, later) < hardenedMeters(spike, later);
}

/** For every fix the leg from the latest one that lies at least the sustained time before it, if it is too fast. */
function sustainedLegs(track: readonly MeasuredFix[], policy: TravelPolicy): Leg[] {
  const legs: Leg[] = [];
  let start = 0;
  for (const [index, to] of track.entries()) {
    while (
      start + 1 < index &&
      to.measuredAtMs - (track[start + 1] as MeasuredFix).measuredAtMs >= policy.sustainedMs
    ) {
      start += 1;
    }
    const from = track[start] as MeasuredFix;
    const speedMps = hardenedSpeed(from, to);
    if (to.measuredAtMs - from.measuredAtMs >= policy.sustainedMs && speedMps > policy.impossibleMps) {
      legs.push({ from, to, meters: hardenedMeters(from, to), speedMps });
    }
  }
  return legs;
}

/** Legs that overlap or follow closely are one movement, told by its fastest leg. */
function stretches(legs: readonly Leg[], policy: TravelPolicy): Leg[] {
  const fastest: Leg[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const leg of legs) {
    const current = fastest.at(-1);
    if (current === undefined || leg.from.atMs > endMs + policy.coldStartGapMs) {
      fastest.push(leg);
    } else if (leg.speedMps > current.speedMps) {
      fastest[fastest.length - 1] = leg;
    }
    endMs = leg.to.atMs;
  }
  return fastest;
}

function travelSignal(deviceId: string, leg: Leg, policy: TravelPolicy, table: SignalTable): Signal {
  const seconds = (leg.to.measuredAtMs - leg.from.measuredAtMs) / 1000;
  const kilometersPerHour = Math.round(leg.speedMps * 3.6);
  const lasted = seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
  const strong = leg.speedMps > policy.strongMps;
  return signalOf(
    {
      kind: 'impossible-travel',
      causeKey: positionCause(deviceId),
      observedAtMs: leg.to.measuredAtMs,
      sentence: `The position moved ${(leg.meters / 1000).toFixed(1)} km in ${lasted}, about ${kilometersPerHour} km/h.`,
      innocentExplanations: strong
        ? ['The receiver lost its way in a tunnel or among tall buildings.', 'The network placed the phone elsewhere.']
        : ['A fast train or a flight.', 'The receiver lost its way in a tunnel or among tall buildings.'],
      facts: {
        deviceId,
        fromMs: leg.from.measuredAtMs,
        toMs: leg.to.measuredAtMs,
        meters: Math.round(leg.meters),
        kilometersPerHour,
        strong,
      },
    },
    table,
  );
}
