import type { JobsOptions } from 'bullmq';
import type { BullQueue } from './backend.ts';
import type { AskedJob } from './job-store.ts';

export const maxAttempts = 5;

const dayS = 24 * 3600;

const asked: JobsOptions = {
  attempts: maxAttempts,
  backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
  removeOnComplete: { age: dayS, count: 1_000 },
  removeOnFail: { age: 14 * dayS },
};

/** What a schedule leaves behind is worth a look, no more. */
export const scheduled: JobsOptions = { removeOnComplete: { count: 10 }, removeOnFail: { count: 100 } };

/** Puts a job into its queue, once: the queue knows it by the id it was asked for with. */
export const addTo = (queue: BullQueue, { id, orgId, name, payload }: AskedJob) =>
  queue.add(name, { orgId, payload }, { ...asked, jobId: id });
