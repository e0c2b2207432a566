/** Fan-out to whoever listens right now; who does not listen misses it and catches up from PostgreSQL. */
export interface Realtime {
  /** @throws RealtimeAwayError when the message may not have gone out; it may come twice if it is published again. */
  publish(channel: string, message: unknown): Promise<void>;
  /**
   * Messages arrive in the order in which one publisher sent them.
   * @param missed called when messages may have been lost on the way: the listener catches up from PostgreSQL
   */
  subscribe(channel: string, listener: (message: unknown) => void, missed?: () => void): Promise<Unsubscribe>;
  check(): Promise<void>;
  close(): Promise<void>;
}

export type Unsubscribe = () => Promise<void>;

export class RealtimeAwayError extends Error {
  override name = 'RealtimeAwayError';
  /** SQLSTATE "connection failure": whoever consumes events takes it for an outage and waits, for as long as it lasts. */
  readonly code = '08006';
}
