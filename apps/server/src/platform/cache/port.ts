/** What may be forgotten at any moment without losing a fact. Values are JSON. */
export interface Cache {
  get<Value>(key: string): Promise<Value | null>;
  set(key: string, value: unknown, timeToLiveMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Counts a use of `key`; tells whether it is still within `limit` uses per window. */
  take(key: string, limit: number, windowMs: number): Promise<RateDecision>;
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface RateDecision {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until the window starts anew. */
  readonly resetMs: number;
}
