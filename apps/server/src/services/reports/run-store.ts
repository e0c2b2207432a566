import type { ReportRun, Tie } from '@muster/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { StoredObject } from '../../platform/objects/port.ts';

/** A run with what only its job needs to know. */
export interface StoredRun extends ReportRun {
  readonly requestedBy: string;
  readonly ties: readonly Tie[];
  readonly objectKey: string | null;
}

export interface NewRun extends Pick<StoredRun, 'runId' | 'kind' | 'month' | 'requestedBy' | 'ties'> {
  readonly requestedAt: Date;
}

interface RunRow {
  id: string;
  kind: ReportRun['kind'];
  month: string;
  requested_by: string;
  ties: Tie[];
  requested_at: Date;
  status: ReportRun['status'];
  progress: number;
  finished_at: Date | null;
  failure: string | null;
  object_key: string | null;
  bytes: string | number | null;
  sha256: string | null;
}

/** More than this nobody looks through. */
const listedAtMost = 100;

export const insertRun = async (tx: Tx, orgId: string, run: NewRun): Promise<void> => {
  await sql`
    INSERT INTO reports.run (org_id, id, kind, month, requested_by, ties, requested_at)
    VALUES (${orgId}, ${run.runId}, ${run.kind}, ${`${run.month}-01`}, ${run.requestedBy}, ${[...run.ties]},
      ${run.requestedAt})`.execute(tx);
};

export const readRun = async (tx: Tx, runId: string): Promise<StoredRun | null> =>
  (await selectRuns(tx, sql`id = ${runId}`))[0] ?? null;

export const readOwnRun = async (tx: Tx, userId: string, runId: string): Promise<StoredRun | null> =>
  (await selectRuns(tx, sql`id = ${runId} AND requested_by = ${userId}`))[0] ?? null;

/** Newest first. */
export const readOwnRuns = (tx: Tx, userId: string): Promise<StoredRun[]> =>
  selectRuns(tx, sql`requested_by = ${userId}`);

export const markProgress = async (tx: Tx, runId: string, progress: number): Promise<void> => {
  await sql`
    UPDATE reports.run SET status = 'running', progress = ${progress}
    WHERE id = ${runId} AND status IN ('queued', 'running')`.execute(tx);
};

export const markDone = async (tx: Tx, runId: string, object: StoredObject, at: Date): Promise<void> => {
  await sql`
    UPDATE reports.run SET status = 'done', progress = 1, finished_at = ${at}, object_key = ${object.key},
      bytes = ${object.bytes}, sha256 = ${object.sha256}
    WHERE id = ${runId} AND status IN ('queued', 'running')`.execute(tx);
};

export const markFailed = async (tx: Tx, runId: string, failure: string, at: Date): Promise<void> => {
  await sql`
    UPDATE reports.run SET status = 'failed', failure = ${failure}, finished_at = ${at}
    WHERE id = ${runId} AND status IN ('queued', 'running')`.execute(tx);
};

const selectRuns = async (tx: Tx, condition: RawBuilder<unknown>): Promise<StoredRun[]> => {
  const { rows } = await sql<RunRow>`
    SELECT id, kind, to_char(month, 'YYYY-MM') AS month, requested_by, ties, requested_at, status, progress,
      finished_at, failure, object_key, bytes, sha256
    FROM reports.run WHERE ${condition} ORDER BY requested_at DESC, id DESC LIMIT ${listedAtMost}`.execute(tx);
  return rows.map(toRun);
};

const toRun = (row: RunRow): StoredRun => ({
  runId: row.id,
  kind: row.kind,
  month: row.month,
  status: row.status,
  progress: row.progress,
  requestedAt: row.requested_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
  artifact:
    row.bytes === null || row.sha256 === null
      ? null
      : { fileName: fileNameOf(row), bytes: Number(row.bytes), sha256: row.sha256 },
  failure: row.failure,
  requestedBy: row.requested_by,
  ties: row.ties,
  objectKey: row.object_key,
});

const fileNameOf = ({ month }: Pick<RunRow, 'month'>): string => `attendance-${month}.csv`;
