import { sql } from 'kysely';
import type { PersonalData } from '../../platform/personal-data/port.ts';

/** Entries stay for ever; what in them is about somebody stands apart, and goes: see platform/audit-trail/append.ts. */
export const auditPersonalData: PersonalData = {
  tables: {
    'audit/own-acts': (person) => sql`
      SELECT id AS entry_id, recorded_at, actor_role, action, object_kind, object_id, purpose, request_id, detail
      FROM audit.entry WHERE actor_user_id = ${person} ORDER BY recorded_at`,
    'audit/about-you': (person) => sql`
      SELECT id AS entry_id, recorded_at, actor_kind, actor_role, action, object_kind, purpose, detail
      FROM audit.entry
      WHERE (object_id = ${person}::text OR id IN (
          SELECT entry_id FROM audit.personal_value WHERE subject_id = ${person}))
        AND actor_user_id IS DISTINCT FROM ${person}
      ORDER BY recorded_at`,
    'audit/personal-values': (person) => sql`
      SELECT entry_id, field, value FROM audit.personal_value WHERE subject_id = ${person} ORDER BY entry_id, field`,
  },
  async erase(tx, { userId }) {
    await sql`DELETE FROM audit.personal_value WHERE subject_id = ${userId}`.execute(tx);
    return [];
  },
};
