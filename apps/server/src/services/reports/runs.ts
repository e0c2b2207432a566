import type { ReportRun, reportRoutes } from '@muster/contracts';
import { buffer } from 'node:stream/consumers';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Reading, SignedInHandler, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Ports } from '../../platform/service.ts';
import { generateJob } from './generate.ts';
import { insertRun, readOwnRun, readOwnRuns, type StoredRun } from './run-store.ts';

type Routes = typeof reportRoutes;

/** Asks for a report; the job that makes it runs if, and only if, this commits. */
export const startReport =
  ({ jobs, clock }: Pick<Ports, 'jobs' | 'clock'>): Verb<Routes['startReport']> =>
  async (tx, { body: { kind, month } }, call) => {
    const { orgId, userId } = call.actor;
    const runId = uuidv7();
    await insertRun(tx, orgId, { runId, kind, month, requestedBy: userId, ties: call.ties, requestedAt: call.at });
    await jobs.enqueue(tx, orgId, { name: generateJob, payload: { runId } });
    await record(tx, call, clock, 'report.requested', { runId, kind, month });
    return shown(await ownRun(tx, call, runId));
  };

export const listReports: Reading<Routes['listReports']> = async (tx, _input, call) => ({
  items: (await readOwnRuns(tx, call.actor.userId)).map(shown),
});

export const readReport: Verb<Routes['readReport']> = async (tx, { params: { runId } }, call) =>
  shown(await ownRun(tx, call, runId));

/** The file of an own run that is done. That it was fetched is kept: from then on it is somewhere else, too. */
export const downloadReport =
  ({
    database,
    objects,
    clock,
  }: Pick<Ports, 'database' | 'objects' | 'clock'>): SignedInHandler<Routes['downloadReport']> =>
  async ({ params: { runId } }, call) => {
    const run = await database.inOrganization('reports', call.actor.orgId, (tx) => ownRun(tx, call, runId));
    const stored = run.objectKey === null ? null : await objects.get(run.objectKey);
    if (stored === null || run.artifact === null) throw problem('not-found', { detail: 'There is no file yet.' });
    // Not `text`, which would take the byte order mark away.
    const csv = (await buffer(stored.content)).toString('utf8');
    await database.inOrganization('reports', call.actor.orgId, (tx) =>
      record(tx, call, clock, 'report.downloaded', run),
    );
    call.reply.header('content-disposition', `attachment; filename="${run.artifact.fileName}"`);
    return csv;
  };

/** @throws Problem `not-found`, also for the runs of others. */
const ownRun = async (tx: Tx, call: Pick<Call, 'actor'>, runId: string): Promise<StoredRun> => {
  const run = await readOwnRun(tx, call.actor.userId, runId);
  if (run === null) throw problem('not-found');
  return run;
};

const record = (
  tx: Tx,
  { actor, requestId }: Call,
  clock: Ports['clock'],
  action: string,
  { runId, kind, month }: Pick<ReportRun, 'runId' | 'kind' | 'month'>,
): Promise<void> =>
  appendAudit(
    tx,
    {
      actor: { kind: 'user', userId: actor.userId, role: actor.role },
      action,
      object: { kind: 'report-run', id: runId },
      requestId,
      detail: { kind, month },
    },
    clock,
  );

const shown = ({ requestedBy: _by, ties: _ties, objectKey: _key, ...run }: StoredRun): ReportRun => run;
