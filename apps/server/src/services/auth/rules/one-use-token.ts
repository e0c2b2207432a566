import { createHash } from 'node:crypto';
import { bytesOfUuid, uuidOfBytes } from '../../../platform/uuid-bytes.ts';

/**
 * Of a begun step, or of a link: base64url of organization (16 bytes) and secret (32). The organization leads to where the
 * hash is looked for; only the secret proves anything.
 */
export interface OneUseToken {
  readonly orgId: string;
  readonly text: string;
  /** What the database keeps: 256 random bits need neither salt nor a slow hash. */
  readonly hash: Buffer;
}

const idBytes = 16;
const secretBytes = 32;
const tokenPattern = /^[A-Za-z0-9_-]{64}$/;

/** `secret`: 32 random bytes. */
export const oneUseToken = (orgId: string, secret: Uint8Array): OneUseToken => {
  if (secret.length !== secretBytes) throw new Error(`A token needs ${secretBytes} bytes of secret.`);
  const text = Buffer.concat([bytesOfUuid(orgId), secret]).toString('base64url');
  return { orgId, text, hash: createHash('sha256').update(text).digest() };
};

/** Null for what is no such token at all. */
export const parseOneUseToken = (text: string): OneUseToken | null => {
  if (!tokenPattern.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  return oneUseToken(uuidOfBytes(bytes, 0), bytes.subarray(idBytes));
};
