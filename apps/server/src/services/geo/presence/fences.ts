import { type GeofenceShape, geofenceShape } from '@muster/contracts';
import { sql } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/database/port.ts';

const keepMs = 60_000;

/**
 * The geofences of sites, kept for a minute: measuring projects a fence once for each object, so the same object has to
 * be used again. Forgotten when they change; the minute is for changes that another process was told about.
 */
export class FenceCache {
  readonly #clock: Clock;
  readonly #sites = new Map<string, { fences: readonly GeofenceShape[]; loadedAtMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  forget(siteId: string): void {
    this.#sites.delete(siteId);
  }

  /** Of each site; those without a geofence have an empty list. */
  async load(tx: Tx, siteIds: readonly string[]): Promise<ReadonlyMap<string, readonly GeofenceShape[]>> {
    const nowMs = this.#clock.now().getTime();
    const missing = [...new Set(siteIds)].filter((siteId) => {
      const known = this.#sites.get(siteId);
      return known === undefined || nowMs - known.loadedAtMs > keepMs;
    });
    if (missing.length > 0) {
      const { rows } = await sql<{ site_id: string; shape: unknown }>`
        SELECT site_id, shape FROM published.geofence WHERE site_id = ANY (${missing}::uuid[])
        ORDER BY geofence_id`.execute(tx);
      for (const siteId of missing) {
        const fences = rows.filter((row) => row.site_id === siteId).map((row) => geofenceShape.parse(row.shape));
        this.#sites.set(siteId, { fences, loadedAtMs: nowMs });
      }
    }
    return new Map(siteIds.map((siteId) => [siteId, this.#sites.get(siteId)?.fences ?? []]));
  }
}
