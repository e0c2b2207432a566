import { type CanonicalFix, emptyRawFix } from '../rules/fix.ts';

/** A fix as `acceptFix` would have made it. */
export const fixAt = (
  fixedAt: Date | number,
  place: { latitude: number; longitude: number },
  more: Partial<CanonicalFix> = {},
): CanonicalFix => {
  const fixedAtMs = Number(fixedAt);
  return { ...emptyRawFix, accuracyMeters: 5, ...place, fixedAtMs, receivedAtMs: fixedAtMs + 1_000, ...more };
};
