import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { Call } from './call.ts';
import { problem } from './problem.ts';

/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the key, a fingerprint of the request and the answer
 * are kept in the transaction of the write itself, so an answer is remembered if, and only if, its effect is there.
 */

export interface RememberedAnswer {
  readonly status: number;
  readonly body: unknown;
}

const keyPattern = /^[\x21-\x7e]{8,100}$/;

/** @throws Problem `idempotency-key-missing` unless the header holds 8 to 100 printable characters. */
export const idempotencyKeyOf = (header: unknown): string => {
  // The draft writes the key as a quoted string; most clients send it bare.
  const key = typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : '';
  if (!keyPattern.test(key)) throw problem('idempotency-key-missing');
  return key;
};

/** What makes two requests the same: the operation, its path and its body. */
export const fingerprintOf = (operation: string, url: string, body: unknown): Buffer =>
  createHash('sha256')
    .update(`${operation}\n${url}\n${JSON.stringify(body) ?? ''}`)
    .digest();

/**
 * The answer given to this key before, or null for a new key.
 * @throws Problem `still-running` while another transaction works on it, `idempotency-key-reused` for another request.
 */
export const recallAnswer = async (
  tx: Tx,
  call: Call,
  key: string,
  fingerprint: Buffer,
): Promise<RememberedAnswer | null> => {
  const { rows } = await sql<{ free: boolean; fingerprint: Buffer | null; status: number; body: unknown }>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`${call.actor.userId}/${key}`}, 0)) AS free,
           answered.fingerprint, answered.status, answered.body
    FROM (SELECT) AS always
    LEFT JOIN platform.idempotency AS answered ON answered.user_id = ${call.actor.userId} AND answered.key = ${key}`.execute(
    tx,
  );
  const row = rows[0];
  if (row === undefined || !row.free) throw problem('still-running', { retryAfterSeconds: 1 });
  if (row.fingerprint === null) return null;
  if (!row.fingerprint.equals(fingerprint)) throw problem('idempotency-key-reused');
  return { status: row.status, body: row.body };
};

/** @throws Problem `still-running` when a repeat of the same request has committed since `recallAnswer`. */
export const rememberAnswer = async (
  tx: Tx,
  call: Call,
  key: string,
  fingerprint: Buffer,
  answer: RememberedAnswer,
): Promise<void> => {
  const { rows } = await sql`
    INSERT INTO platform.idempotency (org_id, user_id, key, fingerprint, status, body, answered_at)
    VALUES (${call.actor.orgId}, ${call.actor.userId}, ${key}, ${fingerprint}, ${answer.status},
            ${JSON.stringify(answer.body ?? null)}::jsonb, ${call.at})
    ON CONFLICT DO NOTHING RETURNING 1`.execute(tx);
  if (rows.length === 0) throw problem('still-running', { retryAfterSeconds: 1 });
};

/** Forgets the answers given before an instant; `tx` acts as the gateway across organizations. */
export const forgetAnswers = async (tx: Tx, before: Date): Promise<void> => {
  await sql`DELETE FROM platform.idempotency WHERE answered_at < ${before}`.execute(tx);
};
