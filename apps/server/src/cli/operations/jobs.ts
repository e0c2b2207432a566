import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { FailedJob } from '../../platform/jobs/port.ts';
import type { Ports } from '../../platform/service.ts';
import { tableOf } from './table.ts';
import { chosenFrom, operator, withPorts } from './with-ports.ts';

export interface JobsOptions {
  /** `all`, or ids. Absent: only list them. */
  readonly retry?: readonly string[];
}

const most = 10_000;

/** Lists the jobs of all organizations that were given up, or asks for them again. */
export const jobs = (options: JobsOptions): Promise<void> =>
  withPorts(async (ports) => {
    const { items } = await ports.database.acrossOrganizations('gateway', (tx) => ports.jobs.failed(tx, most));
    if (items.length === 0) return console.log('No job was given up.');
    if (options.retry === undefined) return list(items);
    let retried = 0;
    for (const job of chosenFrom(items, options.retry, ({ id }) => id)) if (await retry(ports, job)) retried += 1;
    console.log(`${retried} of ${items.length} failed jobs will run again: at once, or when Muster is started.`);
  });

const list = (items: readonly FailedJob[]): void => {
  const rows = items.map(({ id, name, orgId, failedAt, retries, reason }) => [
    id,
    name,
    orgId,
    failedAt,
    String(retries),
    reason,
  ]);
  console.log(tableOf(['ID', 'JOB', 'ORGANIZATION', 'GIVEN UP', 'RETRIES', 'REASON'], rows));
};

const retry = ({ database, jobs: queue }: Ports, { id, orgId }: FailedJob): Promise<boolean> =>
  database.inOrganization('gateway', orgId, async (tx) => {
    const job = await queue.retry(tx, orgId, id);
    if (job === undefined) return false;
    await appendAudit(tx, {
      actor: operator,
      action: 'operations.job-retried',
      object: { kind: 'job', id },
      detail: { name: job.name, by: 'muster jobs' },
    });
    return true;
  });
