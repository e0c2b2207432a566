import { type Coordinates, distanceMeters } from './distance.ts';
import { positionCause, type Signal, type SignalTable, signalOf, signalRules } from './signals.ts';

/** One fix of one device. */
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
  /** Taken where a fix does not say how exact it is. */
  unknownAccuracyMeters: number;
}

export const travelPolicyDefaults: TravelPolicy = {
  impossibleMps: 83,
  strongMps: 278,
  sustainedMs: 20_000,
  longestSpikeFixes: 3,
  coldStartGapMs: 10 * 60_000,
  coldStartFixes: 3,
  unknownAccuracyMeters: 100,
};

interface Leg {
  from: TravelFix;
  to: TravelFix;
  meters: number;
  speedMps: number;
}

/**
 * Impossible travel of one device: one signal per stretch on which its position moved faster than anything on the
 * ground, accuracies taken off the distance, sustained, without glitches and cold starts. The order and repetition of
 * the fixes do not matter. A jump is judged only once enough fixes have followed to see whether it comes back.
 */
export function detectImpossibleTravel(
  deviceId: string,
  fixes: readonly TravelFix[],
  policy: TravelPolicy = travelPolicyDefaults,
  table: SignalTable = signalRules,
): Signal[] {
  const track = withoutSpikes(withoutColdStarts(inOrder(fixes), policy), policy);
  return stretches(sustainedLegs(track, policy), policy).map((leg) => travelSignal(deviceId, leg, policy, table));
}

/** Speed in m/s between two fixes, of the distance that remains when both accuracies are taken off. */
export function hardenedSpeed(from: TravelFix, to: TravelFix, policy: TravelPolicy = travelPolicyDefaults): number {
  const seconds = (to.atMs - from.atMs) / 1000;
  return seconds > 0 ? hardenedMeters(from, to, policy) / seconds : 0;
}

function hardenedMeters(from: TravelFix, to: TravelFix, policy: TravelPolicy): number {
  const vague = (fix: TravelFix) => fix.accuracyMeters ?? policy.unknownAccuracyMeters;
  return Math.max(0, distanceMeters(from, to) - vague(from) - vague(to));
}

/** Sorted by time, one fix per instant (the most exact one), without what is no position. */
function inOrder(fixes: readonly TravelFix[]): TravelFix[] {
  const usable = fixes.filter((fix) => [fix.atMs, fix.latitude, fix.longitude].every(Number.isFinite));
  const exactness = (fix: TravelFix) => fix.accuracyMeters ?? Number.MAX_VALUE;
  const sorted = usable.sort(
    (a, b) => a.atMs - b.atMs || exactness(a) - exactness(b) || a.latitude - b.latitude || a.longitude - b.longitude,
  );
  return sorted.filter((fix, index) => fix.atMs !== sorted[index - 1]?.atMs);
}

function withoutColdStarts(fixes: readonly TravelFix[], policy: TravelPolicy): TravelFix[] {
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
function withoutSpikes(fixes: readonly TravelFix[], policy: TravelPolicy): TravelFix[] {
  const kept: TravelFix[] = [];
  let index = 0;
  while (index < fixes.length) {
    const fix = fixes[index] as TravelFix;
    const anchor = kept.at(-1);
    if (anchor === undefined || hardenedSpeed(anchor, fix, policy) <= policy.impossibleMps) {
      kept.push(fix);
      index += 1;
      continue;
    }
    const following = fixes.slice(index + 1, index + 1 + policy.longestSpikeFixes);
    const back = following.findIndex((later) => hardenedSpeed(anchor, later, policy) <= policy.impossibleMps);
    if (back >= 0 && comesBack(anchor, fix, following[back] as TravelFix, policy)) {
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
function comesBack(anchor: TravelFix, spike: TravelFix, later: TravelFix, policy: TravelPolicy): boolean {
  return hardenedMeters(anchor, later, policy) < hardenedMeters(spike, later, policy);
}

/** For every fix the leg from the latest one that lies at least the sustained time before it, if it is too fast. */
function sustainedLegs(track: readonly TravelFix[], policy: TravelPolicy): Leg[] {
  const legs: Leg[] = [];
  let start = 0;
  for (const [index, to] of track.entries()) {
    while (start + 1 < index && to.atMs - (track[start + 1] as TravelFix).atMs >= policy.sustainedMs) {
      start += 1;
    }
    const from = track[start] as TravelFix;
    const speedMps = hardenedSpeed(from, to, policy);
    if (to.atMs - from.atMs >= policy.sustainedMs && speedMps > policy.impossibleMps) {
      legs.push({ from, to, meters: hardenedMeters(from, to, policy), speedMps });
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
  const seconds = (leg.to.atMs - leg.from.atMs) / 1000;
  const kilometersPerHour = Math.round(leg.speedMps * 3.6);
  const lasted = seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
  const strong = leg.speedMps > policy.strongMps;
  return signalOf(
    {
      kind: 'impossible-travel',
      causeKey: positionCause(deviceId),
      observedAtMs: leg.to.atMs,
      sentence: `The position moved ${(leg.meters / 1000).toFixed(1)} km in ${lasted}, about ${kilometersPerHour} km/h.`,
      innocentExplanations: strong
        ? ['The receiver lost its way in a tunnel or among tall buildings.', 'The network placed the phone elsewhere.']
        : ['A fast train or a flight.', 'The receiver lost its way in a tunnel or among tall buildings.'],
      facts: {
        deviceId,
        fromMs: leg.from.atMs,
        toMs: leg.to.atMs,
        meters: Math.round(leg.meters),
        kilometersPerHour,
        strong,
      },
    },
    table,
  );
}
