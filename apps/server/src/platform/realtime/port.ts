/** Fan-out to whoever listens right now; who does not listen misses it and catches up from PostgreSQL. */
export interface Realtime {
  publish(channel: string, message: unknown): Promise<void>;
  /** Messages arrive in the order in which one publisher sent them. */
  subscribe(channel: string, listener: (message: unknown) => void): Promise<Unsubscribe>;
  check(): Promise<void>;
  close(): Promise<void>;
}

export type Unsubscribe = () => Promise<void>;
