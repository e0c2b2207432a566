import type { Clock } from '../../platform/clock.ts';
import type { Consumer } from '../../platform/events/port.ts';
import { endTracking } from './day-store.ts';
import { recordOwnAct } from './record.ts';

/**
 * Consent to being located at work or at school is withdrawn: tracking ends, and is not resumed in this session whatever
 * is said later. Attendance goes on: the member is there, and leaves by EXIT.
 */
export const consentWithdrawals = ({ clock }: { readonly clock: Clock }): Consumer<'users.consent-withdrawn'> => ({
  name: 'attendance.consent-withdrawals',
  service: 'attendance',
  types: ['users.consent-withdrawn'],
  async handle(tx, events) {
    for (const { payload } of events) {
      if (payload.purpose !== 'attendance') continue;
      for (const sessionId of await endTracking(tx, payload.memberId, new Date(payload.at))) {
        await recordOwnAct(tx, clock.now(), {
          action: 'attendance.tracking-ended',
          object: { kind: 'member', id: payload.memberId },
          detail: { sessionId, cause: 'consent-withdrawn' },
        });
      }
    }
  },
});
