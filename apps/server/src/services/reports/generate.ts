import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Lsn } from '../../platform/database/port.ts';
import type { RunningJob } from '../../platform/jobs/port.ts';
import type { Ports } from '../../platform/service.ts';
import { attendanceCsv } from './attendance-csv.ts';
import { type AttendanceLine, readAttendance, readMemberIds } from './attendance-store.ts';
import { markDone, markFailed, markProgress, readRun, type StoredRun } from './run-store.ts';

export const generateJob = 'reports.generate';

type GeneratePorts = Pick<Ports, 'database' | 'objects' | 'clock'>;
type GenerateJob = RunningJob<{ runId: string }>;

/** So many members are read at once: a month of theirs is a few thousand short lines. */
const membersAtOnce = 200;
/** The jobs port tries no more often than this. */
const lastAttempt = 5;

/**
 * Makes the file of a run. It may be repeated: the same run writes the same object, and a finished one stays as it is.
 * @throws whatever went wrong, so that it is tried again; after the last try the run says that it failed
 */
export const generateReport =
  (ports: GeneratePorts) =>
  async (job: GenerateJob): Promise<void> => {
    const { database, clock } = ports;
    const { orgId, payload } = job;
    const run = await database.inOrganization('reports', orgId, (tx) => readRun(tx, payload.runId));
    if (run === null || run.status === 'done' || run.status === 'failed') return;
    try {
      await makeArtifact(ports, job, run);
    } catch (error) {
      if (job.attempt >= lastAttempt) {
        const failure = 'The report could not be made. Please start it again; the log says what went wrong.';
        await database.inOrganization('reports', orgId, (tx) => markFailed(tx, run.runId, failure, clock.now()));
      }
      throw error;
    }
  };

const makeArtifact = async (ports: GeneratePorts, job: GenerateJob, run: StoredRun): Promise<void> => {
  const { database, objects, clock } = ports;
  const { orgId } = job;
  const object = await objects.put(`${orgId}/reports/${run.runId}.csv`, attendanceCsv(linesOf(ports, job, run)), {
    contentType: 'text/csv; charset=utf-8',
  });
  await database.inOrganization('reports', orgId, async (tx) => {
    await markDone(tx, run.runId, object, clock.now());
    await appendAudit(
      tx,
      {
        actor: { kind: 'system' },
        action: 'report.generated',
        object: { kind: 'report-run', id: run.runId },
        detail: { kind: run.kind, month: run.month, bytes: object.bytes, sha256: object.sha256 },
      },
      clock,
    );
  });
  await job.progress(1);
};

/**
 * Line by line, some members at a time; what was written is shown as progress. Whose days they are is asked of the
 * primary. The days may come from a replica, but all that had committed when the job began is in them.
 */
async function* linesOf(
  { database }: GeneratePorts,
  job: GenerateJob,
  { runId, month, requestedBy: userId, ties }: StoredRun,
): AsyncGenerator<AttendanceLine> {
  const { orgId } = job;
  let startedAt: Lsn | undefined;
  const memberIds = await database.inOrganization('reports', orgId, (tx) => readMemberIds(tx, { userId, ties }), {
    onCommitted: (at) => {
      startedAt = at;
    },
  });
  for (let start = 0; start < memberIds.length; start += membersAtOnce) {
    const some = memberIds.slice(start, start + membersAtOnce);
    await database.inOrganization('reports', orgId, (tx) => markProgress(tx, runId, start / memberIds.length));
    yield* await database.reading('reports', orgId, (tx) => readAttendance(tx, some, month), { writtenAt: startedAt });
    await job.progress(start / memberIds.length);
  }
}
