import { createHash } from 'node:crypto';
import type { PhoneClient } from '@muster/contracts';
import { sql } from 'kysely';
import type { Cache } from '../../../platform/cache/port.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/port.ts';

/** The member whose phone it is; the phone client is also the device of its positions. */
export interface PhoneIdentity {
  readonly orgId: string;
  readonly memberId: string;
  readonly deviceId: string;
}

export type PhoneVerdict = PhoneIdentity | 'unknown' | 'too-many-tries';
export type AuthenticatePhone = (client: PhoneClient, secret: string, ipAddress: string) => Promise<PhoneVerdict>;

/** How long a secret that was right is not looked up again; removing a phone client ends it at once. */
const rememberMs = 60_000;
/** Wrong secrets from one address before nothing new from there is looked up for a while. */
const wrongSecretsPerMinute = 20;
const minuteMs = 60_000;

export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Never the secret itself: a cache may be another machine. */
export const phoneCacheKey = (client: PhoneClient, hash: Buffer): string =>
  `geo.phone:${client}:${hash.toString('base64url')}`;

/**
 * Recognises a phone by its secret alone. An address with many wrong ones is not served new look-ups for a minute, but
 * phones that were recognised recently go on: many share the address of one campus.
 */
export const authenticatePhone =
  (deps: { database: Database; cache: Cache; clock: Clock }): AuthenticatePhone =>
  async (client, secret, ipAddress) => {
    const hash = secretHash(secret);
    const key = phoneCacheKey(client, hash);
    const remembered = await deps.cache.get<PhoneIdentity>(key);
    if (remembered !== null) return remembered;

    const blockedKey = `geo.phone-blocked:${ipAddress}`;
    if ((await deps.cache.get<boolean>(blockedKey)) === true) return 'too-many-tries';
    const identity = await recognise(deps.database, client, hash, deps.clock.now());
    if (identity !== null) {
      await deps.cache.set(key, identity, rememberMs);
      return identity;
    }
    const { allowed, resetMs } = await deps.cache.take(`geo.phone-wrong:${ipAddress}`, wrongSecretsPerMinute, minuteMs);
    if (allowed) return 'unknown';
    await deps.cache.set(blockedKey, true, Math.max(1, resetMs));
    return 'too-many-tries';
  };

/** The secret says which organization; inside it, the account must still be an active member's. */
async function recognise(
  database: Database,
  client: PhoneClient,
  hash: Buffer,
  at: Date,
): Promise<PhoneIdentity | null> {
  const found = await database.acrossOrganizations('geo', async (tx) => {
    const { rows } = await sql<{ org_id: string; user_id: string; phone_client_id: string }>`
      SELECT org_id, user_id, phone_client_id FROM geo.phone_client
      WHERE secret_hash = ${hash} AND client = ${client}`.execute(tx);
    return rows[0];
  });
  if (found === undefined) return null;
  const isActive = await database.inOrganization('geo', found.org_id, async (tx) => {
    const { rows } = await sql`
      UPDATE geo.phone_client SET last_heard_at = ${at}
      WHERE phone_client_id = ${found.phone_client_id} AND EXISTS (
        SELECT FROM published.account
        WHERE user_id = ${found.user_id} AND role = 'member' AND status = 'active')
      RETURNING 1`.execute(tx);
    return rows.length > 0;
  });
  return isActive ? { orgId: found.org_id, memberId: found.user_id, deviceId: found.phone_client_id } : null;
}
