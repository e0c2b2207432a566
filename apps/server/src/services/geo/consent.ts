import { sql } from 'kysely';
import type { Consumer } from '../../platform/events/port.ts';

/**
 * A purpose was refused. That nothing more is stored or shown follows from the published views, at once; here goes what
 * was kept for that purpose alone: where the member was last.
 */
export const consentWithdrawals = (): Consumer<'users.consent-withdrawn'> => ({
  name: 'geo.consent-withdrawals',
  service: 'geo',
  types: ['users.consent-withdrawn'],
  async handle(tx, events) {
    for (const { payload } of events) {
      const purposes = payload.purpose === 'guardian-live' ? ['guardian-live'] : ['attendance', 'safety'];
      if (payload.purpose === 'safety') continue;
      await sql`
        DELETE FROM geo.last_position
        WHERE member_id = ${payload.memberId} AND purpose = ANY (${purposes})`.execute(tx);
    }
  },
});
