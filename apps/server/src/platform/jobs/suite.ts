import { UnrecoverableError } from 'bullmq';
import { expect, it, vi } from 'vitest';
import type { Database, Tx } from '../database/port.ts';
import type { EventBus } from '../events/port.ts';
import { uuidv7 } from '../ids.ts';
import type { Jobs, RunningJob } from './port.ts';

export interface JobsProcess {
  readonly events: EventBus;
  readonly jobs: Jobs;
}

export interface JobsUnderTest extends JobsProcess {
  readonly database: Database;
  /** One more process on the same queue. */
  readonly another: () => JobsProcess;
}

const patience = { timeout: 15_000, interval: 20 };

const eventually = async (condition: () => boolean, what: string): Promise<void> => {
  for (let round = 0; round < 1_000 && !condition(); round += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition(), what).toBe(true);
};

/** How every job queue behaves; each adapter's test calls this. */
export const jobsSuite = (withJobs: (test: (given: JobsUnderTest) => Promise<void>) => Promise<void>): void => {
  const orgId = uuidv7();

  it('runs what a committed transaction asked for, with its payload, and nothing that was rolled back', () =>
    withJobs(async ({ database, events, jobs }) => {
      const ran: RunningJob[] = [];
      jobs.handle('reports.generate', async (job) => {
        ran.push(job);
      });
      await jobs.start();
      await events.start();
      const ask = (month: string, fail: boolean) =>
        database.inOrganization('reports', orgId, async (tx) => {
          await jobs.enqueue(tx, orgId, { name: 'reports.generate', payload: { month } });
          if (fail) throw new Error('rolled back');
        });
      await expect(ask('2026-10', true)).rejects.toThrow('rolled back');
      await ask('2026-11', false);
      await eventually(() => ran.length > 0, 'the job ran');
      expect(ran.map(({ orgId: org, payload, attempt }) => ({ org, payload, attempt }))).toEqual([
        { org: orgId, payload: { month: '2026-11' }, attempt: 1 },
      ]);
    }));

  it('tries again when a handler fails', () =>
    withJobs(async ({ database, events, jobs }) => {
      const attempts: number[] = [];
      jobs.handle('reports.flaky', async ({ attempt }) => {
        attempts.push(attempt);
        if (attempt === 1) throw new Error('not this time');
      });
      await jobs.start();
      await events.start();
      await database.inOrganization('reports', orgId, (tx) =>
        jobs.enqueue(tx, orgId, { name: 'reports.flaky', payload: {} }),
      );
      await eventually(() => attempts.length === 2, 'the second try');
      expect(attempts).toEqual([1, 2]);
    }));

  it('runs a job again that was given up, under its id, when its organization asks for it', () =>
    withJobs(async ({ database, events, jobs }) => {
      const attempts: string[] = [];
      let isBroken = true;
      jobs.handle('reports.broken', async ({ id, attempt, payload }) => {
        attempts.push(`${id} ${attempt} ${String(payload['month'])}`);
        if (isBroken) throw new UnrecoverableError('no paper');
      });
      await jobs.start();
      await events.start();
      const inOrganization = <T>(org: string, work: (tx: Tx) => Promise<T>) =>
        database.inOrganization('gateway', org, work);
      const failed = (org = orgId) => inOrganization(org, (tx) => jobs.failed(tx, 10));
      const retry = (id: string, org = orgId) => inOrganization(org, (tx) => jobs.retry(tx, org, id));
      const failedWithin = async (retries: number) =>
        vi.waitFor(async () => expect((await failed()).items).toMatchObject([{ retries }]), patience);

      await inOrganization(orgId, (tx) =>
        jobs.enqueue(tx, orgId, { name: 'reports.broken', payload: { month: '2026-11' } }),
      );
      await failedWithin(0);
      const [job] = (await failed()).items;
      const id = job?.id ?? '';
      expect(job).toMatchObject({ orgId, name: 'reports.broken', reason: 'no paper' });
      expect(attempts).toHaveLength(1);

      const foreign = uuidv7();
      expect(await failed(foreign)).toEqual({ items: [], total: 0 });
      expect(await retry(id, foreign)).toBeUndefined();
      await expect(
        inOrganization(orgId, async (tx) => {
          await jobs.retry(tx, orgId, id);
          throw new Error('rolled back');
        }),
      ).rejects.toThrow('rolled back');
      expect(await failed()).toMatchObject({ total: 1 });

      expect(await retry(id)).toMatchObject({ id, retries: 0, reason: 'no paper' });
      await failedWithin(1);
      isBroken = false;
      expect(await retry(id)).toMatchObject({ id, retries: 1 });
      expect(await retry(id)).toBeUndefined();
      await eventually(() => attempts.length === 3, 'the third round');
      expect(new Set(attempts)).toEqual(new Set([`${id} 1 2026-11`]));
      expect(await failed()).toEqual({ items: [], total: 0 });
      // Nothing of it is counted as failed any more, and the keeper finds nothing to do.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      expect(attempts).toHaveLength(3);
      const counts = { active: 0, failed: 0, later: 0, waiting: 0 };
      expect(await jobs.depth()).toEqual([{ name: 'reports', ...counts }]);
      expect(await jobs.depth(['fraud', 'reports'])).toMatchObject([{ name: 'fraud', ...counts }, { name: 'reports' }]);
    }));

  it('leaves nothing of what was given up in the queue, also when the keeper is faster than the event', () =>
    withJobs(async ({ database, events, jobs }) => {
      const attempts: number[] = [];
      jobs.handle('reports.broken', async () => {
        attempts.push(attempts.length);
        if (attempts.length === 1) throw new UnrecoverableError('no paper');
      });
      await jobs.start();
      await events.start();
      const inOrganization = <T>(work: (tx: Tx) => Promise<T>) => database.inOrganization('gateway', orgId, work);
      const failed = () => inOrganization((tx) => jobs.failed(tx, 10));
      await inOrganization((tx) => jobs.enqueue(tx, orgId, { name: 'reports.broken', payload: {} }));
      await vi.waitFor(async () => expect(await failed()).toMatchObject({ total: 1 }), patience);
      const [job] = (await failed()).items;
      await events.stop();
      await inOrganization((tx) => jobs.retry(tx, orgId, job?.id ?? ''));
      await eventually(() => attempts.length === 2, 'the keeper puts it into the queue again');
      await vi.waitFor(
        async () =>
          expect(await jobs.depth()).toEqual([{ name: 'reports', active: 0, failed: 0, later: 0, waiting: 0 }]),
        patience,
      );
    }));

  it('repeats what is scheduled', () =>
    withJobs(async ({ events, jobs }) => {
      let rounds = 0;
      jobs.every('reports.tick', 200, async () => {
        rounds += 1;
      });
      await jobs.start();
      await events.start();
      await eventually(() => rounds >= 2, 'two rounds');
    }));

  it('runs a job in one process of its service, and a round of a schedule in one of all', () =>
    withJobs(async ({ database, events, jobs, another }) => {
      const other = another();
      const ran: string[] = [];
      const rounds: number[] = [];
      for (const each of [jobs, other.jobs]) {
        each.handle('reports.generate', async ({ id }) => {
          ran.push(id);
        });
        each.every('reports.tick', 300, async () => {
          rounds.push(performance.now());
        });
      }
      await Promise.all([jobs.start(), other.jobs.start(), events.start(), other.events.start()]);
      await database.inOrganization('reports', orgId, async (tx) => {
        for (let job = 0; job < 10; job += 1) await jobs.enqueue(tx, orgId, { name: 'reports.generate', payload: {} });
        // Waits for a process that works for fraud.
        await jobs.enqueue(tx, orgId, { name: 'fraud.look', payload: {} });
      });
      await eventually(() => ran.length >= 10 && rounds.length >= 8, 'ten jobs and eight rounds');
      expect(new Set(ran).size).toBe(10);
      expect(ran).toHaveLength(10);
      // Two schedules side by side would make twice as many; that each start makes one at once is fine.
      const tookMs = (rounds.at(-1) ?? 0) - (rounds[0] ?? 0);
      expect(rounds.length).toBeLessThanOrEqual(tookMs / 300 + 4);
    }));

  it('lets a running handler finish before it stops', () =>
    withJobs(async ({ database, events, jobs }) => {
      let begun = false;
      let finished = false;
      jobs.handle('reports.slow', async () => {
        begun = true;
        await new Promise((resolve) => setTimeout(resolve, 300));
        finished = true;
      });
      await jobs.start();
      await events.start();
      await database.inOrganization('reports', orgId, (tx) =>
        jobs.enqueue(tx, orgId, { name: 'reports.slow', payload: {} }),
      );
      await eventually(() => begun, 'the job began');
      await jobs.stop();
      expect(finished).toBe(true);
    }));
};
