import { problem } from '../../../platform/http/problem.ts';
import type { CommitBatches } from './commit.ts';
import type { Batch, BatchOutcome } from './sort-fixes.ts';

export interface QueueLimits {
  /** Fixes that may wait, all organizations together. */
  readonly maxWaitingFixes: number;
  /** A commit takes no further batch once it holds this many fixes. */
  readonly maxFixesPerCommit: number;
  /** Commits at the same time, all organizations together: the others of the pool are for everybody else. */
  readonly maxCommits: number;
  readonly maxCommitsPerOrganization: number;
}

export const defaultQueueLimits: QueueLimits = {
  maxWaitingFixes: 20_000,
  maxFixesPerCommit: 1_000,
  maxCommits: 4,
  maxCommitsPerOrganization: 2,
};

interface Waiting {
  readonly batch: Batch;
  readonly resolve: (outcome: BatchOutcome) => void;
  readonly reject: (error: unknown) => void;
}

interface Line {
  readonly orgId: string;
  waiting: Waiting[];
  /** Those that are being committed included. */
  waitingFixes: number;
  commits: number;
  /** Whether it stands in the round already. */
  inRound: boolean;
}

/** Fuller than this, the queue is shared out among the organizations that stand in it, as requests in flight are. */
const fairFrom = 0.7;

/**
 * One bounded queue for each organization, and group commit: while a transaction runs, what arrives gathers for the
 * next one. Nothing ever waits for a timer, so a lone fix is committed at once, and under load one commit serves a
 * thousand. Organizations take turns.
 */
export class IngestQueue {
  readonly #commit: CommitBatches;
  readonly #limits: QueueLimits;
  readonly #lines = new Map<string, Line>();
  #round: Line[] = [];
  #commits = 0;
  #waitingFixes = 0;
  #idle: (() => void)[] = [];

  constructor(commit: CommitBatches, limits: QueueLimits = defaultQueueLimits) {
    this.#commit = commit;
    this.#limits = limits;
  }

  get waitingFixes(): number {
    return this.#waitingFixes;
  }

  /**
   * Resolves after the batch has been committed, never before: phones forget what is acknowledged.
   * @throws Problem `overloaded` when too much is waiting already, or `too-many-requests` when most of it is this
   * organization's; nothing of the batch was taken then.
   */
  submit(orgId: string, batch: Batch): Promise<BatchOutcome> {
    // An empty queue takes a batch of any size; the limit on bodies bounds it.
    if (this.#waitingFixes > 0 && this.#waitingFixes + batch.fixes.length > this.#limits.maxWaitingFixes) {
      return Promise.reject(problem('overloaded', { retryAfterSeconds: 2 }));
    }
    if (this.#isOverShare(orgId, batch)) return Promise.reject(problem('too-many-requests', { retryAfterSeconds: 2 }));
    return new Promise((resolve, reject) => {
      const line = this.#lineOf(orgId);
      line.waiting.push({ batch, resolve, reject });
      line.waitingFixes += batch.fixes.length;
      this.#waitingFixes += batch.fixes.length;
      this.#enterRound(line);
      this.#startCommits();
    });
  }

  /** Resolves when everything taken so far has been answered. */
  async drained(): Promise<void> {
    if (this.#lines.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Who has nothing in it yet is never over its share; who is alone in it has it all. */
  #isOverShare(orgId: string, { fixes }: Batch): boolean {
    const line = this.#lines.get(orgId);
    const { maxWaitingFixes } = this.#limits;
    if (line === undefined || this.#waitingFixes <= maxWaitingFixes * fairFrom) return false;
    return line.waitingFixes + fixes.length > maxWaitingFixes / this.#lines.size;
  }

  #lineOf(orgId: string): Line {
    let line = this.#lines.get(orgId);
    if (line === undefined) {
      line = { orgId, waiting: [], waitingFixes: 0, commits: 0, inRound: false };
      this.#lines.set(orgId, line);
    }
    return line;
  }

  #enterRound(line: Line): void {
    if (line.inRound || line.waiting.length === 0 || line.commits >= this.#limits.maxCommitsPerOrganization) return;
    line.inRound = true;
    this.#round.push(line);
  }

  #startCommits(): void {
    while (this.#commits < this.#limits.maxCommits) {
      const line = this.#round.shift();
      if (line === undefined) return;
      line.inRound = false;
      const taken = this.#take(line);
      line.commits += 1;
      this.#commits += 1;
      this.#enterRound(line);
      void this.#run(line, taken);
    }
  }

  #take(line: Line): Waiting[] {
    let fixes = 0;
    let count = 0;
    while (count < line.waiting.length && fixes < this.#limits.maxFixesPerCommit) {
      fixes += line.waiting[count]?.batch.fixes.length ?? 0;
      count += 1;
    }
    return line.waiting.splice(0, count);
  }

  async #run(line: Line, taken: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#commit(
        line.orgId,
        taken.map(({ batch }) => batch),
      );
      for (const [index, { resolve, reject }] of taken.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new Error('The commit gave no outcome for a batch'));
        else resolve(outcome);
      }
    } catch (error) {
      for (const { reject } of taken) reject(error);
    } finally {
      for (const { batch } of taken) {
        this.#waitingFixes -= batch.fixes.length;
        line.waitingFixes -= batch.fixes.length;
      }
      line.commits -= 1;
      this.#commits -= 1;
      this.#enterRound(line);
      if (line.commits === 0 && line.waiting.length === 0) this.#lines.delete(line.orgId);
      this.#startCommits();
      if (this.#lines.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}
