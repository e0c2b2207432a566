import type {
  FileReading,
  ImportChoices,
  ImportCounts,
  ImportProblem,
  ImportRun,
  ImportState,
} from '@muster/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import type { ImportedPerson } from '../rules/imported-person.ts';

/** Imports: how far each is, what its dry run has understood, and what is wrong with the file. */

export interface StoredImport extends ImportRun {
  readonly startedBy: string;
  readonly objectKey: string | null;
  /** Which request for a check or a run the state belongs to. */
  readonly requestId: string | null;
}

interface ImportRow extends Omit<StoredImport, 'startedAt' | 'finishedAt'> {
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** More than this nobody looks through. */
const listedAtMost = 50;

const select = async (tx: Tx, condition: RawBuilder<unknown>): Promise<StoredImport[]> => {
  const { rows } = await sql<ImportRow>`
    SELECT id AS "importId", started_by AS "startedBy", file_name AS "fileName", state, progress,
      started_at AS "startedAt", finished_at AS "finishedAt", object_key AS "objectKey", reading, choices, counts,
      failure, request_id AS "requestId"
    FROM users.import_run WHERE ${condition}`.execute(tx);
  return rows.map(({ startedAt, finishedAt, ...run }) => ({
    ...run,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  }));
};

export const readImportRun = async (tx: Tx, importId: string, { lock = false } = {}): Promise<StoredImport | null> =>
  (await select(tx, sql`id = ${importId} ${lock ? sql`FOR UPDATE` : sql``}`))[0] ?? null;

export const listOwnImports = (tx: Tx, userId: string): Promise<StoredImport[]> =>
  select(
    tx,
    sql`started_by = ${userId} AND state <> 'discarded' ORDER BY started_at DESC, id DESC LIMIT ${listedAtMost}`,
  );

export const insertImport = async (
  tx: Tx,
  orgId: string,
  run: { importId: string; startedBy: string; fileName: string; startedAt: Date },
): Promise<void> => {
  await sql`
    INSERT INTO users.import_run (org_id, id, started_by, file_name, started_at)
    VALUES (${orgId}, ${run.importId}, ${run.startedBy}, ${run.fileName}, ${run.startedAt})`.execute(tx);
};

/** From one step to the next, when a request or a job says so. */
export const advance = async (
  tx: Tx,
  importId: string,
  to: {
    readonly state: ImportState;
    readonly requestId?: string;
    readonly objectKey?: string;
    readonly reading?: FileReading;
    readonly choices?: ImportChoices;
    readonly counts?: ImportCounts | null;
  },
): Promise<void> => {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  await sql`
    UPDATE users.import_run SET state = ${to.state}, progress = 0,
      request_id = coalesce(${to.requestId ?? null}, request_id),
      object_key = coalesce(${to.objectKey ?? null}, object_key),
      reading = coalesce(${json(to.reading)}::jsonb, reading),
      choices = coalesce(${json(to.choices)}::jsonb, choices),
      counts = CASE WHEN ${to.counts === undefined} THEN counts ELSE ${json(to.counts ?? undefined)}::jsonb END
    WHERE id = ${importId}`.execute(tx);
};

/** The end, whatever it is; the file and what was understood of it are of no use any more. */
export const finish = async (
  tx: Tx,
  importId: string,
  end: { state: 'done' | 'failed' | 'discarded'; failure?: string; counts?: ImportCounts; at: Date },
): Promise<void> => {
  const counts = end.counts === undefined ? null : JSON.stringify(end.counts);
  await sql`
    UPDATE users.import_run SET state = ${end.state}, failure = ${end.failure ?? null}, finished_at = ${end.at},
      object_key = NULL, progress = ${end.state === 'done' ? 1 : 0}, counts = coalesce(${counts}::jsonb, counts),
      reading = reading || '{"sample": []}'
    WHERE id = ${importId}`.execute(tx);
  await sql`DELETE FROM users.import_row WHERE run_id = ${importId}`.execute(tx);
  if (end.state !== 'failed') await sql`DELETE FROM users.import_problem WHERE run_id = ${importId}`.execute(tx);
};

/** Seen by everybody while the work goes on: not in the transaction of the work. */
export const showProgress = async (tx: Tx, importId: string, requestId: string, progress: number): Promise<void> => {
  await sql`
    UPDATE users.import_run SET progress = ${progress}
    WHERE id = ${importId} AND request_id = ${requestId}`.execute(tx);
};

export const replaceRows = async (
  tx: Tx,
  orgId: string,
  importId: string,
  people: readonly ImportedPerson[],
  problems: readonly ImportProblem[],
): Promise<void> => {
  await sql`DELETE FROM users.import_row WHERE run_id = ${importId}`.execute(tx);
  await sql`DELETE FROM users.import_problem WHERE run_id = ${importId}`.execute(tx);
  await sql`
    INSERT INTO users.import_row (org_id, run_id, row, person)
    SELECT ${orgId}, ${importId}, row, person::jsonb
    FROM unnest(${people.map(({ row }) => row)}::int[], ${people.map((person) => JSON.stringify(person))}::text[])
      AS line (row, person)`.execute(tx);
  await sql`
    INSERT INTO users.import_problem (org_id, run_id, position, row, column_name, sentence)
    SELECT ${orgId}, ${importId}, position, row, column_name, sentence
    FROM unnest(${problems.map(({ row }) => row)}::int[], ${problems.map(({ column }) => column)}::text[],
      ${problems.map(({ sentence }) => sentence)}::text[])
      WITH ORDINALITY AS problem (row, column_name, sentence, position)`.execute(tx);
};

export const readRows = async (tx: Tx, importId: string): Promise<ImportedPerson[]> => {
  const { rows } = await sql<{ person: ImportedPerson }>`
    SELECT person FROM users.import_row WHERE run_id = ${importId} ORDER BY row`.execute(tx);
  return rows.map(({ person }) => person);
};

/** After a place, in the order of the file. */
export const listProblems = async (
  tx: Tx,
  importId: string,
  after: number,
  limit: number,
): Promise<(ImportProblem & { position: number })[]> => {
  const { rows } = await sql<ImportProblem & { position: number }>`
    SELECT position, row, column_name AS "column", sentence FROM users.import_problem
    WHERE run_id = ${importId} AND position > ${after} ORDER BY position LIMIT ${limit}`.execute(tx);
  return rows;
};

/** Imports that nobody came back to. */
export const forgetImports = async (tx: Tx, before: Date): Promise<string[]> => {
  const { rows } = await sql<{ objectKey: string | null }>`
    WITH old AS (SELECT org_id, id, object_key FROM users.import_run WHERE started_at < ${before} FOR UPDATE SKIP LOCKED)
    DELETE FROM users.import_run run USING old WHERE run.org_id = old.org_id AND run.id = old.id
    RETURNING old.object_key AS "objectKey"`.execute(tx);
  return rows.map(({ objectKey }) => objectKey).filter((key) => key !== null);
};

/** Of all there are; run it across organizations. */
export const listOrganizations = async (tx: Tx): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`SELECT id FROM users.organization`.execute(tx);
  return rows.map(({ id }) => id);
};
