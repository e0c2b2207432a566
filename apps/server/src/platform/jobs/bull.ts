import { setTimeout as sleep } from 'node:timers/promises';
import type { Job as BullJob } from 'bullmq';
import type { Logger } from 'pino';
import type { Database, Tx } from '../database/port.ts';
import type { Consumer, EventBus, StoredEvent } from '../events/port.ts';
import type { BullQueue, BullWorker, JobData, JobsBackend } from './backend.ts';
import { JobKeeper, type Schedule } from './job-keeper.ts';
import { type AskedJob, endJob, hasEnded, insertJob, readFailedJobs, readOpenJob, reopenJob } from './job-store.ts';
import { addTo } from './job-settings.ts';
import { type Jobs, JobsAwayError, type RunningJob } from './port.ts';

export interface BullJobsOptions {
  readonly backend: JobsBackend;
  readonly database: Database;
  readonly events: EventBus;
  readonly log: Logger;
  /** How often the queue is compared with what was asked for. Default: half a minute. */
  readonly keepEveryMs?: number;
}

const concurrency = 4;
/** A job may lose its process so often before it counts as the one that kills it. */
const maxStalledCount = 5;
const goodbyeMs = 2_000;
/** While a queue is away its clients complain without end; so often is enough. */
const complainEveryMs = 30_000;

/** Every service has a queue of its own: a process works on those of its services. */
const queueNameOf = (jobName: string): string => jobName.split('.', 1)[0] ?? jobName;

/**
 * The jobs port on BullMQ. What is asked for stands in `platform.job` until it has ended; the queue is only the way
 * there, and what it forgot is put into it again.
 */
