import { randomBytes } from 'node:crypto';
import type { PhoneClient, routes } from '@muster/contracts';
import { sql } from 'kysely';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Cache } from '../../platform/cache/port.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { clientFormats } from './clients/index.ts';
import { phoneCacheKey, secretHash } from './ingest/authenticate.ts';

/** Sets up a phone app for the caller. The secret is in the answer and nowhere else. */
export const addPhoneClient =
  ({ publicUrl }: { readonly publicUrl: string }): Verb<typeof routes.addPhoneClient> =>
  async (tx, { body: { client, name } }, call) => {
    const phoneClientId = uuidv7();
    const secret = randomBytes(32).toString('base64url');
    await sql`
      INSERT INTO geo.phone_client (org_id, phone_client_id, user_id, client, name, secret_hash, added_at)
      VALUES (${call.actor.orgId}, ${phoneClientId}, ${call.actor.userId}, ${client}, ${name}, ${secretHash(secret)},
        ${call.at})`.execute(tx);
    await recordChange(tx, call, 'location.phone-client-added', phoneClientId, client);
    const setup = clientFormats[client].setUp({ baseUrl: publicUrl, deviceId: phoneClientId, secret });
    const { url, setupLink, steps } = setup;
    return { phoneClientId, client, name, url, setupLink, steps: [...steps] };
  };

export const listPhoneClients = (): Verb<typeof routes.listPhoneClients> => async (tx, _input, call) => {
  const { rows } = await sql<{
    phone_client_id: string;
    client: PhoneClient;
    name: string;
    added_at: Date;
    last_heard_at: Date | null;
  }>`
    SELECT phone_client_id, client, name, added_at, last_heard_at FROM geo.phone_client
    WHERE user_id = ${call.actor.userId} ORDER BY added_at, phone_client_id`.execute(tx);
  return {
    items: rows.map((row) => ({
      phoneClientId: row.phone_client_id,
      client: row.client,
      name: row.name,
      addedAt: row.added_at.toISOString(),
      lastHeardAt: row.last_heard_at?.toISOString() ?? null,
    })),
  };
};

/** Its secret stops working: in every process that shares the cache at once, elsewhere within a minute. */
export const removePhoneClient =
  ({ cache }: { readonly cache: Pick<Cache, 'delete'> }): Verb<typeof routes.removePhoneClient> =>
  async (tx, { params: { phoneClientId } }, call) => {
    const { rows } = await sql<{ client: PhoneClient; secret_hash: Buffer }>`
      DELETE FROM geo.phone_client
      WHERE phone_client_id = ${phoneClientId} AND user_id = ${call.actor.userId}
      RETURNING client, secret_hash`.execute(tx);
    const removed = rows[0];
    if (removed === undefined) throw problem('not-found', { detail: 'You have no such phone app.' });
    await recordChange(tx, call, 'location.phone-client-removed', phoneClientId, removed.client);
    await cache.delete(phoneCacheKey(removed.client, removed.secret_hash));
    return null;
  };

const recordChange = (tx: Tx, { actor, at, requestId }: Call, action: string, id: string, client: PhoneClient) =>
  appendAudit(
    tx,
    {
      actor: { kind: 'user', userId: actor.userId, role: actor.role },
      object: { kind: 'phone-client', id },
      detail: { client },
      action,
      requestId,
    },
    { now: () => at },
  );
