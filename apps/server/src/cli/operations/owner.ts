import { appendAudit } from '../../platform/audit-trail/append.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Ports } from '../../platform/service.ts';
import { makePasswordLink } from '../../services/auth/seed.ts';
import * as users from '../../services/users/seed.ts';
import { operator, withPorts } from './with-ports.ts';

export interface OwnerOptions {
  readonly email: string;
  /** Needed for somebody new. */
  readonly name?: string;
}

/** The platform's own organization, where nobody has made one yet. */
const platform = { slug: 'muster', name: 'Muster', kind: 'platform' } as const;
const lifetimeMs = 24 * 3_600_000;

/**
 * Lets somebody run the platform: the first one, whom nobody could invite, or one who has lost every way in. Prints a
 * link with which they set their password; what they had before goes on working until they use it.
 */
export const owner = ({ email, name }: OwnerOptions): Promise<void> =>
  withPorts(async (ports) => {
    const { orgId, userId } = await ensureOwner(ports, email, name);
    const { database, clock, settings } = ports;
    const at = clock.now();
    const { path, expiresAt } = await database.inOrganization('auth', orgId, async (tx) => {
      const link = await makePasswordLink(tx, { orgId, userId, purpose: 'reset', madeBy: null, at, lifetimeMs });
      await appendAudit(tx, {
        actor: operator,
        action: 'auth.password-link-made',
        object: { kind: 'user', id: userId },
        detail: { linkId: link.id, by: 'muster owner' },
      });
      return link;
    });
    console.log(`${email} runs the platform, and sets a password here until ${expiresAt.toISOString()}:`);
    console.log(`${settings.publicUrl}${path}`);
  });

const ensureOwner = async (
  { database }: Ports,
  email: string,
  displayName: string | undefined,
): Promise<{ orgId: string; userId: string }> => {
  const found = await database.acrossOrganizations('users', users.findPlatform);
  const orgId = found ?? uuidv7();
  return database.inOrganization('users', orgId, async (tx) => {
    const known = found === null ? null : await users.findPlatformAdmin(tx, email);
    if (known !== null) return { orgId, userId: known };
    if (displayName === undefined) {
      throw new Error(
        `Nobody with the address ${email} runs the platform. Say who it is, to let them: --name "Ada Lovelace".`,
      );
    }
    const userId = uuidv7();
    if (found === null) await users.seedOrganization(tx, { orgId, ...platform });
    await users.seedAccounts(tx, orgId, [{ userId, role: 'platform_admin', displayName, email }]);
    await appendAudit(tx, {
      actor: operator,
      action: 'person.added',
      object: { kind: 'user', id: userId },
      detail: { role: 'platform_admin', by: 'muster owner' },
    });
    return { orgId, userId };
  });
};
