import type { GeofenceShape } from '@muster/contracts';

/** A geofence as far as the map needs it. */
export interface Fence {
  readonly name: string;
  readonly shape: GeofenceShape;
}
