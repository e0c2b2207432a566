import { createHash } from 'node:crypto';

/**
 * How often a sign-in may be tried. Guessing is slowed in steps, and nobody can lock somebody else out: tries count
 * for one identifier *from one address*, and an installation that this user has signed in on before counts on its
 * own, so that a whole school behind one address, or an attacker on the same network, does not use up its tries.
 *
 * The limits depend on what was sent only, never on whether the account exists.
 */
export interface SignInLimit {
  /** Holds a hash: identifiers of people do not belong into cache keys. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
  /** Whether a successful sign-in gives the tries back. */
  readonly forgiven: boolean;
}

const minuteMs = 60_000;
/** Few tries at once, fewer and fewer the longer it goes on. */
const steps = [
  { limit: 5, windowMs: minuteMs },
  { limit: 15, windowMs: 15 * minuteMs },
  { limit: 40, windowMs: 24 * 60 * minuteMs },
] as const;
/** One address may be a whole school at eight in the morning, or somebody who tries one password on many accounts. */
const perAddress = { limit: 600, windowMs: 10 * minuteMs };

export interface SignInTry {
  readonly identifier: string;
  readonly organization: string | undefined;
  readonly ipAddress: string;
  /** The installation, when this very user has signed in on it before. */
  readonly knownDeviceId: string | null;
}

export const signInLimits = ({ identifier, organization, ipAddress, knownDeviceId }: SignInTry): SignInLimit[] => {
  const from = knownDeviceId === null ? `address ${ipAddress}` : `device ${knownDeviceId}`;
  const subject = digest(`${organization?.toLowerCase() ?? ''} ${identifier.toLowerCase()} ${from}`);
  return [
    ...steps.map((step, index) => ({ key: `sign-in:${index}:${subject}`, ...step, forgiven: true })),
    { key: `sign-in:address:${digest(ipAddress)}`, ...perAddress, forgiven: false },
  ];
};

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
