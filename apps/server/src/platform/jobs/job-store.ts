import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';

/** A job as it was asked for. */
export interface AskedJob {
  readonly id: string;
  readonly orgId: string;
  readonly name: string;
  readonly payload: Record<string, unknown>;
}

export const insertJob = async (tx: Tx, { id, orgId, name, payload }: AskedJob): Promise<void> => {
  await sql`INSERT INTO platform.job (id, org_id, name, payload)
    VALUES (${id}, ${orgId}, ${name}, ${JSON.stringify(payload)}::jsonb) ON CONFLICT (id) DO NOTHING`.execute(tx);
};

export const hasEnded = async (tx: Tx, id: string): Promise<boolean> => {
  const { rows } = await sql`SELECT FROM platform.job WHERE id = ${id} AND state <> 'asked'`.execute(tx);
  return rows.length > 0;
};

/**
 * Writes down how a job ended. The row may not be there yet: the job can be done before the transaction commits that
 * put it into the queue; then the insert here waits for it.
 */
export const endJob = async (
  tx: Tx,
  { id, orgId, name, payload }: AskedJob,
  end: { readonly state: 'done' } | { readonly state: 'failed'; readonly reason: string },
): Promise<void> => {
  const reason = end.state === 'failed' ? end.reason : null;
  await sql`INSERT INTO platform.job (id, org_id, name, payload, state, ended_at, reason)
    VALUES (${id}, ${orgId}, ${name}, ${JSON.stringify(payload)}::jsonb, ${end.state}, now(), ${reason})
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, reason = excluded.reason
    WHERE platform.job.state <> 'done'`.execute(tx);
};

/** Jobs that have not ended and that nobody has looked for in the queue since; who takes them looks for them now. */
export const takeUnseenJobs = async (tx: Tx, unseenMs: number, limit: number): Promise<AskedJob[]> => {
  const { rows } = await sql<AskedJob>`UPDATE platform.job SET queued_at = now()
    WHERE id IN (
      SELECT id FROM platform.job WHERE state = 'asked' AND queued_at < now() - ${unseenMs} * interval '1 millisecond'
      ORDER BY queued_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, org_id AS "orgId", name, payload`.execute(tx);
  return rows;
};

export const forgetJobs = async (
  tx: Tx,
  keptDays: { readonly done: number; readonly failed: number },
): Promise<void> => {
  await sql`DELETE FROM platform.job
    WHERE ended_at < now() - CASE state WHEN 'done' THEN ${keptDays.done}::int ELSE ${keptDays.failed}::int END * interval '1 day'
  `.execute(tx);
};
