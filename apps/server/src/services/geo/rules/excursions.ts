import { classify, defaultAccuracyMeters, distanceToSiteMeters, type Geofence } from './geofence.ts';

/**
 * Presence and excursions of one tracking session, as a pure function of its fixes.
 *
 * What the words mean here:
 * - A fix is **evidence** of being outside when its whole accuracy circle lies farther from the site than the
 *   hysteresis; of being inside when the whole circle lies inside. Everything else (a circle across the edge, an
 *   accuracy worse than the rules allow, a ping that repeats an old position) is no evidence: it opens nothing and
 *   closes nothing, but it shows that the phone is alive.
 * - An excursion **opens** when evidence of being outside has lasted for `dwellFixes` fixes or `dwellMs`, with no
 *   evidence to the contrary between; one stray fix opens nothing. It **starts** at the first fix of that run and is
 *   **decided** at the last. It **ends** by the mirrored rule at the first fix of a run inside, or at EXIT.
 * - A gap of more than `silentAfterMs` between two fixes is **silence**: presence is unknown from the last word of
 *   the phone until its next evidence, and a run does not reach across a silence. An excursion does: nobody saw the
 *   member come back. Silent time is not counted as time outside.
 *
 * All of it depends on fix times only, never on when or in which order fixes arrived: `replay` of the same fixes gives
 * the same result however they are shuffled or repeated, and `foldFix` gives it one newer fix at a time.
 */

export type PresenceValue = 'inside' | 'outside' | 'unknown';

export type PresenceRules = {
  /** How far beyond the edge, accuracy included, a fix must lie to speak for being outside. */
  readonly hysteresisMeters: number;
  readonly dwellFixes: number;
  readonly dwellMs: number;
  readonly silentAfterMs: number;
  /** What is learned later than this repairs the timeline and alerts nobody. */
  readonly lateAfterMs: number;
  /** A fix vaguer than this is no evidence. */
  readonly maxAccuracyMeters: number;
  /**
   * For sites smaller than phones are accurate: evidence of being inside counts no more than this many meters of
   * inaccuracy. Null asks for the whole circle. It can only ever end an excursion, never open one.
   */
  readonly insideAccuracyCapMeters: number | null;
};

export const defaultPresenceRules: PresenceRules = {
  hysteresisMeters: 20,
  dwellFixes: 3,
  dwellMs: 60_000,
  silentAfterMs: 10 * 60_000,
  lateAfterMs: 15 * 60_000,
  maxAccuracyMeters: 200,
  insideAccuracyCapMeters: null,
};

export type TrackingSession = { readonly enteredAtMs: number; readonly exitedAtMs: number | null };

/** A canonical fix (see fix.ts). `receivedAtMs` may be carried along; nothing here looks at it. */
export type PresenceFix = {
  readonly fixedAtMs: number;
  readonly deviceId: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters: number | null;
  /** The phone is alive, but the position may be an old one. */
  readonly isPing?: boolean;
};

export type PresenceContext = {
  readonly session: TrackingSession;
  readonly fences: readonly Geofence[];
  readonly rules: PresenceRules;
};

export type Excursion = {
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** Time of the fix that made it an excursion. */
  readonly decidedAtMs: number;
  readonly farthestMeters: number;
  readonly farthestAtMs: number;
  readonly endedBy: 'return' | 'exit' | null;
};

/** Unbroken evidence for one side, not yet acted upon. */
type Run = {
  readonly side: 'inside' | 'outside';
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  readonly fixes: number;
  readonly farthestMeters: number;
  readonly farthestAtMs: number;
};

type FixKey = readonly [
  fixedAtMs: number,
  deviceId: string,
  latitude: number,
  longitude: number,
  accuracyMeters: number,
  ping: number,
];

/** Everything that is remembered between two fixes; plain JSON, to be stored as it is. */
export type PresenceProgress = {
  readonly enteredAtMs: number;
  readonly newest: FixKey | null;
  readonly presence: { readonly value: PresenceValue; readonly sinceMs: number };
  readonly run: Run | null;
  readonly open: Excursion | null;
  readonly closed: readonly Excursion[];
  readonly silences: readonly { readonly fromMs: number; readonly toMs: number }[];
};

