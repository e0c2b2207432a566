/** The part of autocannon that load.ts uses; it comes without types. */
declare module 'autocannon' {
  interface RequestTemplate {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Called for each request. */
    readonly setupRequest: (request: Record<string, unknown>) => Record<string, unknown>;
  }
  interface Result {
    /** Seconds. */
    readonly duration: number;
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
    readonly timeouts: number;
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number };
  }
  const autocannon: (options: {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    readonly setupClient: (client: { setRequests(requests: readonly RequestTemplate[]): void }) => void;
  }) => Promise<Result>;
  // oxlint-disable-next-line import/no-default-export -- this is how the package exports.
  export default autocannon;
}
