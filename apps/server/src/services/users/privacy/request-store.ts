import type { DataRequest, ServiceName } from '@muster/contracts';
import { servicesWithPersonalData } from '@muster/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import type { PartFile } from '../../../platform/personal-data/write-part.ts';

export interface StoredRequest extends Omit<DataRequest, 'mayDownload'> {
  readonly requestedById: string;
  readonly objectKey: string | null;
}

export interface NewRequest {
  readonly requestId: string;
  readonly kind: DataRequest['kind'];
  readonly subjectId: string;
  readonly requestedBy: string;
  readonly ground: DataRequest['ground'];
  readonly at: Date;
}

/** @returns false when one of this kind is running for the person already */
export const insertRequest = async (tx: Tx, orgId: string, request: NewRequest): Promise<boolean> => {
  const { rows } = await sql`
    INSERT INTO users.data_request (org_id, id, kind, subject_id, requested_by, requested_at, ground)
    VALUES (${orgId}, ${request.requestId}, ${request.kind}, ${request.subjectId}, ${request.requestedBy}, ${request.at},
      ${request.ground})
    ON CONFLICT (org_id, subject_id, kind) WHERE state = 'running' DO NOTHING RETURNING 1`.execute(tx);
  return rows.length > 0;
};

const listedAtMost = 100;

const selectRequests = async (tx: Tx, condition: RawBuilder<unknown>): Promise<StoredRequest[]> => {
  interface Row extends Omit<StoredRequest, 'requestedAt' | 'finishedAt' | 'expiresAt' | 'progress' | 'bytes'> {
    readonly requestedAt: Date;
    readonly finishedAt: Date | null;
    readonly expiresAt: Date | null;
    readonly bytes: string | number | null;
    readonly parts: number;
  }
  const { rows } = await sql<Row>`
    SELECT request.id AS "requestId", request.kind, request.subject_id AS "subjectId",
      subject.display_name AS "subjectName", requester.display_name AS "requestedBy",
      request.requested_by AS "requestedById", request.requested_at AS "requestedAt", request.ground, request.state,
      request.finished_at AS "finishedAt", request.object_key AS "objectKey", request.bytes,
      request.expires_at AS "expiresAt",
      (SELECT count(*)::int FROM users.data_request_part part
       WHERE part.org_id = request.org_id AND part.request_id = request.id) AS parts
    FROM users.data_request request
    JOIN users.account subject ON subject.org_id = request.org_id AND subject.id = request.subject_id
    LEFT JOIN users.account requester ON requester.org_id = request.org_id AND requester.id = request.requested_by
    WHERE ${condition} ORDER BY request.requested_at DESC, request.id DESC LIMIT ${listedAtMost}`.execute(tx);
  return rows.map(({ parts, ...row }) => ({
    ...row,
    requestedAt: row.requestedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    bytes: row.bytes === null ? null : Number(row.bytes),
    // The last step, putting it together, is one of them.
    progress: row.state === 'running' ? parts / (servicesWithPersonalData.length + 1) : 1,
  }));
};

export const readRequest = async (tx: Tx, requestId: string): Promise<StoredRequest | null> =>
  (await selectRequests(tx, sql`request.id = ${requestId}`))[0] ?? null;

export const readRunning = async (
  tx: Tx,
  kind: DataRequest['kind'],
  subjectId: string,
): Promise<StoredRequest | null> =>
  (
    await selectRequests(
      tx,
      sql`request.kind = ${kind} AND request.subject_id = ${subjectId} AND request.state = 'running'`,
    )
  )[0] ?? null;

export const readRequests = (tx: Tx): Promise<StoredRequest[]> => selectRequests(tx, sql`true`);

export const readRequestsAbout = (tx: Tx, subjectId: string): Promise<StoredRequest[]> =>
  selectRequests(tx, sql`request.subject_id = ${subjectId}`);

/** Notes what a service has done. @returns the services that have answered so far; none: there is no such request */
export const insertPart = async (
  tx: Tx,
  orgId: string,
  requestId: string,
  service: ServiceName,
  files: readonly PartFile[],
): Promise<ServiceName[]> => {
  // One after the other, so that the last one sees that it is the last.
  const { rows } = await sql`
    SELECT FROM users.data_request WHERE id = ${requestId} AND state = 'running' FOR UPDATE`.execute(tx);
  if (rows.length === 0) return [];
  await sql`
    INSERT INTO users.data_request_part (org_id, request_id, service, files)
    VALUES (${orgId}, ${requestId}, ${service}, ${JSON.stringify(files)}::jsonb) ON CONFLICT DO NOTHING`.execute(tx);
  const parts = await sql<{ service: ServiceName }>`
    SELECT service FROM users.data_request_part WHERE request_id = ${requestId}`.execute(tx);
  return parts.rows.map((part) => part.service);
};

export const readPartFiles = async (tx: Tx, requestId: string): Promise<PartFile[]> => {
  const { rows } = await sql<{ files: PartFile[] }>`
    SELECT files FROM users.data_request_part WHERE request_id = ${requestId} ORDER BY service`.execute(tx);
  return rows.flatMap(({ files }) => files);
};

export const finishRequest = async (
  tx: Tx,
  requestId: string,
  end: { state: 'done' | 'failed'; at: Date; objectKey?: string; bytes?: number; expiresAt?: Date },
): Promise<void> => {
  await sql`
    UPDATE users.data_request
    SET state = ${end.state}, finished_at = ${end.at}, object_key = ${end.objectKey ?? null}, bytes = ${end.bytes ?? null},
      expires_at = ${end.expiresAt ?? null}
    WHERE id = ${requestId} AND state = 'running'`.execute(tx);
};
