import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import type { PersonalData } from '../../platform/personal-data/port.ts';

/** Runs that somebody asked for. The files of others may hold lines about somebody, too. */
export const reportsPersonalData: PersonalData = {
  tables: {
    'reports/runs': (person) => sql`
      SELECT id AS run_id, kind, month, ties, requested_at, status, finished_at, failure, bytes FROM reports.run
      WHERE requested_by = ${person} ORDER BY requested_at`,
  },
  async erase(tx, { userId, identifiers }, { objects }) {
    const { rows } = await sql<{ id: string; requested_by: string; object_key: string | null }>`
      SELECT id, requested_by, object_key FROM reports.run`.execute(tx);
    const gone: { readonly id: string; readonly object_key: string | null }[] = [];
    for (const run of rows) {
      const mentions = async (key: string): Promise<boolean> => {
        const stored = await objects.get(key);
        const lines = stored === null ? '' : (await text(stored.content)).toLowerCase();
        return identifiers.some((each) => lines.includes(each));
      };
      if (run.requested_by === userId || (run.object_key !== null && (await mentions(run.object_key)))) gone.push(run);
    }
    await sql`DELETE FROM reports.run WHERE id = ANY (${gone.map(({ id }) => id)}::uuid[])`.execute(tx);
    return gone.flatMap(({ object_key: key }) => (key === null ? [] : [key]));
  },
  async forget(tx, _orgId, { exports }) {
    const { rows } = await sql<{ object_key: string | null }>`
      DELETE FROM reports.run WHERE finished_at < ${exports} RETURNING object_key`.execute(tx);
    return rows.flatMap(({ object_key: key }) => (key === null ? [] : [key]));
  },
};
