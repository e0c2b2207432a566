import {
  createPostgresBackend,
  type Job as BullJob,
  type JobProgress,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Queue,
  Worker,
} from 'bullmq';
import type { Logger } from 'pino';
import type { Consumer, EventBus, StoredEvent } from '../events/port.ts';
import { jobsSchema } from './migrate-jobs.ts';
import type { Jobs, RunningJob } from './port.ts';

export interface BullJobsOptions {
  /** The runtime login; jobs take the role `muster_jobs`, which owns the schema `jobs`. */
  readonly connectionString: string;
  readonly events: EventBus;
  readonly log: Logger;
}

interface JobData {
  readonly orgId: string;
  readonly payload: Record<string, unknown>;
}

// BullMQ's types follow Redis unless every parameter up to the backend is named.
const PostgresQueue = Queue<
  JobData,
  void,
  string,
  JobData,
  void,
  string,
  PostgresQueueBackend,
  PostgresConnectionOptions
>;
const PostgresWorker = Worker<JobData, void, string, PostgresQueueBackend, JobProgress, PostgresConnectionOptions>;
type PostgresWorker = InstanceType<typeof PostgresWorker>;

const queueName = 'muster';
const maxAttempts = 5;
const concurrency = 4;

/** The jobs port on BullMQ's PostgreSQL backend. Its pool is its own: a long job must not starve requests. */
export const createBullJobs = (options: BullJobsOptions): Jobs => {
  const { events, log } = options;
  const connection = {
    connectionString: options.connectionString,
    options: '-c role=muster_jobs',
    application_name: 'muster jobs',
    schema: jobsSchema,
    max: 4,
  };
  const handlers = new Map<string, (job: RunningJob) => Promise<void>>();
  const schedules = new Map<string, { readonly everyMs: number; readonly work: () => Promise<void> }>();
  const queue = new PostgresQueue(queueName, { connection }, createPostgresBackend);
  queue.on('error', (error) => log.warn({ err: error }, 'the job queue lost its database for a moment'));
  let worker: PostgresWorker | undefined;

  const run = async (job: BullJob<JobData>): Promise<void> => {
    const schedule = schedules.get(job.name);
    if (schedule !== undefined) return schedule.work();
    const handler = handlers.get(job.name);
    if (handler === undefined) throw new Error(`No service of this process handles the job ${job.name}.`);
    await handler({
      id: job.id ?? '',
      orgId: job.data.orgId,
      payload: job.data.payload,
      attempt: job.attemptsMade + 1,
      progress: (fraction) => job.updateProgress(fraction),
    });
  };

  const add = async ({ id, orgId, payload }: StoredEvent<'platform.job-requested'>): Promise<void> => {
    await queue.add(
      payload.name,
      { orgId, payload: payload.payload },
      {
        jobId: id,
        attempts: maxAttempts,
        backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
        removeOnComplete: { age: 24 * 3600, count: 1_000 },
        removeOnFail: { age: 14 * 24 * 3600 },
      },
    );
  };
  events.subscribe({
    name: 'platform.jobs',
    service: 'gateway',
    types: ['platform.job-requested'],
    handle: async (_tx, requests) => {
      for (const request of requests) await add(request);
    },
  } satisfies Consumer<'platform.job-requested'>);

  return {
    enqueue: (tx, orgId, { name, payload }) =>
      events.append(tx, orgId, [{ type: 'platform.job-requested', key: name, payload: { name, payload } }]),
    handle: (name, work) => {
      if (handlers.has(name)) throw new Error(`The job ${name} has two handlers.`);
      handlers.set(name, work as (job: RunningJob) => Promise<void>);
    },
    every: (name, everyMs, work) => {
      schedules.set(name, { everyMs, work });
    },
    start: async () => {
      await queue.waitUntilReady();
      for (const [name, { everyMs }] of schedules) {
        await queue.upsertJobScheduler(
          name,
          { every: everyMs },
          {
            name,
            data: { orgId: '', payload: {} },
            opts: { removeOnComplete: { count: 10 }, removeOnFail: { count: 100 } },
          },
        );
      }
      for (const { key } of await queue.getJobSchedulers()) {
        if (key !== undefined && key !== null && !schedules.has(key)) await queue.removeJobScheduler(key);
      }
      worker = new PostgresWorker(queueName, run, { connection, concurrency }, createPostgresBackend);
      worker.on('error', (error) => log.warn({ err: error }, 'a job worker lost its database for a moment'));
      worker.on('failed', (job, error) =>
        log.error({ err: error, job: { id: job?.id, name: job?.name } }, 'a job failed'),
      );
      await worker.waitUntilReady();
    },
    stop: async () => {
      await worker?.close();
      await queue.close();
    },
    depth: async () => {
      const counts = await queue.getJobCounts('waiting', 'delayed', 'prioritized', 'active', 'failed');
      const { waiting = 0, delayed = 0, prioritized = 0, active = 0, failed = 0 } = counts;
      return [{ name: queueName, waiting: waiting + delayed + prioritized, active, failed }];
    },
    check: async () => {
      await queue.getJobCounts('waiting');
    },
  };
};
