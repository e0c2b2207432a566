import type { JobsOptions } from 'bullmq';
import type { BullQueue } from './backend.ts';
import type { AskedJob } from './job-store.ts';

const maxAttempts = 5;

const dayS = 24 * 3600;

const asked: JobsOptions = {
  attempts: maxAttempts,
  backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
  removeOnComplete: { age: dayS, count: 1_000 },
  removeOnFail: { age: 14 * dayS },
};

/** What a schedule leaves behind is worth a look, no more. */
export const scheduled: JobsOptions = { removeOnComplete: { count: 10 }, removeOnFail: { count: 100 } };

/** What the queue knows a job by: one that was given up and asked for again is another one there. */
const queueIdOf = ({ id }: Pick<AskedJob, 'id'>, retries: number): string => (retries === 0 ? id : `${id}-${retries}`);

/**
 * Puts a job into its queue, once, however often this is called. What was given up of it before leaves the queue: it
 * would be counted as failed for two weeks.
 */
export const addTo = async (queue: BullQueue, job: AskedJob): ReturnType<BullQueue['add']> => {
  const { id, orgId, name, payload, retries } = job;
  const queued = await queue.add(name, { orgId, payload, id, retries }, { ...asked, jobId: queueIdOf(job, retries) });
  if (retries > 0) await queue.remove(queueIdOf(job, retries - 1));
  return queued;
};
