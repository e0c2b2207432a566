import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { FailedJob } from './port.ts';

/** A job as it was asked for. */
export interface AskedJob {
  readonly id: string;
  readonly orgId: string;
  readonly name: string;
  readonly payload: Record<string, unknown>;
  /** How often it was given up and asked for again. */
  readonly retries: number;
}

const askedColumns = sql`id, org_id AS "orgId", name, payload, retries`;

export const insertJob = async (tx: Tx, { id, orgId, name, payload }: Omit<AskedJob, 'retries'>): Promise<void> => {
  await sql`INSERT INTO platform.job (id, org_id, name, payload)
    VALUES (${id}, ${orgId}, ${name}, ${JSON.stringify(payload)}::jsonb) ON CONFLICT (id) DO NOTHING`.execute(tx);
};

/** Also when it was asked for again since. */
export const hasEnded = async (tx: Tx, { id, retries }: AskedJob): Promise<boolean> => {
  const { rows } = await sql`SELECT FROM platform.job
    WHERE id = ${id} AND (state <> 'asked' OR retries > ${retries})`.execute(tx);
  return rows.length > 0;
};

/**
 * Writes down how a job ended. The row may not be there yet: the job can be done before the transaction commits that
 * put it into the queue; then the insert here waits for it.
 */
export const endJob = async (
  tx: Tx,
  { id, orgId, name, payload, retries }: AskedJob,
  end: { readonly state: 'done' } | { readonly state: 'failed'; readonly reason: string },
): Promise<void> => {
  const reason = end.state === 'failed' ? end.reason : null;
  await sql`INSERT INTO platform.job (id, org_id, name, payload, retries, state, ended_at, reason)
    VALUES (${id}, ${orgId}, ${name}, ${JSON.stringify(payload)}::jsonb, ${retries}, ${end.state}, now(), ${reason})
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, reason = excluded.reason
    WHERE platform.job.state <> 'done' AND platform.job.retries = excluded.retries`.execute(tx);
};

/** Jobs that have not ended and that nobody has looked for in the queue since; who takes them looks for them now. */
export const takeUnseenJobs = async (tx: Tx, unseenMs: number, limit: number): Promise<AskedJob[]> => {
  const { rows } = await sql<AskedJob>`UPDATE platform.job SET queued_at = now()
    WHERE id IN (
      SELECT id FROM platform.job WHERE state = 'asked' AND queued_at < now() - ${unseenMs} * interval '1 millisecond'
      ORDER BY queued_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING ${askedColumns}`.execute(tx);
  return rows;
};

/** A job that has not ended. */
export const readOpenJob = async (tx: Tx, id: string): Promise<AskedJob | undefined> => {
  const query = sql<AskedJob>`SELECT ${askedColumns} FROM platform.job WHERE id = ${id} AND state = 'asked'`;
  return (await query.execute(tx)).rows[0];
};

type FailedRow = Omit<FailedJob, 'askedAt' | 'failedAt'> & { readonly askedAt: Date; readonly failedAt: Date };

const failedColumns = sql`id, org_id AS "orgId", name, coalesce(reason, '') AS reason, retries, asked_at AS "askedAt",
  ended_at AS "failedAt"`;

const asFailed = (row: FailedRow): FailedJob => ({
  ...row,
  askedAt: row.askedAt.toISOString(),
  failedAt: row.failedAt.toISOString(),
});

/** Newest first; of the transaction's organization, or of all when it has none. */
export const readFailedJobs = async (tx: Tx, limit: number): Promise<{ items: FailedJob[]; total: number }> => {
  const { rows } = await sql<FailedRow & { readonly total: number }>`SELECT ${failedColumns}, count(*) OVER () AS total
    FROM platform.job WHERE state = 'failed' ORDER BY ended_at DESC, id DESC LIMIT ${limit}`.execute(tx);
  return { items: rows.map(({ total: _, ...row }) => asFailed(row)), total: rows[0]?.total ?? 0 };
};

/** Opens a job again that was given up. @returns it as it was, or undefined when no such job has failed */
export const reopenJob = async (tx: Tx, id: string): Promise<FailedJob | undefined> => {
  const { rows } = await sql<FailedRow>`SELECT ${failedColumns} FROM platform.job
    WHERE id = ${id} AND state = 'failed' FOR UPDATE`.execute(tx);
  const [row] = rows;
  if (row === undefined) return undefined;
  await sql`UPDATE platform.job
    SET state = 'asked', ended_at = NULL, reason = NULL, queued_at = now(), retries = retries + 1
    WHERE id = ${id}`.execute(tx);
  return asFailed(row);
};

export const forgetJobs = async (
  tx: Tx,
  keptDays: { readonly done: number; readonly failed: number },
): Promise<void> => {
  await sql`DELETE FROM platform.job
    WHERE ended_at < now() - CASE state WHEN 'done' THEN ${keptDays.done}::int ELSE ${keptDays.failed}::int END * interval '1 day'
  `.execute(tx);
};
