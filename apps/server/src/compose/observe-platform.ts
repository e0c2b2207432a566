import { Gauge } from 'prom-client';
import type { Ports } from '../platform/service.ts';

/** Gauges that are read when Prometheus asks: how far events and jobs are behind. */
export const observePlatform = ({ events, jobs, telemetry }: Ports): void => {
  const registers = [telemetry.metrics];
  const perConsumer = (name: string, help: string) => new Gauge({ name, help, labelNames: ['consumer'], registers });
  const oldestAgeSeconds = perConsumer(
    'muster_consumer_oldest_event_age_seconds',
    'Age of the oldest event that a consumer has not handled yet; the greatest is the age of the outbox',
  );
  const deadLetters = perConsumer('muster_consumer_dead_letters', 'Events that a consumer gave up on');
  new Gauge({
    name: 'muster_consumer_waiting_events',
    help: 'Committed events that a consumer has not handled yet',
    labelNames: ['consumer'],
    registers,
    // One look at the database serves all three.
    async collect() {
      for (const lag of await events.lag()) {
        this.set({ consumer: lag.consumer }, lag.waiting);
        oldestAgeSeconds.set({ consumer: lag.consumer }, lag.oldestAgeMs / 1000);
        deadLetters.set({ consumer: lag.consumer }, lag.deadLetters);
      }
    },
  });
  new Gauge({
    name: 'muster_jobs',
    help: 'Jobs by name and state',
    labelNames: ['job', 'state'],
    registers,
    async collect() {
      for (const { name, waiting, later, active, failed } of await jobs.depth()) {
        this.set({ job: name, state: 'waiting' }, waiting + later);
        this.set({ job: name, state: 'active' }, active);
        this.set({ job: name, state: 'failed' }, failed);
      }
    },
  });
};
