import { createHash } from 'node:crypto';

/**
 * How often a sign-in may be tried. Guessing is slowed in steps, and nobody can lock somebody else out: tries count for
 * one identifier *from one address*, and an installation that this user has signed in on before counts on its own,
 * so that neither a stranger elsewhere nor somebody on the same network uses up its tries.
 *
 * The limits depend on what was sent, never on whether such an account exists.
 */
export interface SignInLimits {
  /** What the tries are counted for. Whoever signs in successfully starts counting anew under another `epoch`. */
  readonly subject: string;
  /** Counted before the password is looked at, so that tries made at once count, too. */
  readonly tries: (epoch: string) => readonly Limit[];
  /**
   * Wrong passwords from one address, whoever they were meant for: counted when they happen, because in the morning
   * a whole school signs in from one address. Null for a known device, which others at its address cannot disturb.
   */
  readonly failures: Limit | null;
}

export interface Limit {
  /** Holds a hash: identifiers of people do not belong into cache keys. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

const minuteMs = 60_000;
/** Some tries at once, fewer and fewer the longer it goes on. */
const steps = [
  { limit: 10, windowMs: minuteMs },
  { limit: 20, windowMs: 15 * minuteMs },
  { limit: 50, windowMs: 24 * 60 * minuteMs },
] as const;
const failuresPerAddress = { limit: 100, windowMs: 10 * minuteMs };
/** For so long a successful sign-in is remembered as the start of a new count. */
export const epochLifetimeMs = 24 * 60 * minuteMs;

export interface SignInTry {
  readonly identifier: string;
  readonly organization: string | undefined;
  readonly ipAddress: string;
  /** The installation, when this very user has signed in on it before. */
  readonly knownDeviceId: string | null;
}

export const signInLimits = ({ identifier, organization, ipAddress, knownDeviceId }: SignInTry): SignInLimits => {
  const from = knownDeviceId === null ? `address ${ipAddress}` : `device ${knownDeviceId}`;
  const subject = `sign-in:${digest(JSON.stringify([organization?.toLowerCase(), identifier.toLowerCase(), from]))}`;
  return {
    subject,
    tries: (epoch) => steps.map((step, index) => ({ key: `${subject}:${index}:${epoch}`, ...step })),
    failures: knownDeviceId === null ? { key: `sign-in:failures:${digest(ipAddress)}`, ...failuresPerAddress } : null,
  };
};

/** Over all addresses: codes of six digits are guessed by many machines at once. */
const proofsPerUser = { limit: 100, windowMs: 24 * 60 * minuteMs };

/**
 * How often somebody who knows the password already, or holds a session, may try a code or a password. An installation
 * that the user has signed in on counts on its own, and is not stopped by what happens elsewhere.
 */
export const proofLimits = ({
  userId,
  ipAddress,
  knownDeviceId,
}: Pick<SignInTry, 'ipAddress' | 'knownDeviceId'> & { readonly userId: string }): SignInLimits => {
  const from = knownDeviceId === null ? `address ${ipAddress}` : `device ${knownDeviceId}`;
  const subject = `proof:${digest(JSON.stringify([userId, from]))}`;
  const overall = knownDeviceId === null ? [{ key: `proof:user:${digest(userId)}`, ...proofsPerUser }] : [];
  return {
    subject,
    tries: (epoch) => [...steps.map((step, index) => ({ key: `${subject}:${index}:${epoch}`, ...step })), ...overall],
    failures: null,
  };
};

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
