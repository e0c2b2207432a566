import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

export interface Telemetry {
  /** Structured logs in ECS; secrets and coordinates are scrubbed. */
  readonly log: Logger;
  /** Prometheus metrics of this process. */
  readonly metrics: Registry;
}
