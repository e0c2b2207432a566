import { sql } from 'kysely';
import type { Ports } from '../../../platform/service.ts';

/**
 * From the 18th birthday on a guardian reaches a member no more; no row changes when that happens. So whoever is watching
 * at midnight is asked anew: told every few minutes until the day after.
 */
export const noteComingOfAge =
  ({ database }: Pick<Ports, 'database'>) =>
  async (): Promise<void> => {
    const { rows } = await database.acrossOrganizations('users', (tx) =>
      sql<{ org_id: string }>`SELECT org_id FROM published.organization`.execute(tx),
    );
    for (const { org_id: orgId } of rows) {
      await database.inOrganization('users', orgId, (tx) =>
        sql`
          INSERT INTO users.access_change (org_id, user_id)
          SELECT DISTINCT link.org_id, link.guardian_id
          FROM users.account member
          JOIN users.guardianship link ON link.org_id = member.org_id AND link.member_id = member.id
          WHERE member.birth_date + interval '18 years' BETWEEN now() - interval '2 days' AND now() + interval '1 day'
        `.execute(tx),
      );
    }
  };
