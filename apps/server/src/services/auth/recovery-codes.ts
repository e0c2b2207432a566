import { randomBytes } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import type { Tx } from '../../platform/database/port.ts';
import { readRecoverySalt, replaceRecoveryCodes, useRecoveryCode } from './factor-store.ts';
import { argon2Cost } from './passwords.ts';
import { codesInASet, normalizedRecoveryCode, recoveryCode } from './rules/recovery-code.ts';

/** Ten new codes, in place of those from before. They are shown once; the database has their hashes. */
export const makeRecoveryCodes = async (tx: Tx, orgId: string, userId: string): Promise<string[]> => {
  const codes = Array.from({ length: codesInASet }, () => recoveryCode(randomBytes(10)));
  const salt = randomBytes(16);
  const hashes = await Promise.all(codes.map((code) => hashCode(code, salt)));
  await replaceRecoveryCodes(tx, { orgId, userId, salt, hashes });
  return codes;
};

/** Whether it was one of the user's unused codes; it is used from then on. */
export const takeRecoveryCode = async (tx: Tx, userId: string, typed: string, at: Date): Promise<boolean> => {
  const salt = await readRecoverySalt(tx, userId);
  return salt !== null && useRecoveryCode(tx, userId, await hashCode(typed, salt), at);
};

/** Fewer than 112 random bits ask for a slow hash (NIST SP 800-63B, 3.1.2.2). */
const hashCode = (code: string, salt: Buffer): Promise<Buffer> =>
  hashRaw(normalizedRecoveryCode(code), { ...argon2Cost, salt });
