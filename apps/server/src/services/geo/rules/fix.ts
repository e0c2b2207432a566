/**
 * A fix as a phone client said it, translated to SI units and nothing else: null where it said nothing, NaN where it
 * said something that cannot be read. Times are epoch milliseconds.
 */
export type RawFix = {
  readonly fixedAtMs: number | null;
  /** When the phone made the message, where it says so: clocks are compared by this, not by the time of the fix. */
  readonly sentAtMs: number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly accuracyMeters: number | null;
  readonly altitudeMeters: number | null;
  readonly altitudeAccuracyMeters: number | null;
  readonly speedMetersPerSecond: number | null;
  readonly headingDegrees: number | null;
  readonly batteryFraction: number | null;
  readonly isCharging: boolean | null;
  /** Null: the client cannot tell. */
  readonly mock: boolean | null;
  /** The position may be an old one; only the time is fresh. */
  readonly isPing: boolean;
  readonly isMoving: boolean | null;
  readonly activity: string | null;
  /** Hardware addresses of wireless networks in reach, `aa:bb:cc:dd:ee:ff`. */
  readonly wifiBssids: readonly string[];
  /** Mobile country code of the network. */
  readonly mobileCountryCode: number | null;
  /** What the client calls the device: a hint for people, never an identity. */
  readonly deviceHint: string | null;
};

/** A fix in which nothing was said yet; decoders fill in what they find. */
export const emptyRawFix: RawFix = {
  fixedAtMs: null,
  sentAtMs: null,
  latitude: null,
  longitude: null,
  accuracyMeters: null,
  altitudeMeters: null,
  altitudeAccuracyMeters: null,
  speedMetersPerSecond: null,
  headingDegrees: null,
  batteryFraction: null,
  isCharging: null,
  mock: null,
  isPing: false,
  isMoving: null,
  activity: null,
  wifiBssids: [],
  mobileCountryCode: null,
  deviceHint: null,
};

/** A fix that may be stored: a place on earth at a believable time, written in one way only. */
export type CanonicalFix = Omit<RawFix, 'fixedAtMs' | 'latitude' | 'longitude'> & {
  readonly fixedAtMs: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly receivedAtMs: number;
};

export type FixPolicy = {
  readonly maxAheadMs: number;
  readonly maxAgeMs: number;
  readonly maxSpeedMetersPerSecond: number;
  /** A circle wider than this is no position. */
  readonly maxAccuracyMeters: number;
};

export const defaultFixPolicy: FixPolicy = {
  maxAheadMs: 2 * 60_000,
  maxAgeMs: 7 * 24 * 60 * 60_000,
  maxSpeedMetersPerSecond: 500,
  maxAccuracyMeters: 100_000,
};

export type QuarantineCode =
  | 'no-position'
  | 'not-a-number'
  | 'off-the-map'
  | 'null-island'
  | 'no-time'
  | 'wrong-time-unit'
  | 'in-the-future'
  | 'too-old'
  | 'too-vague'
  | 'too-fast';

export type FixOutcome =
  | { readonly accepted: true; readonly fix: CanonicalFix }
  | { readonly accepted: false; readonly code: QuarantineCode; readonly sentence: string };

/**
 * Decides once whether a fix can be used, and writes it canonically: 7 decimals for coordinates (a centimeter), no -0,
 * the antimeridian always 180, whole milliseconds. A value beside the position that cannot be true (a negative
 * accuracy, a battery of 300 %) becomes null; a position or time that cannot be true puts the whole fix aside. Nothing
 * is ever guessed, least of all the time.
 */
export function acceptFix(raw: RawFix, { receivedAtMs }: { receivedAtMs: number }, policy: FixPolicy): FixOutcome {
  const problem = positionProblem(raw, policy) ?? timeProblem(raw.fixedAtMs, receivedAtMs, policy);
  if (problem !== null) {
    return problem;
  }
  return { accepted: true, fix: canonicalFix(raw, receivedAtMs) };
}

type Problem = Extract<FixOutcome, { accepted: false }>;

function putAside(code: QuarantineCode, sentence: string): Problem {
  return { accepted: false, code, sentence };
}

