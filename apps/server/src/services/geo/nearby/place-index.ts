import type { Place, Places } from '../../../platform/cache/port.ts';
import type { Database, Tx } from '../../../platform/database/port.ts';
import { readLastPlaces, type LastPlace } from './nearby-store.ts';

/** The index is made anew after this, so that nothing stays in it whose session ended without EXIT. */
const timeToLiveMs = 30 * 60_000;
/** More changes than these since its mark, and it is brought up to date; */
const changesBeforeRefresh = 100;
/** more than these, and it is not worth asking. */
const mostChanges = 2_000;
/** Redis keeps no places beyond 85.05°: they are looked for in the database. */
const farthestLatitude = 84;

/**
 * Last positions of an organization's members in a tracking session, found by distance without reading all of them. The
 * index lives in the cache and follows the database: it is complete up to a transaction, and what changed after that is
 * asked for with each search. So it costs nothing while nobody searches, may be lost at any time, and lacks nobody.
 */
export class PlaceIndex {
  readonly #database: Database;
  readonly #places: Places;
  readonly #onFailure: (error: unknown) => void;
  readonly #refreshing = new Map<string, Promise<void>>();

  constructor(ports: { readonly database: Database; readonly places: Places; onFailure?: (error: unknown) => void }) {
    this.#database = ports.database;
    this.#places = ports.places;
    this.#onFailure = ports.onFailure ?? (() => {});
  }

  /**
   * Members who may be within a radius; nobody is missing whom the transaction sees there. Null: there is no index now,
   * the database has to be asked for everybody.
   */
  async candidates(tx: Tx, orgId: string, center: Place, radiusMeters: number): Promise<readonly string[] | null> {
    if (Math.abs(center.latitude) > farthestLatitude) return null;
    const { found } = await this.#places.near(orgId, center, radiusMeters);
    if (found === null) {
      this.#refreshSoon(orgId);
      return null;
    }
    const { places: changed } = await readLastPlaces(tx, found.mark, mostChanges + 1);
    if (changed.length > changesBeforeRefresh) this.#refreshSoon(orgId);
    if (changed.length > mostChanges) return null;
    return [...new Set([...found.names.map(memberIn), ...changed.map(({ memberId }) => memberId)])];
  }

  /** After EXIT. */
  async left(orgId: string, sessions: readonly { memberId: string; sessionId: string }[]): Promise<void> {
    if (sessions.length > 0) await this.#places.remove(orgId, sessions.map(nameOf));
  }

  /** Resolves when nothing is being brought up to date. */
  async settled(): Promise<void> {
    await Promise.all(this.#refreshing.values());
  }

  /** Apart from the request that asks, which may see only some of the organization's members. */
  #refreshSoon(orgId: string): void {
    if (this.#refreshing.has(orgId)) return;
    const refreshing = this.#refresh(orgId)
      .catch(this.#onFailure)
      .finally(() => this.#refreshing.delete(orgId));
    this.#refreshing.set(orgId, refreshing);
  }

  async #refresh(orgId: string): Promise<void> {
    // Nothing is searched for here: version and mark are wanted.
    const { version, found } = await this.#places.near(orgId, { latitude: 0, longitude: 0 }, 0);
    // The cache does not answer.
    if (version < 0) return;
    const read = (since: string | null, limit: number) =>
      this.#database.inOrganization('geo', orgId, (tx) => readLastPlaces(tx, since, limit));
    const changed = found === null ? null : await read(found.mark, mostChanges + 1);
    if (changed !== null && changed.places.length <= mostChanges) {
      return this.#places.advance(orgId, version, changed.mark, byName(changed.places));
    }
    const all = await read(null, Number.MAX_SAFE_INTEGER);
    await this.#places.replace(orgId, version, all.mark, byName(all.places), timeToLiveMs);
  }
}

/** A session ends once and for all, so a name that was removed never has to come back. */
const nameOf = ({ memberId, sessionId }: { memberId: string; sessionId: string }): string => `${memberId} ${sessionId}`;
const memberIn = (name: string): string => name.split(' ')[0] ?? '';

const byName = (places: readonly LastPlace[]): Map<string, Place> =>
  new Map(
    places
      .filter(({ latitude }) => Math.abs(latitude) <= farthestLatitude + 1)
      .map((place) => [nameOf(place), { latitude: place.latitude, longitude: place.longitude }]),
  );
