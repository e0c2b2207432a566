import { randomBytes } from 'node:crypto';
import type { authRoutes } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { OpenHandler } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { lockUser, readAccount, readNames } from './account-store.ts';
import { endSessions } from './end-sessions.ts';
import { readMinLength, requireGoodPassword, setPassword } from './new-password.ts';
import * as store from './password-link-store.ts';
import type { AuthPorts } from './ports.ts';
import { oneUseToken, parseOneUseToken } from './rules/one-use-token.ts';
import { recordSecurityChange } from './security-change.ts';
import { listOpenSessions } from './session-store.ts';

type Ports = Pick<AuthPorts, 'database' | 'events' | 'clock' | 'accessTokens'>;

export interface NewPasswordLink {
  readonly orgId: string;
  readonly userId: string;
  readonly purpose: store.LinkPurpose;
  /** Null: nobody but Muster. */
  readonly madeBy: string | null;
  readonly at: Date;
  readonly lifetimeMs: number;
}

/**
 * A link with which the user sets a password, once; those before work no more, unless nobody but Muster made this one. Its
 * token is in what this returns and nowhere else. `path` is to be put behind the public address; the token stands in the
 * fragment, which browsers send to nobody.
 */
export const makePasswordLink = async (
  tx: Tx,
  { orgId, userId, purpose, madeBy, at, lifetimeMs }: NewPasswordLink,
): Promise<{ id: string; path: string; expiresAt: Date }> => {
  // What nobody signed in has asked for makes useless nothing that somebody has made.
  if (madeBy !== null) await store.revokePasswordLinks(tx, userId, at);
  const id = uuidv7();
  const token = oneUseToken(orgId, randomBytes(32));
  const expiresAt = new Date(at.getTime() + lifetimeMs);
  await store.insertPasswordLink(tx, { id, token, userId, purpose, madeBy, at, expiresAt });
  return { id, path: `/set-password#${token.text}`, expiresAt };
};

/** The link and whose it is, as long as it works and its user may sign in. */
const openLink = async (tx: Tx, tokenText: string, at: Date) => {
  const token = parseOneUseToken(tokenText);
  const link = token === null ? null : await store.readPasswordLink(tx, token, at);
  const account = link === null ? null : await readAccount(tx, link.userId);
  return link === null || account === null || account.status !== 'active' ? null : { link, account };
};

export const readPasswordLink =
  ({ database, clock }: Ports): OpenHandler<typeof authRoutes.readPasswordLink> =>
  async ({ body }) => {
    const orgId = parseOneUseToken(body.token)?.orgId;
    if (orgId === undefined) return problem('link-ended');
    return database.inOrganization('auth', orgId, async (tx) => {
      const opened = await openLink(tx, body.token, clock.now());
      if (opened === null) return problem('link-ended');
      const { link, account } = opened;
      const { organizationName } = await readNames(tx, link.userId);
      const minLength = await readMinLength(tx, link.userId, account);
      return { displayName: account.displayName, organizationName, minLength };
    });
  };

/** A password that is refused leaves the link as it is. */
export const setPasswordByLink =
  (ports: Ports): OpenHandler<typeof authRoutes.setPasswordByLink> =>
  async ({ body }, { requestId }) => {
    const { database, clock, events } = ports;
    const orgId = parseOneUseToken(body.token)?.orgId;
    if (orgId === undefined) return problem('link-ended');
    const ended = await database.inOrganization('auth', orgId, async (tx) => {
      const at = clock.now();
      const opened = await openLink(tx, body.token, at);
      if (opened === null) return null;
      const { link, account } = opened;
      const { userId } = link;
      await requireGoodPassword(tx, { userId, password: body.password, field: 'password', account });
      await lockUser(tx, userId);
      if (!(await store.usePasswordLink(tx, link.id, at))) return null;
      await store.revokePasswordLinks(tx, userId, at);
      await setPassword(tx, { orgId, userId, password: body.password, at });
      const detail = { purpose: link.purpose };
      const change = { change: 'password', action: 'auth.password-set-by-link', by: null, requestId, detail } as const;
      await recordSecurityChange(tx, ports, { orgId, userId, ...change });
      const sessionIds = (await listOpenSessions(tx, userId)).map(({ id }) => id);
      return endSessions(tx, events, { orgId, sessionIds, cause: 'password-changed', at });
    });
    if (ended === null) return problem('link-ended');
    for (const { sessionId } of ended) ports.accessTokens.forgetSession(sessionId);
    return null;
  };