export function startPresence(session: TrackingSession): PresenceProgress {
  return {
    enteredAtMs: session.enteredAtMs,
    newest: null,
    presence: { value: 'unknown', sinceMs: session.enteredAtMs },
    run: null,
    open: null,
    closed: [],
    silences: [],
  };
}

/** All fixes of a session at once, in any order, repeated or not, with or without fixes of other times. */
export function replay(context: PresenceContext, fixes: readonly PresenceFix[]): PresenceProgress {
  return foldFixes(context, startPresence(context.session), fixes);
}

/** Several fixes, in any order, all newer than those that were folded before. */
export function foldFixes(
  context: PresenceContext,
  before: PresenceProgress,
  fixes: readonly PresenceFix[],
): PresenceProgress {
  return fixes
    .toSorted(compareFixes)
    .reduce<PresenceProgress>((progress, fix) => foldFix(context, progress, fix), before);
}

/** True when a fix is older than what was already folded: only a replay of all fixes can take it in. */
export function needsReplay(context: PresenceContext, progress: PresenceProgress, fix: PresenceFix): boolean {
  return progress.newest !== null && isDuring(context.session, fix) && compareKeys(keyOf(fix), progress.newest) < 0;
}

/** True when ENTER or EXIT turned out to be at other times than the ones that were folded. */
export function sessionNeedsReplay(session: TrackingSession, progress: PresenceProgress): boolean {
  return (
    session.enteredAtMs !== progress.enteredAtMs ||
    (session.exitedAtMs !== null && progress.newest !== null && progress.newest[0] > session.exitedAtMs)
  );
}

/**
 * One more fix, newer than all before it. The newest fix again, and fixes outside the session, change nothing; an older
 * one throws a RangeError, because folding it would make the result depend on the order of arrival.
 */
export function foldFix(context: PresenceContext, progress: PresenceProgress, fix: PresenceFix): PresenceProgress {
  if (!isDuring(context.session, fix)) {
    return progress;
  }
  const key = keyOf(fix);
  const order = progress.newest === null ? 1 : compareKeys(key, progress.newest);
  if (order < 0) {
    throw new RangeError('This fix is older than others that were folded already; replay all of them.');
  }
  if (order === 0) {
    return progress;
  }
  const heard = hearAgain(context.rules, progress, fix.fixedAtMs);
  return foldEvidence(context, { ...heard, newest: key }, fix);
}

/** What was silent before a fix. A run is not carried across: nobody knows what happened between. */
function hearAgain(rules: PresenceRules, progress: PresenceProgress, atMs: number): PresenceProgress {
  const lastHeardAtMs = progress.newest?.[0] ?? progress.enteredAtMs;
  if (atMs - lastHeardAtMs <= rules.silentAfterMs) {
    return progress;
  }
  return {
    ...progress,
    presence: progress.presence.value === 'unknown' ? progress.presence : { value: 'unknown', sinceMs: lastHeardAtMs },
    run: null,
    silences: [...progress.silences, { fromMs: lastHeardAtMs, toMs: atMs }],
  };
}

