import type { authSecurityRoutes } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { lockUser, readAccount } from './account-store.ts';
import { removePasskeys, removeRecoveryCodes, removeTotp } from './factor-store.ts';
import { describeSecurity } from './own-security.ts';
import { makePasswordLink } from './password-links.ts';
import type { AuthPorts } from './ports.ts';
import { recordSecurityChange } from './security-change.ts';
import { describeOpenSessions, listOpenSessions, readHistory } from './session-store.ts';
import { endAndLog } from './sessions.ts';

/** What administrators do about the sign-in of others. */

type Routes = typeof authSecurityRoutes;
type Ports = Pick<AuthPorts, 'events' | 'clock' | 'publicUrl'>;

const linkLifetimeMs = 24 * 60 * 60_000;

export const readSecurityOf =
  ({ clock }: Ports): Verb<Routes['readSecurityOf']> =>
  async (tx, { params: { userId } }, call) => {
    await requirePerson(tx, userId, call);
    const account = await readAccount(tx, userId);
    if (account === null) throw problem('not-found');
    const {
      passkeys,
      passwordMinLength: _own,
      ...security
    } = await describeSecurity(tx, { userId, role: account.role });
    const [lastSignIn] = await readHistory(tx, userId);
    return {
      lastSignInAt: lastSignIn?.startedAt.toISOString() ?? null,
      ...security,
      passkeys: passkeys.length,
      sessions: (await describeOpenSessions(tx, userId, clock.now())).map(
        ({ id, deviceName, method, startedAt, lastUsedAt }) => ({
          sessionId: id,
          deviceName: deviceName ?? '',
          method,
          startedAt: startedAt.toISOString(),
          lastUsedAt: lastUsedAt.toISOString(),
        }),
      ),
    };
  };

export const endSessionsOf =
  (ports: Ports): Verb<Routes['endSessionsOf']> =>
  async (tx, { params }, call) => {
    await requirePerson(tx, params.userId, call);
    return { ended: await endAll(tx, ports, call, params.userId, 'ended-by-administrator') };
  };

/** For somebody who lost their phone. Their password stays, and their organization may have them set up another factor. */
export const resetFactorsOf =
  (ports: Ports): Verb<Routes['resetFactorsOf']> =>
  async (tx, { params }, call) => {
    const { userId } = params;
    await requirePerson(tx, userId, call);
    await lockUser(tx, userId);
    await removeTotp(tx, userId);
    await removePasskeys(tx, userId);
    await removeRecoveryCodes(tx, userId);
    const { actor, requestId } = call;
    const change = { change: 'factor-removed', action: 'auth.factors-reset', by: actor, requestId } as const;
    await recordSecurityChange(tx, ports, { orgId: actor.orgId, userId, ...change });
    await endAll(tx, ports, call, userId, 'factors-reset');
    return null;
  };

export const makePasswordLinkFor =
  ({ clock, publicUrl }: Ports): Verb<Routes['makePasswordLink']> =>
  async (tx, { params }, call) => {
    const { userId } = params;
    await requirePerson(tx, userId, call);
    const { actor, requestId } = call;
    const link = { orgId: actor.orgId, userId, purpose: 'reset', madeBy: actor.userId, at: clock.now() } as const;
    const { id, path, expiresAt } = await makePasswordLink(tx, { ...link, lifetimeMs: linkLifetimeMs });
    const entry = {
      actor: { kind: 'user', userId: actor.userId, role: actor.role },
      action: 'auth.password-link-made',
      object: { kind: 'user', id: userId },
      requestId,
      detail: { linkId: id },
    } as const;
    await appendAudit(tx, entry, clock);
    return { url: `${publicUrl}${path}`, expiresAt: expiresAt.toISOString() };
  };

/** An administrator of an organization takes over nobody who may more than they. */
const requirePerson = async (tx: Tx, userId: string, { actor }: Call): Promise<void> => {
  const account = await readAccount(tx, userId);
  if (account === null) throw problem('not-found');
  if (account.role.startsWith('platform_') && actor.role !== 'platform_admin') throw problem('not-permitted');
};

const endAll = async (
  tx: Tx,
  ports: Ports,
  call: Call,
  userId: string,
  cause: 'ended-by-administrator' | 'factors-reset',
): Promise<number> => {
  const sessionIds = (await listOpenSessions(tx, userId)).map(({ id }) => id);
  return endAndLog(tx, ports, call, { userId, sessionIds, cause });
};
