import type { StateKey } from '../../states.ts';

/** A person as the map shows them. Whoever may only see presence gets no such list. */
export interface PersonOnMap {
  readonly id: string;
  readonly name: string;
  readonly state: StateKey;
  readonly longitude: number;
  readonly latitude: number;
  readonly accuracyMeters: number | null;
  readonly headingDegrees: number | null;
  readonly fixedAtMs: number;
}

/** Where the chosen person has been lately; oldest first. */
export interface TrailPoint {
  readonly longitude: number;
  readonly latitude: number;
  readonly atMs: number;
}
