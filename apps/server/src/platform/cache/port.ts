/** What may be forgotten at any moment without losing a fact. Values are JSON. */
export interface Cache {
  get<Value>(key: string): Promise<Value | null>;
  set(key: string, value: unknown, timeToLiveMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Counts a use of `key`; tells whether it is still within `limit` uses per window. */
  take(key: string, limit: number, windowMs: number): Promise<RateDecision>;
  readonly places: Places;
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface RateDecision {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until the window starts anew. */
  readonly resetMs: number;
}

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * Places by name, found by their distance: indexes of what is kept elsewhere. Whoever keeps it says up to which moment an
 * index is complete (its mark) and can add what came later; an index that may lack something is no index.
 */
export interface Places {
  /** The names within a radius: all of them, and perhaps some that lie up to 1 % and 2 m outside. */
  near(index: string, center: Place, radiusMeters: number): Promise<PlacesFound>;
  /**
   * Makes an index anew, unless it was changed since `version` was seen. It is forgotten after its time to live, however
   * much it is used, and with it whatever nobody removed.
   */
  replace(
    index: string,
    version: number,
    mark: string,
    places: ReadonlyMap<string, Place>,
    timeToLiveMs: number,
  ): Promise<void>;
  /** Puts places where they are now, and marks the index anew; does nothing if it was changed since `version` was seen. */
  advance(index: string, version: number, mark: string, moved: ReadonlyMap<string, Place>): Promise<void>;
  /** Changes the version even where there is no index: who saw the names before cannot bring them back. */
  remove(index: string, names: readonly string[]): Promise<void>;
}

export interface PlacesFound {
  /** Grows with each change. */
  readonly version: number;
  /** Null: there is no index now. */
  readonly found: { readonly mark: string; readonly names: readonly string[] } | null;
}
