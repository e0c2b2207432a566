import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { Readers, Subject } from './rules/occasions.ts';

/** Names, sites and time zones of the members that facts are about. */
export const readSubjects = async (tx: Tx, memberIds: readonly string[]): Promise<ReadonlyMap<string, Subject>> => {
  const { rows } = await sql<{ member_id: string; display_name: string; site_name: string; time_zone: string }>`
    SELECT member.member_id, member.display_name, site.name AS site_name, member.time_zone
    FROM published.member JOIN published.site ON site.site_id = member.site_id
    WHERE member.member_id = ANY(${[...memberIds]})`.execute(tx);
  return new Map(
    rows.map((row) => [
      row.member_id,
      { memberId: row.member_id, name: row.display_name, siteName: row.site_name, timeZone: row.time_zone },
    ]),
  );
};

export interface Reader {
  readonly memberId: string;
  readonly userId: string;
  readonly as: Readers;
  readonly language: string | null;
}

/** Everyone who is told about these members: assigned supervisors, and guardians who are to be told. */
export const readReaders = async (tx: Tx, memberIds: readonly string[]): Promise<Reader[]> => {
  const { rows } = await sql<{ member_id: string; user_id: string; as: Readers; language: string | null }>`
    SELECT reader.member_id, reader.user_id, reader.as, account.language
    FROM (
      SELECT member.member_id, supervision.supervisor_id AS user_id, 'supervisors' AS as
      FROM published.member JOIN published.supervision ON supervision.group_id = member.group_id
      WHERE member.member_id = ANY(${[...memberIds]})
      UNION
      SELECT member_id, guardian_id, 'guardians' FROM published.guardianship
      WHERE member_id = ANY(${[...memberIds]}) AND is_told
    ) AS reader
    JOIN published.account ON account.user_id = reader.user_id AND account.status = 'active'`.execute(tx);
  return rows.map((row) => ({ memberId: row.member_id, userId: row.user_id, as: row.as, language: row.language }));
};
