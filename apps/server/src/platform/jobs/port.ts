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
  readonly name: string;
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
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
  depth(): Promise<JobDepth[]>;
  check(): Promise<void>;
}

/** The queue is away; whoever consumes events takes it for an outage and waits. */
export class JobsAwayError extends Error {
  override name = 'JobsAwayError';
  /** SQLSTATE "connection failure". */
  readonly code = '08006';
}
