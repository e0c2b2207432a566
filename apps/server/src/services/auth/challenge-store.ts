import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { oneUseToken, type OneUseToken } from './rules/one-use-token.ts';

export type ChallengePurpose = 'sign-in' | 'set-up' | 'step-up' | 'add';

export interface Challenge {
  readonly tokenHash: Buffer;
  readonly userId: string;
  readonly deviceId: string;
  readonly purpose: ChallengePurpose;
  readonly passkeyChallenge: string | null;
  readonly sealedSecret: string | null;
}

const lifetimeMs = 10 * 60_000;
/** Who tries so often has to begin again, where tries are counted by other limits, too. */
const triesAtMost = 5;
/** Of one user at a time; who begins more often ends the oldest. */
const openAtMost = 10;

/** Begins a step; whoever finishes it has to bring the token, from the same device. */
export const insertChallenge = async (
  tx: Tx,
  challenge: {
    orgId: string;
    userId: string;
    deviceId: string;
    purpose: ChallengePurpose;
    passkeyChallenge?: string | null;
    sealedSecret?: string | null;
    at: Date;
  },
): Promise<{ token: OneUseToken; expiresAt: Date }> => {
  const { orgId, userId, deviceId, purpose, passkeyChallenge = null, sealedSecret = null, at } = challenge;
  const token = oneUseToken(orgId, randomBytes(32));
  const expiresAt = new Date(at.getTime() + lifetimeMs);
  await sql`
    DELETE FROM auth.challenge WHERE user_id = ${userId} AND (expires_at <= ${at} OR token_hash IN (
      SELECT token_hash FROM auth.challenge WHERE user_id = ${userId}
      ORDER BY expires_at DESC, token_hash OFFSET ${openAtMost - 1}))`.execute(tx);
  await sql`
    INSERT INTO auth.challenge (org_id, token_hash, user_id, device_id, purpose, passkey_challenge, sealed_secret, expires_at)
    VALUES (${orgId}, ${token.hash}, ${userId}, ${deviceId}, ${purpose}, ${passkeyChallenge}, ${sealedSecret},
      ${expiresAt})`.execute(tx);
  return { token, expiresAt };
};

/**
 * The step that the token names, locked: of parallel tries one goes first. Counts the try. Null when there is none (any
 * more) for this purpose and device.
 */
export const takeChallenge = async (
  tx: Tx,
  { hash }: OneUseToken,
  { purpose, deviceId, at }: { purpose: ChallengePurpose; deviceId: string; at: Date },
): Promise<Challenge | null> => {
  const { rows } = await sql<Challenge>`
    UPDATE auth.challenge SET tries = tries + 1
    WHERE token_hash = ${hash} AND purpose = ${purpose} AND device_id = ${deviceId} AND expires_at > ${at}
      AND tries < ${triesAtMost}
    RETURNING token_hash AS "tokenHash", user_id AS "userId", device_id AS "deviceId", purpose,
      passkey_challenge AS "passkeyChallenge", sealed_secret AS "sealedSecret"`.execute(tx);
  return rows[0] ?? null;
};

/** What a new factor's app or authenticator was given, to be compared when the step is finished. */
export const writePending = async (
  tx: Tx,
  tokenHash: Buffer,
  pending: { passkeyChallenge: string | null; sealedSecret: string | null },
): Promise<void> => {
  await sql`
    UPDATE auth.challenge SET passkey_challenge = ${pending.passkeyChallenge}, sealed_secret = ${pending.sealedSecret},
      tries = 0
    WHERE token_hash = ${tokenHash}`.execute(tx);
};

/** The step is done: its token works no more. */
export const removeChallenge = async (tx: Tx, tokenHash: Buffer): Promise<void> => {
  await sql`DELETE FROM auth.challenge WHERE token_hash = ${tokenHash}`.execute(tx);
};
