import type { Job, JobsOptions } from 'bullmq';

/** What a job carries in the queue. */
export interface JobData {
  readonly orgId: string;
  readonly payload: Record<string, unknown>;
  /** Of what was asked for; absent in schedules, and where it is the queue's own id, too. */
  readonly id?: string;
  /** How often it was given up and asked for again. Absent: never. */
  readonly retries?: number;
}

/** What is used of BullMQ's queue, whatever it stands on. */
export interface BullQueue {
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Rejects when the queue could not be opened; then it stays unusable. */
  waitUntilReady(): Promise<unknown>;
  /** A job whose id the queue knows already is left as it is. */
  add(name: string, data: JobData, settings: JobsOptions): Promise<Pick<Job, 'getState' | 'failedReason'>>;
  /** @returns 0 when there is no such job, or when it is being run */
  remove(id: string): Promise<number>;
  upsertJobScheduler(
    id: string,
    repeat: { readonly every: number },
    template: { readonly name: string; readonly data: JobData; readonly opts: JobsOptions },
  ): Promise<unknown>;
  getJobSchedulers(): Promise<{ readonly key?: string | null; readonly every?: number | null }[]>;
  removeJobScheduler(id: string): Promise<unknown>;
  getJobCounts(...states: ('waiting' | 'delayed' | 'prioritized' | 'active' | 'failed')[]): Promise<{
    readonly [state: string]: number;
  }>;
  close(): Promise<void>;
}

export interface BullWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: Job<JobData> | undefined, error: Error) => void): unknown;
  /** Lets running jobs finish. */
  close(): Promise<void>;
}

export interface WorkerSettings {
  readonly concurrency: number;
  readonly maxStalledCount: number;
}

/** Where BullMQ keeps its queues. */
export interface JobsBackend {
  openQueue(name: string): BullQueue;
  openWorker(name: string, run: (job: Job<JobData>) => Promise<void>, settings: WorkerSettings): BullWorker;
  /** Rejects when the queues cannot be reached now. */
  check(): Promise<void>;
  /** After the queues and workers. */
  close(): Promise<void>;
}
