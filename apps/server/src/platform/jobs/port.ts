import type { Tx } from '../database/port.ts';

/** Work that may be done later, by any process, at least once. */
export interface Job {
  /** `<service>.<what>`, for example `reports.generate`. */
  readonly name: string;
  readonly payload: Record<string, unknown>;
}

export interface RunningJob<Payload = Record<string, unknown>> {
  /** Equal to the id of the outbox row it came from, so that a repeat is recognised. */
  readonly id: string;
  readonly orgId: string;
  readonly payload: Payload;
  /** 1 on the first try. */
  readonly attempt: number;
  /** Between 0 and 1. */
  progress(fraction: number): Promise<void>;
}

export interface JobDepth {
  /** Of the queue: every service has one. */
  readonly name: string;
  readonly waiting: number;
  /** Not due yet: the next round of a schedule, or another try after a pause. */
  readonly later: number;
  readonly active: number;
  readonly failed: number;
}

/** A job that was given up after its last try. What it was to do is not told: payloads may name people. */
export interface FailedJob {
  readonly id: string;
  readonly orgId: string;
  readonly name: string;
  /** The last error, in words. */
  readonly reason: string;
  /** How often it was asked for again before. */
  readonly retries: number;
  /** ISO instants */
  readonly askedAt: string;
  readonly failedAt: string;
}

export interface Jobs {
  /** Asks for a job with the transaction: it runs if, and only if, the transaction commits. */
  enqueue(tx: Tx, orgId: string, job: Job): Promise<void>;
  /** Before `start`. A handler that throws is tried again with growing pauses, at most 5 times. */
  handle<Payload = Record<string, unknown>>(name: string, work: (job: RunningJob<Payload>) => Promise<void>): void;
  /** Before `start`. Runs in one process at a time, however many there are. */
  every(name: string, everyMs: number, work: () => Promise<void>): void;
  start(): Promise<void>;
  /** Lets running handlers finish. */
  stop(): Promise<void>;
  /** Of the queues that this process works on, or of those named; nothing when the queues cannot be reached. */
  depth(names?: readonly string[]): Promise<JobDepth[]>;
  /**
   * Jobs that were given up, newest first, and how many there are: those of the transaction's organization, or all when
   * it has none. As the service `gateway`.
   */
  failed(tx: Tx, limit: number): Promise<{ readonly items: FailedJob[]; readonly total: number }>;
  /**
   * Asks for a job of this organization once more, under its id, with five new tries: it runs soon after the transaction
   * commits. As the service `gateway`.
   * @returns the job as it was; undefined, and nothing happens, when the organization has no such job that failed
   */
  retry(tx: Tx, orgId: string, id: string): Promise<FailedJob | undefined>;
  check(): Promise<void>;
}

/** The queue is away; whoever consumes events takes it for an outage and waits. */
export class JobsAwayError extends Error {
  override name = 'JobsAwayError';
  /** SQLSTATE "connection failure". */
  readonly code = '08006';
}
