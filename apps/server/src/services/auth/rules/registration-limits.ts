import { createHash } from 'node:crypto';
import type { SignInLimits } from './sign-in-limits.ts';

/**
 * How often codes may be tried, and links asked for, from one address (one /64 of IPv6). In the first week a whole school
 * registers from one address: many tries are fine, many wrong ones are not. A code locks by itself (`teacher-code.ts`),
 * so these do not have to stop many machines; and who scans the picture instead of typing is not counted here at all.
 */

const minuteMs = 60_000;
const triesPerAddress = { limit: 120, windowMs: minuteMs };
const wrongPerAddress = { limit: 60, windowMs: 10 * minuteMs };

/** Of codes that are typed. */
export const registrationLimits = (ipAddress: string): SignInLimits => {
  const subject = `registration:${digest(ipAddress)}`;
  return {
    subject,
    tries: () => [{ key: `${subject}:tries`, ...triesPerAddress }],
    failures: { key: `${subject}:wrong`, ...wrongPerAddress },
  };
};

/**
 * Of links that are asked for: from one address, and by one address for one account. They depend on what was sent, never
 * on whether there is such an account; how many messages an account gets is counted apart from them, where it is known.
 */
export const forgottenPasswordLimits = ({
  identifier,
  organization,
  ipAddress,
}: {
  readonly identifier: string;
  readonly organization: string | undefined;
  readonly ipAddress: string;
}): SignInLimits => {
  const address = digest(ipAddress);
  const account = digest(JSON.stringify([organization?.toLowerCase(), identifier.toLowerCase(), ipAddress]));
  return {
    subject: `forgotten:${account}`,
    tries: () => [
      { key: `forgotten:${account}`, limit: 5, windowMs: 60 * minuteMs },
      { key: `forgotten:address:${address}`, limit: 30, windowMs: 10 * minuteMs },
    ],
    failures: null,
  };
};

/** Messages to one account within an hour, whoever asked for them: nobody's inbox is filled by somebody else. */
export const linksPerHour = 3;
/** A link that nobody but the mailbox vouches for does not lie around. */
export const forgottenLinkLifetimeMs = 60 * minuteMs;

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
