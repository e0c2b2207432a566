import type { Logger } from 'pino';
import type { Database } from '../database/port.ts';
import type { BullQueue } from './backend.ts';
import { addTo, scheduled } from './job-settings.ts';
import { type AskedJob, endJob, forgetJobs, takeUnseenJobs } from './job-store.ts';

export interface Schedule {
  readonly everyMs: number;
  readonly work: () => Promise<void>;
}

export interface JobKeeperOptions {
  readonly database: Database;
  readonly log: Logger;
  /** By their names; of this process. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Rejects soon when the queues cannot be reached; asking one of them would wait. */
  readonly check: () => Promise<void>;
  readonly queueOf: (jobName: string) => BullQueue;
  readonly ownQueues: () => readonly { readonly name: string; readonly queue: BullQueue }[];
  readonly everyMs: number;
}

/** After a round that failed; a queue that is back should not wait for its jobs any longer. */
const againMs = 2_000;
/** Jobs looked for in one round. */
const atOnce = 200;
const keptDays = { done: 2, failed: 14 };

/**
 * Makes the queue know what it has to: the schedules, and every job that was asked for and has not ended. A queue in
 * Redis can lose both at any moment. A plain timer in each process, because a schedule in the queue would be lost, too.
 */
export class JobKeeper {
  readonly #options: JobKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: JobKeeperOptions) {
    this.#options = options;
  }

  /** Resolves after the first attempt, whether the queue could be reached or not. */
  async start(): Promise<void> {
    const kept = await this.#keep(() => this.#keepSchedules({ anew: true }));
    this.#wait(kept);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #wait(kept: boolean): void {
    if (this.#stopped) return;
    const { everyMs } = this.#options;
    // Several processes that started together should not all look at once.
    const pauseMs = (kept ? everyMs : Math.min(againMs, everyMs)) * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => {
      this.#round = this.#keep(async () => {
        await this.#keepSchedules({ anew: false });
        await this.#keepJobs();
      }).then((keptNow) => this.#wait(keptNow));
    }, pauseMs);
  }

  /** False when it failed. */
  async #keep(work: () => Promise<void>): Promise<boolean> {
    try {
      await this.#options.check();
      await work();
      return true;
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the job queue could not be compared with what was asked for');
      return false;
    }
  }

  /** @param anew also those that the queue knows: their pace may have changed with this version */
  async #keepSchedules({ anew }: { readonly anew: boolean }): Promise<void> {
    const { schedules, ownQueues, queueOf } = this.#options;
    const known = new Set<string>();
    for (const { queue } of ownQueues()) {
      for (const { key } of await queue.getJobSchedulers()) {
        if (key === undefined || key === null) continue;
        known.add(key);
        if (!schedules.has(key)) await queue.removeJobScheduler(key);
      }
    }
    for (const [name, { everyMs }] of schedules) {
      if (known.has(name) && !anew) continue;
      const template = { name, data: { orgId: '', payload: {} }, opts: scheduled };
      await queueOf(name).upsertJobScheduler(name, { every: everyMs }, template);
    }
  }

  async #keepJobs(): Promise<void> {
    const { database, everyMs } = this.#options;
    const unseen = await database.acrossOrganizations('gateway', (tx) => takeUnseenJobs(tx, everyMs, atOnce));
    for (const asked of unseen) await this.#keepJob(asked);
    await database.acrossOrganizations('gateway', (tx) => forgetJobs(tx, keptDays));
  }

  /** A job that the queue knows stays as it is; one that ended there, but not in our rows, ends here. */
  async #keepJob(asked: AskedJob): Promise<void> {
    const { database, queueOf } = this.#options;
    const job = await addTo(queueOf(asked.name), asked);
    const state = await job.getState();
    if (state !== 'completed' && state !== 'failed') return;
    await database.inOrganization('gateway', asked.orgId, (tx) =>
      endJob(
        tx,
        asked,
        state === 'completed'
          ? { state: 'done' }
          : { state: 'failed', reason: job.failedReason ?? 'The queue gave it up.' },
      ),
    );
  }
}
