import { hash, verify } from '@node-rs/argon2';
import { normalizedPassword } from './rules/password-rules.ts';

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. The package's default variant is Argon2id. */
export const argon2Cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** Argon2id in the PHC string format, salted. */
export const hashPassword = (password: string): Promise<string> => hash(normalizedPassword(password), argon2Cost);

/** Of no password: verifying against it costs what verifying against a real one costs. */
let hashOfNothing: Promise<string> | undefined;

/**
 * Whether the password fits. Without a hash (no such account, or none with a password) it does the same work and says
 * no, so that the time it takes tells nothing.
 */
export const verifyPassword = async (passwordHash: string | null, password: string): Promise<boolean> => {
  hashOfNothing ??= hashPassword('');
  const fits = await verify(passwordHash ?? (await hashOfNothing), normalizedPassword(password));
  return passwordHash !== null && fits;
};