export const createBullJobs = (options: BullJobsOptions): Jobs => {
  const { backend, database, events, log } = options;
  const handlers = new Map<string, (job: RunningJob) => Promise<void>>();
  const schedules = new Map<string, Schedule>();
  const workers: BullWorker[] = [];
  const queues = new Map<string, BullQueue>();

  let quietUntilMs = 0;
  const complain = (error: Error): void => {
    if (performance.now() < quietUntilMs) return;
    quietUntilMs = performance.now() + complainEveryMs;
    log.warn({ err: error }, 'the job queue cannot be reached');
  };

  const queueOf = (jobName: string): BullQueue => {
    const name = queueNameOf(jobName);
    let queue = queues.get(name);
    if (queue === undefined) {
      queue = open(name);
      queues.set(name, queue);
    }
    return queue;
  };
  const open = (name: string): BullQueue => {
    const queue = backend.openQueue(name);
    queue.on('error', complain);
    // BullMQ never mends a queue whose first look at its server failed: whoever needs it next opens it anew.
    queue.waitUntilReady().catch((error: Error) => {
      complain(error);
      if (queues.get(name) === queue) queues.delete(name);
      queue.close().catch(complain);
    });
    return queue;
  };
  const keeper = new JobKeeper({
    database,
    log,
    schedules,
    check: () => backend.check(),
    queueOf,
    ownQueues: () => ownQueueNames().map((name) => ({ name, queue: queueOf(name) })),
    everyMs: options.keepEveryMs ?? 30_000,
  });
  const ownQueueNames = (): string[] => [...new Set([...handlers.keys(), ...schedules.keys()].map(queueNameOf))];

  const running = new Set<Promise<void>>();
  const run = async (job: BullJob<JobData>): Promise<void> => {
    const work = runOne(job).finally(() => running.delete(work));
    running.add(work);
    return work;
  };

  const runOne = async (job: BullJob<JobData>): Promise<void> => {
    const schedule = schedules.get(job.name);
    if (schedule !== undefined) return schedule.work();
    const handler = handlers.get(job.name);
    if (handler === undefined) throw new Error(`No service of this process handles the job ${job.name}.`);
    const asked = askedBy(job);
    const ended = await database.inOrganization('gateway', asked.orgId, (tx) => hasEnded(tx, asked));
    if (ended) return;
    await handler({
      id: asked.id,
      orgId: asked.orgId,
      payload: asked.payload,
      attempt: job.attemptsMade + 1,
      progress: (fraction) => job.updateProgress(fraction),
    });
    await database.inOrganization('gateway', asked.orgId, (tx) => endJob(tx, asked, { state: 'done' }));
  };

  const noteFailure = async (job: BullJob<JobData> | undefined, error: Error): Promise<void> => {
    log.error({ err: error, job: { id: job?.id, name: job?.name } }, 'a job failed');
    // Without an end it will be tried again.
    if (job === undefined || schedules.has(job.name) || typeof job.finishedOn !== 'number') return;
    const asked = askedBy(job);
    await database.inOrganization('gateway', asked.orgId, (tx) =>
      endJob(tx, asked, { state: 'failed', reason: error.message }),
    );
  };

  const checkOrAway = (): Promise<void> =>
    backend.check().catch((cause: unknown) => {
      throw new JobsAwayError('The job queue cannot be reached.', { cause });
    });

  events.subscribe({
    name: 'platform.jobs',
    service: 'gateway',
    types: ['platform.job-requested', 'platform.job-retried'],
    handle: async (tx, requests) => {
      // A queue that was never reached would keep the transaction waiting.
      await checkOrAway();
      for (const request of requests) {
        const asked = await noteRequest(tx, request);
        if (asked !== undefined) await putIntoQueue(asked);
      }
    },
  } satisfies Consumer<JobRequest>);

  const putIntoQueue = async (asked: AskedJob): Promise<void> => {
    try {
      await addTo(queueOf(asked.name), asked);
    } catch (error) {
      await checkOrAway();
      throw error;
    }
  };

  const openWorker = (name: string): BullWorker => {
    const worker = backend.openWorker(name, run, { concurrency, maxStalledCount });
    worker.on('error', complain);
    worker.on('failed', (job, error) => {
      noteFailure(job, error).catch((cause: unknown) => log.warn({ err: cause }, 'a failed job is written down later'));
    });
    return worker;
  };

  return {
    enqueue: (tx, orgId, { name, payload }) =>
      events.append(tx, orgId, [{ type: 'platform.job-requested', key: name, payload: { name, payload } }]),
    handle: (name, work) => {
      if (handlers.has(name)) throw new Error(`The job ${name} has two handlers.`);
      handlers.set(name, work as (job: RunningJob) => Promise<void>);
    },
    failed: (tx, limit) => readFailedJobs(tx, limit),
    retry: async (tx, orgId, id) => {
      const failed = await reopenJob(tx, id);
      if (failed === undefined) return undefined;
      await events.append(tx, orgId, [{ type: 'platform.job-retried', key: failed.name, payload: { jobId: id } }]);
      return failed;
    },
    every: (name, everyMs, work) => {
      schedules.set(name, { everyMs, work });
    },
    start: async () => {
      await keeper.start();
      workers.push(...ownQueueNames().map(openWorker));
    },
    stop: async () => {
      await keeper.stop();
      const closing = Promise.all(workers.map((worker) => worker.close()));
      while (running.size > 0) await Promise.allSettled(running);
      // What is left is to say goodbye to a queue that may be away; then BullMQ would wait for it without end.
      const closed = closing.then(() => Promise.all([...queues.values()].map((queue) => queue.close())));
      await Promise.race([closed, sleep(goodbyeMs, undefined, { ref: false })]);
    },
    depth: async (names = ownQueueNames()) => {
      if (
        !(await backend.check().then(
          () => true,
          () => false,
        ))
      )
        return [];
      const depths = await Promise.all(
        names.map(async (name) => {
          const counts = await queueOf(name)
            .getJobCounts('waiting', 'delayed', 'prioritized', 'active', 'failed')
            .catch(() => undefined);
          if (counts === undefined) return [];
          const { waiting = 0, delayed = 0, prioritized = 0, active = 0, failed = 0 } = counts;
          return [{ name, waiting: waiting + prioritized, later: delayed, active, failed }];
        }),
      );
      return depths.flat();
    },
    check: () => backend.check(),
  };
};

type JobRequest = 'platform.job-requested' | 'platform.job-retried';

/** The job that an event asks for, first or again; nothing when it has ended meanwhile. */
const noteRequest = async (tx: Tx, request: StoredEvent<JobRequest>): Promise<AskedJob | undefined> => {
  if (request.type === 'platform.job-retried') return readOpenJob(tx, request.payload.jobId);
  const { id, orgId, payload } = request;
  const asked = { id, orgId, name: payload.name, payload: payload.payload, retries: 0 };
  await insertJob(tx, asked);
  return asked;
};

const askedBy = ({ id, name, data }: BullJob<JobData>): AskedJob => ({
  id: data.id ?? id ?? '',
  orgId: data.orgId,
  name,
  payload: data.payload,
  retries: data.retries ?? 0,
});
