import { describe, expect, it } from 'vitest';
import { Problem } from '../../../platform/http/problem.ts';
import { fixAt } from '../testing/fix.ts';
import type { CommitBatches } from './commit.ts';
import { defaultQueueLimits, IngestQueue } from './queue.ts';
import type { Batch } from './sort-fixes.ts';

const batchOf = (fixes: number, memberId = 'm'): Batch => ({
  memberId,
  deviceId: 'd',
  fixes: Array.from({ length: fixes }, (_, index) => fixAt(index, { latitude: 1, longitude: 1 })),
});

/** A commit that waits until it is let go, and remembers what it was given. */
function heldCommits() {
  const commits: { orgId: string; batches: readonly Batch[]; succeed: () => void; fail: (error: Error) => void }[] = [];
  const commit: CommitBatches = (orgId, batches) =>
    new Promise((resolve, reject) => {
      const outcomes = batches.map(({ fixes }) => ({ stored: fixes.length, dropped: 0, tracking: true }));
      commits.push({ orgId, batches, succeed: () => resolve(outcomes), fail: reject });
    });
  return { commits, commit };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the ingest queue', () => {
  it('commits a lone batch at once, and answers only after the commit', async () => {
    const { commits, commit } = heldCommits();
    const queue = new IngestQueue(commit);
    let answered = false;
    const outcome = queue.submit('a', batchOf(3)).then((value) => {
      answered = true;
      return value;
    });
    await turn();
    expect(commits).toHaveLength(1);
    expect(answered).toBe(false);
    commits[0]!.succeed();
    expect(await outcome).toEqual({ stored: 3, dropped: 0, tracking: true });
    expect(queue.waitingFixes).toBe(0);
  });

  it('gathers what arrives during commits into the next one, up to its size', async () => {
    const { commits, commit } = heldCommits();
    const queue = new IngestQueue(commit, {
      ...defaultQueueLimits,
      maxCommitsPerOrganization: 1,
      maxFixesPerCommit: 10,
    });
    const answers = Array.from({ length: 6 }, () => queue.submit('a', batchOf(4)));
    expect(commits.map(({ batches }) => batches.length)).toEqual([1]);
    for (let index = 0; index < 3; index += 1) {
      commits[index]!.succeed();
      await turn();
    }
    await Promise.all(answers);
    expect(commits.map(({ batches }) => batches.length)).toEqual([1, 3, 2]);
  });

  it('takes turns between organizations, and leaves connections to others', async () => {
    const { commits, commit } = heldCommits();
    const queue = new IngestQueue(commit, { ...defaultQueueLimits, maxCommits: 2, maxCommitsPerOrganization: 1 });
    for (const orgId of ['a', 'a', 'a', 'b', 'c']) void queue.submit(orgId, batchOf(1));
    expect(commits.map(({ orgId }) => orgId)).toEqual(['a', 'b']);
    commits[0]!.succeed();
    await turn();
    expect(commits.map(({ orgId }) => orgId)).toEqual(['a', 'b', 'c']);
    commits[1]!.succeed();
    await turn();
    expect(commits.map(({ orgId, batches }) => `${orgId}${batches.length}`)).toEqual(['a1', 'b1', 'c1', 'a2']);
    for (const { succeed } of commits) succeed();
    await queue.drained();
  });

  it('lets one organization fill it alone, and no more than its share with another', async () => {
    const { commits, commit } = heldCommits();
    const queue = new IngestQueue(commit, { ...defaultQueueLimits, maxWaitingFixes: 10, maxCommits: 1 });
    const codeOf = (refused: unknown) => (refused instanceof Problem ? refused.code : refused);
    const taken = ['a', 'a'].map((orgId) => queue.submit(orgId, batchOf(4)));
    taken.push(queue.submit('a', batchOf(1)), queue.submit('b', batchOf(1)));
    const full = await queue.submit('a', batchOf(1)).catch(codeOf);
    expect(full).toBe('overloaded');
    commits[0]!.succeed();
    await turn();
    taken.push(queue.submit('b', batchOf(3)));
    expect(await queue.submit('a', batchOf(1)).catch(codeOf)).toBe('too-many-requests');
    for (let index = 1; index < 4; index += 1) {
      await turn();
      commits[index]?.succeed();
    }
    await Promise.all(taken);
    expect(queue.waitingFixes).toBe(0);
  });

  it('refuses what is too much, and takes again afterwards', async () => {
    const { commits, commit } = heldCommits();
    const queue = new IngestQueue(commit, { ...defaultQueueLimits, maxWaitingFixes: 10 });
    const first = queue.submit('a', batchOf(8));
    const refused = await queue.submit('b', batchOf(3)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ code: 'overloaded', details: { retryAfterSeconds: 2 } });
    commits[0]!.succeed();
    await first;
    const second = queue.submit('b', batchOf(3));
    commits[1]!.succeed();
    expect(await second).toMatchObject({ stored: 3 });
  });

  it('fails every batch of a commit that failed, and goes on', async () => {
    const { commits, commit } = heldCommits();
    const queue = new IngestQueue(commit, { ...defaultQueueLimits, maxCommitsPerOrganization: 1 });
    const lost = queue.submit('a', batchOf(1));
    const next = queue.submit('a', batchOf(2));
    commits[0]!.fail(new Error('the database is away'));
    await expect(lost).rejects.toThrow('away');
    commits[1]!.succeed();
    expect(await next).toMatchObject({ stored: 2 });
    await queue.drained();
  });
});