function positionProblem(raw: RawFix, policy: FixPolicy): Problem | null {
  const { latitude, longitude, accuracyMeters, speedMetersPerSecond } = raw;
  if (latitude === null || longitude === null) {
    return putAside('no-position', 'The message has no latitude or no longitude.');
  }
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) {
    return putAside('not-a-number', 'The latitude or longitude is not a number.');
  }
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
    return putAside('off-the-map', `Latitude ${latitude}, longitude ${longitude} is no place on earth.`);
  }
  if (rounded(latitude, 7) === 0 && rounded(longitude, 7) === 0 && accuracyOf(accuracyMeters) === null) {
    return putAside(
      'null-island',
      'Latitude 0, longitude 0 without an accuracy is what phones send when they know nothing.',
    );
  }
  if (accuracyMeters !== null && accuracyMeters > policy.maxAccuracyMeters) {
    return putAside('too-vague', `The phone only knows that it is within ${Math.round(accuracyMeters / 1000)} km.`);
  }
  if (speedMetersPerSecond !== null && speedMetersPerSecond > policy.maxSpeedMetersPerSecond) {
    return putAside('too-fast', `A speed of ${Math.round(speedMetersPerSecond)} m/s is faster than any airliner.`);
  }
  return null;
}

function timeProblem(fixedAtMs: number | null, receivedAtMs: number, policy: FixPolicy): Problem | null {
  if (fixedAtMs === null) {
    return putAside('no-time', 'The message does not say when the position was measured.');
  }
  if (!Number.isFinite(fixedAtMs)) {
    return putAside('not-a-number', 'The time of the position cannot be read.');
  }
  const isBelievable = (atMs: number) =>
    atMs <= receivedAtMs + policy.maxAheadMs && atMs >= receivedAtMs - 10 * 365 * day;
  if (isBelievable(fixedAtMs / 1000)) {
    return putAside('wrong-time-unit', 'The time seems to be in milliseconds where seconds were expected.');
  }
  if (!isBelievable(fixedAtMs) && isBelievable(fixedAtMs * 1000)) {
    return putAside('wrong-time-unit', 'The time seems to be in seconds where milliseconds were expected.');
  }
  const aheadMs = fixedAtMs - receivedAtMs;
  if (aheadMs > policy.maxAheadMs) {
    return putAside(
      'in-the-future',
      `The position is dated ${duration(aheadMs)} in the future: the phone's clock is ahead.`,
    );
  }
  return -aheadMs > policy.maxAgeMs
    ? putAside('too-old', `The position is ${duration(-aheadMs)} old; ${duration(policy.maxAgeMs)} is the limit.`)
    : null;
}

const day = 24 * 60 * 60_000;

function duration(ms: number): string {
  if (ms >= 2 * day) {
    return `${Math.round(ms / day)} days`;
  }
  const minutes = Math.round(ms / 60_000);
  return minutes >= 120 ? `${Math.round(minutes / 60)} hours` : `${minutes} minutes`;
}

function canonicalFix(raw: RawFix, receivedAtMs: number): CanonicalFix {
  const longitude = rounded(raw.longitude ?? 0, 7);
  return {
    ...raw,
    receivedAtMs,
    fixedAtMs: Math.floor(raw.fixedAtMs ?? 0),
    sentAtMs: raw.sentAtMs !== null && Number.isFinite(raw.sentAtMs) ? Math.floor(raw.sentAtMs) : null,
    latitude: rounded(raw.latitude ?? 0, 7),
    longitude: longitude === -180 ? 180 : longitude,
    accuracyMeters: accuracyOf(raw.accuracyMeters),
    altitudeMeters: roundedOrNull(between(raw.altitudeMeters, -500, 20_000), 2),
    altitudeAccuracyMeters: accuracyOf(raw.altitudeAccuracyMeters),
    speedMetersPerSecond: roundedOrNull(between(raw.speedMetersPerSecond, 0, Number.MAX_VALUE), 3),
    headingDegrees: headingOf(raw.headingDegrees),
    batteryFraction: roundedOrNull(between(raw.batteryFraction, 0, 1), 4),
    mobileCountryCode: between(raw.mobileCountryCode, 1, 999),
  };
}

/** To the centimeter. 0 is what phones say when they have none, so it is null, like all that is no number. */
function accuracyOf(meters: number | null): number | null {
  const accuracyMeters = meters !== null && Number.isFinite(meters) ? rounded(meters, 2) : 0;
  return accuracyMeters > 0 ? accuracyMeters : null;
}

function between(value: number | null, min: number, max: number): number | null {
  return value !== null && value >= min && value <= max ? value : null;
}

function headingOf(degrees: number | null): number | null {
  const heading = roundedOrNull(between(degrees, 0, 360), 1);
  return heading === 360 ? 0 : heading;
}

function roundedOrNull(value: number | null, decimals: number): number | null {
  return value === null ? null : rounded(value, decimals);
}

/** Rounded, and never -0: two ways to write one number would be two positions. */
function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  const scaled = Math.round(value * factor) / factor;
  return Number.isFinite(scaled) ? scaled + 0 : value;
}
