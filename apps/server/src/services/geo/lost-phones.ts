import type { PhoneClient } from '@muster/contracts';
import { sql } from 'kysely';
import { appendAudit, type AuditEntry } from '../../platform/audit-trail/append.ts';
import type { Cache } from '../../platform/cache/port.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Consumer } from '../../platform/events/port.ts';
import { phoneCacheKey } from './ingest/authenticate.ts';

/**
 * A phone is lost: the apps on it have secrets of their own, and none of them is let in any more. Which app runs on which
 * phone is not known, so all of its owner's end; those on another phone are set up anew.
 */
export const lostPhones = ({
  cache,
  clock,
}: {
  readonly cache: Pick<Cache, 'delete'>;
  readonly clock: Clock;
}): Consumer<'auth.device-revoked'> => ({
  name: 'geo.lost-phones',
  service: 'geo',
  types: ['auth.device-revoked'],
  startsAt: 'now',
  async handle(tx, events) {
    for (const { payload } of events) {
      if (!payload.isLost) continue;
      const { rows } = await sql<{ id: string; client: PhoneClient; secretHash: Buffer }>`
        DELETE FROM geo.phone_client WHERE user_id = ${payload.userId}
        RETURNING phone_client_id AS id, client, secret_hash AS "secretHash"`.execute(tx);
      for (const { id, client, secretHash } of rows) {
        const entry: AuditEntry = {
          actor: { kind: 'system' },
          action: 'location.phone-client-removed',
          object: { kind: 'phone-client', id },
          detail: { client, cause: 'phone-lost' },
        };
        await appendAudit(tx, entry, clock);
        await cache.delete(phoneCacheKey(client, secretHash));
      }
    }
  },
});
