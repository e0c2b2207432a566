import type { registrationRoutes } from '@muster/contracts';
import { appendAudit, deploymentOrgId } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database/port.ts';
import type { OpenHandler } from '../../platform/http/call.ts';
import { networkOf } from '../../platform/http/network-of.ts';
import { problem } from '../../platform/http/problem.ts';
import type { Jobs, RunningJob } from '../../platform/jobs/port.ts';
import type { Mail } from '../../platform/mail/port.ts';
import { findWithEmail, lockUser } from './account-store.ts';
import * as store from './forgotten-password-store.ts';
import { makePasswordLink } from './password-links.ts';
import type { AuthPorts } from './ports.ts';
import { forgottenPasswordMail } from './rules/forgotten-password-mail.ts';
import { forgottenLinkLifetimeMs, forgottenPasswordLimits, linksPerHour } from './rules/registration-limits.ts';

/**
 * Who has forgotten the password is sent a link, if there is such an account. The answer is given before anybody looks:
 * it asks for a job, always the same one, and what the job finds is told to nobody but the mailbox.
 */

type Routes = typeof registrationRoutes;
export interface ForgottenPasswordPorts extends Pick<AuthPorts, 'box' | 'throttle'> {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** Absent where no mail server is configured. */
  readonly mail?: Mail | undefined;
  /** Without a slash at the end. */
  readonly publicUrl: string;
}

export const findForgottenJob = 'auth.find-forgotten';
export const sendPasswordLinkJob = 'auth.send-password-link';
const hourBefore = (at: Date): Date => new Date(at.getTime() - 60 * 60_000);
const sealContext = 'forgotten password';

interface Asked {
  readonly identifier: string;
  readonly organization?: string | undefined;
  readonly requestId: string;
}

export const askForPasswordLink =
  ({ database, jobs, mail, box, throttle }: ForgottenPasswordPorts): OpenHandler<Routes['askForPasswordLink']> =>
  async ({ body: { identifier, organization } }, { ipAddress, requestId }) => {
    if (mail === undefined) return problem('email-not-configured');
    const waitMs = await throttle.begin(
      forgottenPasswordLimits({ identifier, organization, ipAddress: networkOf(ipAddress) }),
    );
    if (waitMs !== null) return problem('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    const asked: Asked = { identifier, organization, requestId };
    // Whatever somebody has typed, it may be somebody's address: nobody reads it in the queue.
    const sealed = await box.seal(JSON.stringify(asked), sealContext);
    await database.inOrganization('auth', deploymentOrgId, (tx) =>
      jobs.enqueue(tx, deploymentOrgId, { name: findForgottenJob, payload: { sealed } }),
    );
    return null;
  };

/** Looks for the accounts that were meant. A number alone is not enough where several organizations have it. */
export const findForgotten =
  ({ database, jobs, clock, box }: ForgottenPasswordPorts) =>
  async ({ payload: { sealed } }: RunningJob<{ sealed: string }>): Promise<void> => {
    const asked = JSON.parse(await box.open(sealed, sealContext)) as Asked;
    const found = await database.acrossOrganizations('auth', (tx) => findWithEmail(tx, asked), {
      readOnly: true,
    });
    if (found.length > 1 && !asked.identifier.includes('@')) return;
    for (const { orgId, userId } of found) {
      await database.inOrganization('auth', orgId, async (tx) => {
        await jobs.enqueue(tx, orgId, { name: sendPasswordLinkJob, payload: { userId } });
        const entry = {
          actor: { kind: 'anonymous' },
          action: 'auth.password-forgotten',
          object: { kind: 'user', id: userId },
          requestId: asked.requestId,
          detail: {},
        } as const;
        await appendAudit(tx, entry, clock);
      });
    }
  };

/** Makes the link only now, so that its token lies nowhere before it is in the message. */
export const sendPasswordLink =
  ({ database, clock, mail, publicUrl }: ForgottenPasswordPorts) =>
  async ({ orgId, payload: { userId } }: RunningJob<{ userId: string }>): Promise<void> => {
    if (mail === undefined) throw new Error('no mail server is configured in this process');
    const inAuth = <T>(work: (tx: Tx) => Promise<T>) => database.inOrganization('auth', orgId, work);
    const message = await inAuth(async (tx) => {
      const at = clock.now();
      await lockUser(tx, userId);
      const account = await store.readRecipient(tx, userId);
      if (account === null || (await store.countOwnLinks(tx, userId, hourBefore(at))) >= linksPerHour) return null;
      const lifetimeMs = forgottenLinkLifetimeMs;
      const link = { orgId, userId, purpose: 'reset', madeBy: null, at, lifetimeMs } as const;
      const { id, path } = await makePasswordLink(tx, link);
      const object = { kind: 'user', id: userId };
      const entry = {
        actor: { kind: 'system' },
        action: 'auth.password-link-made',
        object,
        detail: { linkId: id },
      } as const;
      await appendAudit(tx, entry, clock);
      const minutes = lifetimeMs / 60_000;
      const { subject, text } = forgottenPasswordMail({ ...account, link: `${publicUrl}${path}`, minutes });
      return { to: { name: account.displayName, address: account.email }, subject, text, messageId: id };
    });
    if (message === null) return;
    try {
      await mail.send(message);
    } catch (error) {
      // Another try makes another link; this one has reached nobody, and does not count.
      await inAuth((tx) => store.removeLink(tx, message.messageId));
      throw error;
    }
  };
