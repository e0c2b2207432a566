import type { Coordinates } from '@muster/contracts';

/** A place that is still being told: either number may be missing. */
export interface DraftPlace {
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export const nowhereYet: DraftPlace = { latitude: null, longitude: null };

/** Null as long as one of the numbers is missing. */
export const placeOf = ({ latitude, longitude }: DraftPlace): Coordinates | null =>
  latitude === null || longitude === null ? null : { latitude, longitude };

/** To about a decimeter: finer than any map is drawn. */
export const roundedPlace = ({ latitude, longitude }: Coordinates): Coordinates => ({
  latitude: Math.round(latitude * 1e6) / 1e6,
  longitude: Math.round(longitude * 1e6) / 1e6,
});