function foldEvidence(context: PresenceContext, progress: PresenceProgress, fix: PresenceFix): PresenceProgress {
  const evidence = evidenceOf(context, fix);
  if (evidence === null) {
    return progress;
  }
  const atMs = fix.fixedAtMs;
  const run = extendRun(progress.run, evidence.side, atMs, evidence.distanceMeters);
  const hasDwelt =
    run.fixes >= context.rules.dwellFixes || (run.fixes > 1 && atMs - run.startedAtMs >= context.rules.dwellMs);
  const { open } = progress;

  if (evidence.side === 'outside') {
    if (open !== null) {
      const presence = progress.presence.value === 'outside' ? progress.presence : present('outside', atMs);
      return { ...progress, presence, run: null, open: farther(open, run) };
    }
    return hasDwelt
      ? { ...progress, presence: present('outside', run.startedAtMs), run: null, open: opened(run, atMs) }
      : { ...progress, run };
  }
  if (open === null) {
    const presence = progress.presence.value === 'inside' ? progress.presence : present('inside', atMs);
    return { ...progress, presence, run: null };
  }
  if (!hasDwelt) {
    return { ...progress, run };
  }
  const ended: Excursion = { ...open, endedAtMs: run.startedAtMs, endedBy: 'return' };
  const presence = present('inside', run.startedAtMs);
  return { ...progress, presence, run: null, open: null, closed: [...progress.closed, ended] };
}

/** Which side a fix speaks for, if any, and how far from the edge it lies. */
function evidenceOf(
  { fences, rules }: PresenceContext,
  fix: PresenceFix,
): { side: 'inside' | 'outside'; distanceMeters: number } | null {
  const accuracyMeters = fix.accuracyMeters ?? defaultAccuracyMeters;
  const distance = distanceToSiteMeters(fences, fix);
  if (distance === null || fix.isPing === true || accuracyMeters > rules.maxAccuracyMeters) {
    return null;
  }
  if (distance - accuracyMeters > rules.hysteresisMeters) {
    return { side: 'outside', distanceMeters: distance };
  }
  const countedMeters = Math.min(accuracyMeters, rules.insideAccuracyCapMeters ?? accuracyMeters);
  return classify(fences, { ...fix, accuracyMeters: countedMeters }) === 'inside'
    ? { side: 'inside', distanceMeters: distance }
    : null;
}

/** The run that ends with this fix. Several fixes of one instant are one observation. */
function extendRun(run: Run | null, side: Run['side'], atMs: number, distanceMeters: number): Run {
  if (run === null || run.side !== side) {
    return { side, startedAtMs: atMs, lastAtMs: atMs, fixes: 1, farthestMeters: distanceMeters, farthestAtMs: atMs };
  }
  const isFarther = distanceMeters > run.farthestMeters;
  return {
    ...run,
    lastAtMs: atMs,
    fixes: run.fixes + (atMs > run.lastAtMs ? 1 : 0),
    farthestMeters: isFarther ? distanceMeters : run.farthestMeters,
    farthestAtMs: isFarther ? atMs : run.farthestAtMs,
  };
}

function opened(run: Run, decidedAtMs: number): Excursion {
  const { startedAtMs, farthestMeters, farthestAtMs } = run;
  return { startedAtMs, endedAtMs: null, decidedAtMs, farthestMeters, farthestAtMs, endedBy: null };
}

function farther(excursion: Excursion, run: Run): Excursion {
  const { farthestMeters, farthestAtMs } = run;
  return farthestMeters > excursion.farthestMeters ? { ...excursion, farthestMeters, farthestAtMs } : excursion;
}

function present(value: PresenceValue, sinceMs: number): PresenceProgress['presence'] {
  return { value, sinceMs };
}

function isDuring(session: TrackingSession, fix: PresenceFix): boolean {
  return fix.fixedAtMs >= session.enteredAtMs && fix.fixedAtMs <= (session.exitedAtMs ?? Number.POSITIVE_INFINITY);
}

function keyOf(fix: PresenceFix): FixKey {
  return [
    fix.fixedAtMs,
    fix.deviceId,
    fix.latitude,
    fix.longitude,
    fix.accuracyMeters ?? -1,
    fix.isPing === true ? 1 : 0,
  ];
}

function compareFixes(one: PresenceFix, other: PresenceFix): number {
  return compareKeys(keyOf(one), keyOf(other));
}

/** Any order will do for fixes of one instant, so long as it is always the same one. */
function compareKeys(one: FixKey, other: FixKey): number {
  for (const [index, value] of one.entries()) {
    const against = other[index] ?? value;
    if (value !== against) {
      return value < against ? -1 : 1;
    }
  }
  return 0;
}
