import { createHash, createHmac } from 'node:crypto';
import { bytesOfUuid, uuidOfBytes } from '../../../platform/uuid-bytes.ts';

/**
 * A refresh token is base64url of 64 bytes: organization (16), session (16), secret (32). The ids lead straight to
 * the right row inside the right organization; only the secret proves anything.
 *
 * The secret of each successor is HMAC-SHA-256(family secret, whole token before). Whoever presents a token again can
 * so be given the very same successor although the database keeps nothing but SHA-256 hashes of tokens; neither the
 * database alone (it knows no token) nor an old token alone (it does not know the family secret) gives the next one.
 */
export interface RefreshToken {
  readonly orgId: string;
  readonly sessionId: string;
  readonly text: string;
}

const idBytes = 16;
const secretBytes = 32;
const tokenPattern = /^[A-Za-z0-9_-]{86}$/;

/** The first of a family. `secret`: 32 random bytes. */
export const firstRefreshToken = (orgId: string, sessionId: string, secret: Uint8Array): RefreshToken => {
  if (secret.length !== secretBytes) throw new Error(`A refresh token needs ${secretBytes} bytes of secret.`);
  const text = Buffer.concat([bytesOfUuid(orgId), bytesOfUuid(sessionId), secret]).toString('base64url');
  return { orgId, sessionId, text };
};

/** Always the same one for the same parent. */
export const successorOf = (parent: RefreshToken, familySecret: Uint8Array): RefreshToken =>
  firstRefreshToken(parent.orgId, parent.sessionId, createHmac('sha256', familySecret).update(parent.text).digest());

/** Null for what is no refresh token at all. */
export const parseRefreshToken = (text: string): RefreshToken | null => {
  if (!tokenPattern.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  // Two texts could stand for the same bytes; only one of them is ours.
  if (bytes.toString('base64url') !== text) return null;
  return { orgId: uuidOfBytes(bytes, 0), sessionId: uuidOfBytes(bytes, idBytes), text };
};

/** What the database keeps. 256 random bits need neither salt nor a slow hash. */
export const hashOf = (token: RefreshToken): Buffer => createHash('sha256').update(token.text).digest();
