import type { TeacherCode } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

export type TeacherCodeEnd = Exclude<TeacherCode['state'], 'open'>;

/** Somebody a code may be issued for. */
export interface CodeHolder {
  readonly role: string;
  readonly status: string;
  readonly organization: string;
}

/** Null when there is nobody of this id within reach. */
export const readHolder = async (tx: Tx, memberId: string): Promise<CodeHolder | null> => {
  const { rows } = await sql<CodeHolder>`
    SELECT account.role, account.status, organization.slug AS organization
    FROM published.account JOIN published.organization USING (org_id)
    WHERE account.user_id = ${memberId}`.execute(tx);
  return rows[0] ?? null;
};

export const insertTeacherCode = async (
  tx: Tx,
  code: {
    orgId: string;
    id: string;
    memberId: string;
    selectorHash: Buffer;
    codeHash: Buffer;
    tokenHash: Buffer;
    issuedBy: string;
    issuedAt: Date;
    expiresAt: Date;
  },
): Promise<void> => {
  await sql`
    INSERT INTO auth.teacher_code (org_id, id, member_id, selector_hash, code_hash, token_hash, issued_by, issued_at,
      expires_at)
    VALUES (${code.orgId}, ${code.id}, ${code.memberId}, ${code.selectorHash}, ${code.codeHash}, ${code.tokenHash},
      ${code.issuedBy}, ${code.issuedAt}, ${code.expiresAt})`.execute(tx);
};

export const readNewestCode = async (tx: Tx, memberId: string, at: Date): Promise<TeacherCode | null> => {
  const { rows } = await sql<
    Pick<TeacherCode, 'state' | 'issuedBy'> & { issuedAt: Date; expiresAt: Date; endedAt: Date | null }
  >`
    SELECT coalesce(end_cause, CASE WHEN expires_at <= ${at} THEN 'expired' ELSE 'open' END) AS state,
      issuer.display_name AS "issuedBy", issued_at AS "issuedAt", expires_at AS "expiresAt",
      CASE WHEN end_cause <> 'expired' THEN ended_at END AS "endedAt"
    FROM auth.teacher_code code
    LEFT JOIN published.account issuer ON issuer.org_id = code.org_id AND issuer.user_id = code.issued_by
    WHERE member_id = ${memberId} ORDER BY issued_at DESC, id DESC LIMIT 1`.execute(tx);
  const [code] = rows;
  if (code === undefined) return null;
  return {
    ...code,
    issuedAt: code.issuedAt.toISOString(),
    expiresAt: code.expiresAt.toISOString(),
    endedAt: code.endedAt?.toISOString() ?? null,
  };
};

export interface EndedCode {
  readonly id: string;
  readonly memberId: string;
  readonly cause: TeacherCodeEnd;
}

const ended = sql`id, member_id AS "memberId", end_cause AS cause`;

/** Ends the member's open code; one whose time is over has expired, whatever else would be the cause. */
export const endCodeOf = async (tx: Tx, memberId: string, cause: TeacherCodeEnd, at: Date): Promise<EndedCode[]> => {
  const { rows } = await sql<EndedCode>`
    UPDATE auth.teacher_code
    SET ended_at = ${at}, end_cause = CASE WHEN expires_at <= ${at} THEN 'expired' ELSE ${cause} END
    WHERE member_id = ${memberId} AND ended_at IS NULL RETURNING ${ended}`.execute(tx);
  return rows;
};

/** Organizations in which the time of a code has run out that nobody has ended. Run it across organizations. */
export const findOverdue = async (tx: Tx, at: Date): Promise<string[]> => {
  const { rows } = await sql<{ orgId: string }>`
    SELECT DISTINCT org_id AS "orgId" FROM auth.teacher_code WHERE ended_at IS NULL AND expires_at <= ${at}`.execute(
    tx,
  );
  return rows.map(({ orgId }) => orgId);
};

export const endOverdue = async (tx: Tx, at: Date): Promise<EndedCode[]> => {
  const { rows } = await sql<EndedCode>`
    UPDATE auth.teacher_code SET ended_at = ${at}, end_cause = 'expired'
    WHERE ended_at IS NULL AND expires_at <= ${at} RETURNING ${ended}`.execute(tx);
  return rows;
};

export interface FoundCode {
  readonly id: string;
  readonly memberId: string;
  readonly issuedBy: string;
  readonly codeHash: Buffer;
  readonly wrongTries: number;
  readonly expiresAt: Date;
}

/** What was typed or scanned, as hashes. */
export type CodeKey =
  | { readonly kind: 'typed'; readonly selectorHashes: readonly Buffer[]; readonly codeHashes: readonly Buffer[] }
  | { readonly kind: 'token'; readonly tokenHash: Buffer };

/** Open codes that it may mean, locked: of parallel tries one goes first, and the others see what came of it. */
export const lockCodes = async (tx: Tx, key: CodeKey): Promise<FoundCode[]> => {
  const fits =
    key.kind === 'typed'
      ? sql`selector_hash = ANY(${[...key.selectorHashes]}::bytea[])`
      : sql`token_hash = ${key.tokenHash}`;
  const { rows } = await sql<FoundCode>`
    SELECT id, member_id AS "memberId", issued_by AS "issuedBy", code_hash AS "codeHash", wrong_tries AS "wrongTries",
      expires_at AS "expiresAt"
    FROM auth.teacher_code WHERE ended_at IS NULL AND ${fits} ORDER BY id FOR UPDATE`.execute(tx);
  return rows;
};

export const writeTries = async (tx: Tx, id: string, wrongTries: number): Promise<void> => {
  await sql`UPDATE auth.teacher_code SET wrong_tries = ${wrongTries} WHERE id = ${id}`.execute(tx);
};

/** Of parallel uses exactly one is told true. */
export const endCode = async (tx: Tx, id: string, cause: TeacherCodeEnd, at: Date): Promise<boolean> => {
  const { rows } = await sql`
    UPDATE auth.teacher_code SET ended_at = ${at}, end_cause = ${cause}
    WHERE id = ${id} AND ended_at IS NULL RETURNING id`.execute(tx);
  return rows.length > 0;
};
