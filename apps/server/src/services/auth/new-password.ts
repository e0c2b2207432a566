import type { Tx } from '../../platform/database/port.ts';
import { problem } from '../../platform/http/problem.ts';
import { type Account, readNames, writePassword } from './account-store.ts';
import { readFactors } from './factor-store.ts';
import { hashPassword } from './passwords.ts';
import { readPolicy } from './policy-store.ts';
import { flawOf, lengthOf, minLengthAlone, minLengthBesideFactor, type PasswordFlaw } from './rules/password-rules.ts';
import { needsSecondFactor } from './rules/sign-in-step.ts';

/**
 * How long the account's next password has to be: shorter where it is never all that is asked for, because there is a
 * second factor, or will be one before anybody is signed in by it.
 */
export const readMinLength = async (tx: Tx, userId: string, { role }: Pick<Account, 'role'>): Promise<number> => {
  const { staffSecondFactor } = await readPolicy(tx);
  const isNeeded = needsSecondFactor({ role, passwordStandsAlone: true, staffSecondFactor });
  const hasFactor = (await readFactors(tx, userId)).length > 0;
  return isNeeded || hasFactor ? minLengthBesideFactor : minLengthAlone;
};

const sentences: Record<PasswordFlaw, (minLength: number) => string> = {
  'too-short': (minLength) =>
    `It needs ${minLength} characters at least. Some words that belong together only for you are good.`,
  'too-long': () => 'It is too long.',
  common: () => 'It is one of those that are tried first.',
  repeated: () => 'It repeats itself, or counts up.',
  names: () => 'It is made of names that a guesser knows, too: of you, your organization or its places.',
};

/** @throws Problem `password-unsuitable` */
export const requireGoodPassword = async (
  tx: Tx,
  {
    userId,
    password,
    field,
    account,
  }: { userId: string; password: string; field: string; account: Pick<Account, 'role'> },
): Promise<void> => {
  const minLength = await readMinLength(tx, userId, account);
  const { names } = await readNames(tx, userId);
  const { isCommonPassword } = await import('./common-passwords.ts');
  const flaw = flawOf(password, { minLength, names, isCommon: isCommonPassword });
  if (flaw === null) return;
  const detail = sentences[flaw](minLength);
  throw problem('password-unsuitable', {
    detail,
    fields: [{ path: `body.${field}`, message: detail }],
    extra: { flaw, minLength },
  });
};

/** Hashes it and puts it in place of the one before. */
export const setPassword = async (
  tx: Tx,
  { orgId, userId, password, at }: { orgId: string; userId: string; password: string; at: Date },
): Promise<void> => {
  const passwordHash = await hashPassword(password);
  const standsAlone = lengthOf(password) >= minLengthAlone;
  await writePassword(tx, { orgId, userId, passwordHash, standsAlone, at });
};
