import type { ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFile } from '../../platform/telemetry/log-file.ts';
import type { PlannedProcess } from './plan.ts';

/**
 * A worker listens through a socket that its primary holds: a process and the one that replaces it accept from the same
 * queue, and no connection is lost with either of them.
 */
cluster.schedulingPolicy = cluster.SCHED_NONE;
cluster.setupPrimary({ exec: join(import.meta.dirname, '../../main.ts'), args: ['serve'], silent: true });

const startDeadlineMs = 60_000;
/** What is left of it after this is cut off. */
const stopDeadlineMs = 30_000;
const shortestPauseMs = 200;
const longestPauseMs = 5_000;
/** A process that ran so long before it ended did not end because of its start. */
const soundAfterMs = 60_000;

/** Keeps one service running: starts it again when it ends unasked, and replaces it without a gap when told to. */
export class ServiceProcess {
  readonly plan: PlannedProcess;
  readonly #log: ReturnType<typeof logFile>;
  readonly #say: (sentence: string) => void;
  #child: ChildProcess | undefined;
  #stopping = false;
  #failures = 0;

  /** @param say hears what an operator should know */
  constructor(plan: PlannedProcess, logsFolder: string, say: (sentence: string) => void) {
    this.plan = plan;
    this.#say = say;
    this.#log = logFile(join(logsFolder, `${plan.service}.log`));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it is ready. @throws Error when it ends, or is not ready in time */
  async start(): Promise<void> {
    this.#child = await this.#spawn();
  }

  /** The new process takes the port over before the old one lets go of it. */
  async replace(): Promise<void> {
    const old = this.#child;
    this.#child = await this.#spawn(onceMore);
    if (old !== undefined) await end(old);
  }

  /** Resolves when it has ended; it is not started again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child !== undefined) await end(this.#child);
    this.#log.end();
  }

  async #spawn(environment: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
    const startedAtMs = performance.now();
    const child = cluster.fork({ ...this.plan.environment, ...environment }).process;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => void this.#log.write(text));
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-maxComplaintLength);
    });
    try {
      await untilReady(child, this.plan.service, () => complaint);
    } catch (error) {
      await end(child, 0);
      throw error;
    }
    child.once('exit', (code, signal) => {
      if (this.#stopping || this.#child !== child) return;
      this.#failures = performance.now() - startedAtMs > soundAfterMs ? 0 : this.#failures + 1;
      this.#say(`${this.plan.service} ended (${signal ?? code}) and is started again.`);
      void this.#startAgain();
    });
    return child;
  }

  async #startAgain(): Promise<void> {
    while (!this.#stopping) {
      await sleep(Math.min(shortestPauseMs * 2 ** this.#failures, longestPauseMs), undefined, { ref: false });
      if (this.#stopping) return;
      try {
        this.#child = await this.#spawn(onceMore);
        this.#say(`${this.plan.service} runs again, ${this.pid}.`);
        // Told to stop while it started.
        if (this.#stopping) await end(this.#child);
        return;
      } catch (error) {
        this.#failures += 1;
        this.#say(error instanceof Error ? error.message : String(error));
      }
    }
  }
}

/** The first start has shown that it is the right one: from now on it may be away for a while. */
const onceMore = { MUSTER_REPLICA_MAY_BE_AWAY: 'true' };
const maxComplaintLength = 2_000;

const untilReady = async (child: ChildProcess, service: string, complaint: () => string): Promise<void> => {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), startDeadlineMs);
  const { signal } = deadline;
  try {
    const ready = once(child, 'message', { signal });
    const ended = once(child, 'exit', { signal }).then(([code, reason]) => {
      const said = complaint().trim().split('\n').at(-1) ?? '';
      const why = said === '' ? `see ${service}.log in the folder of logs.` : said;
      throw new Error(`${service} did not start (${reason ?? code}): ${why}`);
    });
    await Promise.race([ready, ended]);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`${service} was not ready after ${startDeadlineMs / 1000} s: see its log.`, { cause: error });
  } finally {
    clearTimeout(timer);
    // Whichever of the two has not happened is waited for no more.
    deadline.abort();
  }
};

/** SIGTERM, and SIGKILL for what has not ended after a while. */
const end = async (child: ChildProcess, withinMs = stopDeadlineMs): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  if (withinMs > 0) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  await gone.finally(() => clearTimeout(timer));
};
