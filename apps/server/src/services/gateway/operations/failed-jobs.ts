import type { operationsRoutes } from '@muster/contracts';
import { appendAudit } from '../../../platform/audit-trail/append.ts';
import type { Verb } from '../../../platform/http/call.ts';
import type { Jobs } from '../../../platform/jobs/port.ts';
import { reasonWithoutValues } from '../rules/reason.ts';

interface Deps {
  readonly jobs: Pick<Jobs, 'failed' | 'retry'>;
}

export const listFailedJobs =
  ({ jobs }: Deps): Verb<typeof operationsRoutes.listFailedJobs> =>
  async (tx, { query }) => {
    const { items, total } = await jobs.failed(tx, query.limit);
    return {
      items: items.map(({ id: jobId, orgId: _, reason, ...job }) => ({
        jobId,
        ...job,
        reason: reasonWithoutValues(reason),
      })),
      total,
    };
  };

export const retryFailedJob =
  ({ jobs }: Deps): Verb<typeof operationsRoutes.retryFailedJob> =>
  async (tx, { params }, { actor, requestId }) => {
    const job = await jobs.retry(tx, actor.orgId, params.jobId);
    if (job === undefined) return { retried: false };
    await appendAudit(tx, {
      actor: { kind: 'user', userId: actor.userId, role: actor.role },
      action: 'operations.job-retried',
      object: { kind: 'job', id: job.id },
      requestId,
      detail: { name: job.name, reason: reasonWithoutValues(job.reason) },
    });
    return { retried: true };
  };
