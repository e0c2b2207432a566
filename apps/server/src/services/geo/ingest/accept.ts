import type { ReportedPosition } from '@muster/contracts';
import { acceptFix, type CanonicalFix, defaultFixPolicy, emptyRawFix, type RawFix } from '../rules/fix.ts';
import type { PutAside } from './quarantine.ts';

export interface Accepted {
  readonly fixes: readonly CanonicalFix[];
  readonly putAside: readonly PutAside[];
}

/** Sorts what a phone has sent into what can be used and what cannot. */
export function accept(raws: readonly RawFix[], receivedAtMs: number): Accepted {
  const fixes: CanonicalFix[] = [];
  const putAside: PutAside[] = [];
  const received = { receivedAtMs };
  for (const raw of raws) {
    const outcome = acceptFix(raw, received, defaultFixPolicy);
    if (outcome.accepted) fixes.push(outcome.fix);
    else putAside.push({ reason: outcome.code, excerpt: JSON.stringify(raw) });
  }
  return { fixes, putAside };
}

/** A position of the own app as the rules know fixes. */
export function toRawFix(position: ReportedPosition): RawFix {
  return {
    ...emptyRawFix,
    fixedAtMs: Date.parse(position.fixedAt),
    latitude: position.latitude,
    longitude: position.longitude,
    accuracyMeters: position.accuracyMeters ?? null,
    altitudeMeters: position.altitudeMeters ?? null,
    speedMetersPerSecond: position.speedMetersPerSecond ?? null,
    headingDegrees: position.headingDegrees ?? null,
    batteryFraction: position.batteryFraction ?? null,
    mock: position.mock ?? null,
  };
}
