import { sql } from 'kysely';
import type { PersonalData } from '../../platform/personal-data/port.ts';

/** Signals, and the little that is remembered to find them. */
export const fraudPersonalData: PersonalData = {
  tables: {
    'signals/signals': (person) => sql`
      SELECT id AS signal_id, kind, points, sentence, innocent_explanations, facts, observed_at, recorded_at, dismissed_at,
        dismissed_because
      FROM fraud.signal WHERE member_id = ${person} ORDER BY observed_at`,
    'signals/recent-positions': (person) => sql`
      SELECT device_id, fixes, updated_at FROM fraud.recent_track WHERE member_id = ${person}`,
    'signals/recent-sign-ins': (person) => sql`SELECT uses FROM fraud.recent_sign_ins WHERE member_id = ${person}`,
  },
  async erase(tx, { userId }) {
    for (const table of ['signal', 'recent_track', 'recent_sign_ins']) {
      await sql`DELETE FROM ${sql.table(`fraud.${table}`)} WHERE member_id = ${userId}`.execute(tx);
    }
    return [];
  },
};
