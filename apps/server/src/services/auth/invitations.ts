import type { Invitation, peopleRoutes } from '@muster/contracts';
import { requireManagedRole } from '../../platform/access/managed-roles.ts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Jobs, RunningJob } from '../../platform/jobs/port.ts';
import type { Mail } from '../../platform/mail/port.ts';
import * as store from './invitation-store.ts';
import { makePasswordLink } from './password-links.ts';
import { invitationMail } from './rules/invitation-mail.ts';

/** Somebody new gets a link by which they set their password: from hand to hand, or by e-mail. */

type Routes = typeof peopleRoutes;
export interface InvitationPorts {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** Absent where no mail server is configured. */
  readonly mail?: Mail | undefined;
  /** Without a slash at the end. */
  readonly publicUrl: string;
}

export const sendInvitationJob = 'auth.send-invitation';
const lifetimeMs = 7 * 24 * 60 * 60_000;
/** The jobs port tries no more often than this. */
const lastAttempt = 5;

export const inviteByLink =
  ({ clock, publicUrl }: InvitationPorts): Verb<Routes['inviteByLink']> =>
  async (tx, { params: { userId } }, call) => {
    await requireInvitable(tx, call, userId);
    const at = clock.now();
    const { orgId, userId: invitedBy } = call.actor;
    await store.revokeInvitations(tx, userId, at);
    const link = { orgId, userId, purpose: 'invitation', madeBy: invitedBy, at, lifetimeMs } as const;
    const { id: linkId, path, expiresAt } = await makePasswordLink(tx, link);
    const id = uuidv7();
    await store.insertInvitation(tx, {
      orgId,
      id,
      userId,
      channel: 'link',
      invitedBy,
      invitedAt: at,
      expiresAt,
      linkId,
    });
    await record(tx, call, clock, 'invitation.made', userId, id);
    return { invitation: await readOne(tx, userId, at, id), link: `${publicUrl}${path}` };
  };

export const inviteByEmail =
  ({ clock, jobs, mail }: InvitationPorts): Verb<Routes['inviteByEmail']> =>
  async (tx, { params: { userId } }, call) => {
    const { email } = await requireInvitable(tx, call, userId);
    if (mail === undefined) throw problem('email-not-configured');
    if (email === null) throw problem('person-invalid', { detail: 'There is no e-mail address to send it to.' });
    const at = clock.now();
    const { orgId, userId: invitedBy } = call.actor;
    await store.revokeInvitations(tx, userId, at);
    const id = uuidv7();
    const expiresAt = new Date(at.getTime() + lifetimeMs);
    const invitation = {
      orgId,
      id,
      userId,
      channel: 'email',
      invitedBy,
      invitedAt: at,
      expiresAt,
      linkId: null,
    } as const;
    await store.insertInvitation(tx, invitation);
    await jobs.enqueue(tx, orgId, { name: sendInvitationJob, payload: { invitationId: id } });
    await record(tx, call, clock, 'invitation.made', userId, id);
    return readOne(tx, userId, at, id);
  };

export const listInvitations =
  ({ clock, mail }: InvitationPorts): Verb<Routes['listInvitations']> =>
  async (tx, { params: { userId } }) => {
    if ((await store.readInvited(tx, userId)) === null) throw nobody();
    return { items: await store.listInvitations(tx, userId, clock.now()), canSendEmail: mail !== undefined };
  };

export const revokeInvitation =
  ({ clock }: InvitationPorts): Verb<Routes['revokeInvitation']> =>
  async (tx, { params: { userId, invitationId } }, call) => {
    const account = await store.readInvited(tx, userId);
    if (account === null) throw nobody();
    await requireManagedRole(tx, call, account.role);
    const at = clock.now();
    const [invitation] = await store.listInvitations(tx, userId, at, invitationId);
    if (invitation === undefined) throw problem('not-found', { detail: 'There is no such invitation.' });
    if ((await store.revokeInvitations(tx, userId, at, invitationId)) > 0) {
      await record(tx, call, clock, 'invitation.revoked', userId, invitationId);
    }
    return null;
  };

/**
 * Makes the link only now, so that its token lies nowhere before it is in the message. Another try makes another link,
 * and the one before works no more.
 */
export const sendInvitation =
  ({ database, clock, mail, publicUrl }: InvitationPorts) =>
  async ({ orgId, payload: { invitationId }, attempt }: RunningJob<{ invitationId: string }>): Promise<void> => {
    if (mail === undefined) throw new Error('no mail server is configured in this process');
    const inAuth = <T>(work: (tx: Tx) => Promise<T>) => database.inOrganization('auth', orgId, work);
    const message = await inAuth(async (tx) => {
      const at = clock.now();
      const invitation = await store.readToSend(tx, invitationId, at);
      const account = invitation === null ? null : await store.readInvited(tx, invitation.userId);
      if (invitation === null || account?.status !== 'active' || account.email === null) return null;
      const { userId, invitedBy: madeBy, expiresAt } = invitation;
      const left = { lifetimeMs: expiresAt.getTime() - at.getTime() };
      const { id, path } = await makePasswordLink(tx, { orgId, userId, purpose: 'invitation', madeBy, at, ...left });
      await store.attachLink(tx, invitationId, id);
      const { subject, text } = invitationMail({ ...account, link: `${publicUrl}${path}`, expiresAt });
      return { to: { name: account.displayName, address: account.email }, subject, text, messageId: id };
    });
    if (message === null) return;
    try {
      await mail.send(message);
    } catch (error) {
      if (attempt >= lastAttempt) await inAuth((tx) => store.markInvitation(tx, invitationId, 'failed', clock.now()));
      throw error;
    }
    await inAuth((tx) => store.markInvitation(tx, invitationId, 'sent', clock.now()));
  };

/** @throws Problem `not-found`, `not-permitted`, `person-invalid` */
const requireInvitable = async (tx: Tx, call: Call, userId: string): Promise<store.InvitedAccount> => {
  const account = await store.readInvited(tx, userId);
  if (account === null) throw nobody();
  await requireManagedRole(tx, call, account.role);
  if (account.status !== 'active') throw problem('person-invalid', { detail: 'Reactivate this person first.' });
  if (account.email === null && account.number === null) {
    throw problem('person-invalid', { detail: 'Without a number or an e-mail address nobody can sign in.' });
  }
  const isWide = call.ties.some((tie) => tie === 'organization' || tie === 'all');
  if (account.hasPassword && !isWide) {
    throw problem('not-permitted', { detail: 'This person has a password already: only the office replaces it.' });
  }
  return account;
};

const nobody = () => problem('not-found', { detail: 'Nobody of this id is known to you.' });

const readOne = async (tx: Tx, userId: string, at: Date, id: string): Promise<Invitation> => {
  const [invitation] = await store.listInvitations(tx, userId, at, id);
  if (invitation === undefined) throw problem('not-found');
  return invitation;
};

const record = (
  tx: Tx,
  { actor, requestId }: Call,
  clock: Clock,
  action: string,
  userId: string,
  invitationId: string,
): Promise<void> =>
  appendAudit(
    tx,
    {
      actor: { kind: 'user', userId: actor.userId, role: actor.role },
      action,
      object: { kind: 'user', id: userId },
      requestId,
      detail: { invitationId },
    },
    clock,
  );
