import { ecsFormat } from '@elastic/ecs-pino-format';
import { type DestinationStream, type Logger, pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { currentRequest } from './request-context.ts';
import { scrubbed } from './scrub.ts';
import { standardOutput } from './standard-output.ts';

export interface Telemetry {
  /** Structured logs in ECS; secrets and coordinates are scrubbed. */
  readonly log: Logger;
  /** Prometheus metrics of this process. */
  readonly metrics: Registry;
}

export interface TelemetrySettings {
  readonly level: string;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

export const createTelemetry = (settings: TelemetrySettings): Telemetry => {
  const format = ecsFormat({ apmIntegration: false });
  const options = {
    ...format,
    level: settings.level,
    mixin: () => {
      const request = currentRequest();
      return request === undefined
        ? {}
        : { http: { request: { id: request.requestId } }, trace: { id: request.traceId } };
    },
    hooks: { streamWrite: scrubbed },
  };
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: 'muster_' });
  return {
    log: pino(options, settings.destination ?? standardOutput()),
    metrics,
  };
};
