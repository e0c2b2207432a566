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

/** Puts a job into its queue, once, however often this is called. */
export const addTo = (queue: BullQueue, job: AskedJob) => {
  const { id, orgId, name, payload, retries } = job;
  return queue.add(name, { orgId, payload, id, retries }, { ...asked, jobId: queueIdOf(job, retries) });
};

/** Takes what was given up out of the queue, once it is asked for again: it would be counted as failed for two weeks. */
export const removeGivenUp = (queue: BullQueue, job: AskedJob) => queue.remove(queueIdOf(job, job.retries - 1));
