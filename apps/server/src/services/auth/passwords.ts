import { hash, verify } from '@node-rs/argon2';

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. The package's default variant is Argon2id. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** Argon2id in the PHC string format, salted. */
export const hashPassword = (password: string): Promise<string> => hash(normalized(password), cost);

/** Of no password: verifying against it costs what verifying against a real one costs. */
let hashOfNothing: Promise<string> | undefined;

/**
 * Whether the password fits. Without a hash (no such account, or none with a password) it does the same work and says
 * no, so that the time it takes tells nothing.
 */
export const verifyPassword = async (passwordHash: string | null, password: string): Promise<boolean> => {
  hashOfNothing ??= hashPassword('');
  const fits = await verify(passwordHash ?? (await hashOfNothing), normalized(password));
  return passwordHash !== null && fits;
};

/** The same password typed on another keyboard may be other code points (NIST SP 800-63B, 5.1.1.2). */
const normalized = (password: string): string => password.normalize('NFKC');
