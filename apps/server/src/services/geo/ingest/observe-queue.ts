import { Counter, Gauge, Histogram } from 'prom-client';
import type { Telemetry } from '../../../platform/telemetry/telemetry.ts';
import type { CommitBatches } from './commit.ts';

/** Measures group commits: how large, how long, what became of the fixes, and how many are waiting. */
export function observeQueue(
  commit: CommitBatches,
  { metrics }: Pick<Telemetry, 'metrics'>,
  waitingFixes: () => number,
): CommitBatches {
  const registers = [metrics];
  const fixes = new Counter({
    name: 'muster_geo_fixes_total',
    help: 'Fixes taken from phones, by what became of them',
    labelNames: ['outcome'] as const,
    registers,
  });
  const durationSeconds = new Histogram({
    name: 'muster_geo_commit_duration_seconds',
    help: 'Time of one group commit of positions',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const size = new Histogram({
    name: 'muster_geo_commit_fixes',
    help: 'Fixes in one group commit',
    buckets: [1, 5, 20, 50, 100, 200, 500, 1_000, 5_000],
    registers,
  });
  new Gauge({
    name: 'muster_geo_waiting_fixes',
    help: 'Fixes that wait for their commit',
    registers,
    collect() {
      this.set(waitingFixes());
    },
  });
  return async (orgId, batches) => {
    const stop = durationSeconds.startTimer();
    const outcomes = await commit(orgId, batches);
    stop();
    const stored = outcomes.reduce((sum, outcome) => sum + outcome.stored, 0);
    const dropped = outcomes.reduce((sum, outcome) => sum + outcome.dropped, 0);
    fixes.inc({ outcome: 'stored' }, stored);
    fixes.inc({ outcome: 'dropped' }, dropped);
    size.observe(stored + dropped);
    return outcomes;
  };
}
