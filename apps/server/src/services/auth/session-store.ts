import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { refreshLifetimeMs } from './rules/lifetimes.ts';

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly role: string;
  readonly familySecret: Buffer | null;
  readonly endsBy: Date;
  readonly endedAt: Date | null;
}

export interface RefreshTokenRow {
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  readonly successorUsed: boolean;
  /** Of the token it was exchanged for. */
  readonly successorExpiresAt: Date | null;
}

export const insertSession = async (
  tx: Tx,
  session: {
    orgId: string;
    id: string;
    userId: string;
    deviceId: string;
    role: string;
    method: string;
    country: string | null;
    familySecret: Buffer;
    startedAt: Date;
    endsBy: Date;
  },
): Promise<void> => {
  await sql`
    INSERT INTO auth.session (org_id, id, user_id, device_id, role, method, country, family_secret, started_at,
      last_used_at, proved_at, ends_by)
    VALUES (${session.orgId}, ${session.id}, ${session.userId}, ${session.deviceId}, ${session.role}, ${session.method},
      ${session.country}, ${session.familySecret}, ${session.startedAt}, ${session.startedAt}, ${session.startedAt},
      ${session.endsBy})`.execute(tx);
};

/** Where the user signed in lately, the newest first. */
export const readHistory = async (tx: Tx, userId: string): Promise<{ country: string | null; startedAt: Date }[]> => {
  const { rows } = await sql<{ country: string | null; startedAt: Date }>`
    SELECT country, started_at AS "startedAt" FROM auth.session
    WHERE user_id = ${userId} ORDER BY started_at DESC LIMIT 100`.execute(tx);
  return rows;
};

export interface OpenSessionRow {
  readonly id: string;
  readonly deviceName: string | null;
  readonly method: string;
  readonly country: string | null;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
}

/** As their user looks at them, the one used last first; none that has run out. */
export const describeOpenSessions = async (tx: Tx, userId: string, at: Date): Promise<OpenSessionRow[]> => {
  const unusedSince = new Date(at.getTime() - refreshLifetimeMs);
  const { rows } = await sql<OpenSessionRow>`
    SELECT session.id, coalesce(device.given_name, device.name) AS "deviceName", session.method, session.country, session.started_at AS "startedAt",
      coalesce(session.last_used_at, session.started_at) AS "lastUsedAt"
    FROM auth.session
    LEFT JOIN auth.device USING (org_id, user_id, device_id)
    WHERE session.user_id = ${userId} AND session.ended_at IS NULL AND session.ends_by > ${at}
      AND coalesce(session.last_used_at, session.started_at) > ${unusedSince}
    ORDER BY 6 DESC, session.id DESC`.execute(tx);
  return rows;
};

/** Its user has just shown that it is them. */
export const markProved = async (tx: Tx, sessionId: string, at: Date): Promise<void> => {
  await sql`UPDATE auth.session SET proved_at = ${at} WHERE id = ${sessionId}`.execute(tx);
};

export const markSessionUsed = async (tx: Tx, sessionId: string, at: Date): Promise<void> => {
  await sql`UPDATE auth.session SET last_used_at = ${at} WHERE id = ${sessionId}`.execute(tx);
};

/** Locks the session: of parallel refreshes of one family, one goes first and the others see what it did. */
export const lockSession = async (tx: Tx, sessionId: string): Promise<SessionRow | null> => {
  const { rows } = await sql<SessionRow>`
    SELECT id, user_id AS "userId", device_id AS "deviceId", role, family_secret AS "familySecret",
      ends_by AS "endsBy", ended_at AS "endedAt"
    FROM auth.session WHERE id = ${sessionId} FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
};

/** Ends what has not ended yet and forgets the secrets; returns what it ended. */
export const closeSessions = async (
  tx: Tx,
  sessionIds: readonly string[],
  cause: string,
  at: Date,
): Promise<{ sessionId: string; userId: string }[]> => {
  const { rows } = await sql<{ sessionId: string; userId: string }>`
    UPDATE auth.session SET ended_at = ${at}, end_cause = ${cause}, family_secret = NULL
    WHERE id = ANY(${[...sessionIds]}::uuid[]) AND ended_at IS NULL
    RETURNING id AS "sessionId", user_id AS "userId"`.execute(tx);
  return rows;
};

/** Open sessions of a user, the newest first. */
export const listOpenSessions = async (tx: Tx, userId: string): Promise<{ id: string; role: string }[]> => {
  const { rows } = await sql<{ id: string; role: string }>`
    SELECT id, role FROM auth.session
    WHERE user_id = ${userId} AND ended_at IS NULL ORDER BY started_at DESC, id DESC`.execute(tx);
  return rows;
};

export const insertRefreshToken = async (
  tx: Tx,
  token: {
    orgId: string;
    hash: Buffer;
    sessionId: string;
    parentHash: Buffer | null;
    issuedAt: Date;
    expiresAt: Date;
  },
): Promise<void> => {
  await sql`
    INSERT INTO auth.refresh_token (org_id, token_hash, session_id, parent_hash, issued_at, expires_at)
    VALUES (${token.orgId}, ${token.hash}, ${token.sessionId}, ${token.parentHash}, ${token.issuedAt},
      ${token.expiresAt})`.execute(tx);
};

/** Null when the session has no such token. */
export const readRefreshToken = async (tx: Tx, sessionId: string, hash: Buffer): Promise<RefreshTokenRow | null> => {
  const { rows } = await sql<RefreshTokenRow>`
    SELECT token.expires_at AS "expiresAt", token.used_at AS "usedAt",
      successor.used_at IS NOT NULL AS "successorUsed", successor.expires_at AS "successorExpiresAt"
    FROM auth.refresh_token token
    LEFT JOIN auth.refresh_token successor
      ON successor.org_id = token.org_id AND successor.parent_hash = token.token_hash
    WHERE token.token_hash = ${hash} AND token.session_id = ${sessionId}`.execute(tx);
  return rows[0] ?? null;
};

export const markUsed = async (tx: Tx, hash: Buffer, at: Date): Promise<void> => {
  await sql`UPDATE auth.refresh_token SET used_at = ${at} WHERE token_hash = ${hash}`.execute(tx);
};

/** Tokens that were used before `before` are refused from then on like any unknown text. */
export const removeUsedTokens = async (tx: Tx, sessionId: string, before: Date): Promise<void> => {
  await sql`DELETE FROM auth.refresh_token WHERE session_id = ${sessionId} AND used_at < ${before}`.execute(tx);
};
