import type { Invitation, Role } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';

export interface InvitedAccount {
  readonly userId: string;
  readonly role: Role;
  readonly status: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly number: string | null;
  readonly language: string;
  readonly organizationName: string;
  readonly hasPassword: boolean;
}

/** Null when there is nobody of this id within reach. */
export const readInvited = async (tx: Tx, userId: string): Promise<InvitedAccount | null> => {
  const { rows } = await sql<InvitedAccount>`
    SELECT account.user_id AS "userId", account.role, account.status, account.display_name AS "displayName",
      account.email, account.number, account.language, organization.name AS "organizationName",
      EXISTS (SELECT FROM auth.credential WHERE credential.user_id = account.user_id) AS "hasPassword"
    FROM published.account JOIN published.organization USING (org_id)
    WHERE account.user_id = ${userId}`.execute(tx);
  return rows[0] ?? null;
};

export const insertInvitation = async (
  tx: Tx,
  invitation: {
    orgId: string;
    id: string;
    userId: string;
    channel: Invitation['channel'];
    invitedBy: string;
    invitedAt: Date;
    expiresAt: Date;
    linkId: string | null;
  },
): Promise<void> => {
  await sql`
    INSERT INTO auth.invitation (org_id, id, user_id, channel, invited_by, invited_at, expires_at, link_id)
    VALUES (${invitation.orgId}, ${invitation.id}, ${invitation.userId}, ${invitation.channel}, ${invitation.invitedBy},
      ${invitation.invitedAt}, ${invitation.expiresAt}, ${invitation.linkId})`.execute(tx);
};

/** Newest first; one when its id is given. */
export const listInvitations = async (
  tx: Tx,
  userId: string,
  at: Date,
  invitationId?: string,
): Promise<Invitation[]> => {
  const { rows } = await sql<
    Omit<Invitation, 'invitedAt' | 'expiresAt' | 'usedAt'> & { invitedAt: Date; expiresAt: Date; usedAt: Date | null }
  >`
    SELECT invitation.id AS "invitationId", channel, inviter.display_name AS "invitedBy",
      invited_at AS "invitedAt", invitation.expires_at AS "expiresAt", link.used_at AS "usedAt",
      CASE
        WHEN link.used_at IS NOT NULL THEN 'used'
        WHEN invitation.revoked_at IS NOT NULL OR link.revoked_at IS NOT NULL THEN 'revoked'
        WHEN failed_at IS NOT NULL THEN 'failed'
        WHEN invitation.expires_at <= ${at} THEN 'expired'
        WHEN channel = 'email' AND sent_at IS NULL THEN 'sending'
        ELSE 'open'
      END AS state
    FROM auth.invitation
    LEFT JOIN auth.password_link link ON link.org_id = invitation.org_id AND link.id = invitation.link_id
    LEFT JOIN published.account inviter
      ON inviter.org_id = invitation.org_id AND inviter.user_id = invitation.invited_by
    WHERE invitation.user_id = ${userId} AND ${whereGiven(invitationId, (id) => sql`invitation.id = ${id}`)}
    ORDER BY invited_at DESC, invitation.id DESC LIMIT 20`.execute(tx);
  return rows.map(({ invitedAt, expiresAt, usedAt, ...rest }) => ({
    ...rest,
    invitedAt: invitedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    usedAt: usedAt?.toISOString() ?? null,
  }));
};

/** Open ones of the user are useless from then on; one when its id is given. @returns how many */
export const revokeInvitations = async (tx: Tx, userId: string, at: Date, invitationId?: string): Promise<number> => {
  const { rows } = await sql<{ linkId: string | null }>`
    UPDATE auth.invitation SET revoked_at = ${at}
    WHERE user_id = ${userId} AND revoked_at IS NULL AND failed_at IS NULL AND expires_at > ${at}
      AND ${whereGiven(invitationId, (id) => sql`id = ${id}`)}
      AND NOT EXISTS (SELECT FROM auth.password_link link WHERE link.id = invitation.link_id AND link.used_at IS NOT NULL)
    RETURNING link_id AS "linkId"`.execute(tx);
  const linkIds = rows.map(({ linkId }) => linkId).filter((linkId) => linkId !== null);
  await sql`
    UPDATE auth.password_link SET revoked_at = ${at}
    WHERE id = ANY(${linkIds}::uuid[]) AND used_at IS NULL AND revoked_at IS NULL`.execute(tx);
  return rows.length;
};

export interface InvitationToSend {
  readonly userId: string;
  readonly invitedBy: string;
  readonly expiresAt: Date;
}

/** Null when it was sent or revoked, or is too old. The row is locked. */
export const readToSend = async (tx: Tx, invitationId: string, at: Date): Promise<InvitationToSend | null> => {
  const { rows } = await sql<InvitationToSend>`
    SELECT user_id AS "userId", invited_by AS "invitedBy", expires_at AS "expiresAt" FROM auth.invitation
    WHERE id = ${invitationId} AND channel = 'email' AND sent_at IS NULL AND revoked_at IS NULL AND failed_at IS NULL
      AND expires_at > ${at} FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
};

export const attachLink = async (tx: Tx, invitationId: string, linkId: string): Promise<void> => {
  await sql`UPDATE auth.invitation SET link_id = ${linkId} WHERE id = ${invitationId}`.execute(tx);
};

export const markInvitation = async (tx: Tx, invitationId: string, how: 'sent' | 'failed', at: Date): Promise<void> => {
  await sql`
    UPDATE auth.invitation SET sent_at = ${how === 'sent' ? at : null}, failed_at = ${how === 'failed' ? at : null}
    WHERE id = ${invitationId}`.execute(tx);
};
