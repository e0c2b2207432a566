import { sql } from 'kysely';
import type { PersonalData } from '../../platform/personal-data/port.ts';

/**
 * Who somebody is, whom they are tied to, and what they have said about their data. After an erasure there is an account
 * without a person: its id stands under days and in the audit log.
 */
export const usersPersonalData: PersonalData = {
  isLast: true,
  tables: {
    'person/account': (person) => sql`
      SELECT account.id AS user_id, account.role, account.display_name, account.number, account.email, account.status,
        account.language, to_char(account.joined_on, 'YYYY-MM-DD') AS joined_on,
        to_char(account.birth_date, 'YYYY-MM-DD') AS birth_date, site.name AS site, member_group.name AS "group"
      FROM users.account
      LEFT JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
      LEFT JOIN users.site ON site.org_id = membership.org_id AND site.id = membership.site_id
      LEFT JOIN users.member_group ON member_group.org_id = membership.org_id AND member_group.id = membership.group_id
      WHERE account.id = ${person}`,
    'person/guardians': (person) => sql`
      SELECT link.guardian_id, guardian.display_name AS guardian, link.member_id, member.display_name AS member,
        link.may_see, link.is_told, link.may_collect, link.live_agreed_at, link.granted_see_at, link.granted_live_at
      FROM users.guardianship link
      JOIN users.account guardian ON guardian.org_id = link.org_id AND guardian.id = link.guardian_id
      JOIN users.account member ON member.org_id = link.org_id AND member.id = link.member_id
      WHERE link.guardian_id = ${person} OR link.member_id = ${person}`,
    'person/assigned-groups': (person) => sql`
      SELECT member_group.id AS group_id, member_group.name FROM users.assignment
      JOIN users.member_group ON member_group.org_id = assignment.org_id AND member_group.id = assignment.group_id
      WHERE assignment.supervisor_id = ${person}`,
    'person/permissions': (person) => sql`
      SELECT permission, effect, ties, set_at FROM users.permission_override WHERE user_id = ${person}`,
    'person/consents': (person) => sql`
      SELECT subject_id, purpose, answer, version, language, given_by, method, entered_by, given_at, withdrawn_at,
        withdrawn_by
      FROM users.consent WHERE subject_id = ${person} OR given_by = ${person} ORDER BY given_at`,
    'person/data-requests': (person) => sql`
      SELECT kind, requested_by, requested_at, ground, state, finished_at, expires_at FROM users.data_request
      WHERE subject_id = ${person} OR requested_by = ${person} ORDER BY requested_at`,
    'person/holds': (person) => sql`SELECT reason, set_by, set_at FROM users.legal_hold WHERE user_id = ${person}`,
    'person/imports': (person) => sql`
      SELECT file_name, state, started_at, finished_at FROM users.import_run WHERE started_by = ${person}
      ORDER BY started_at`,
  },
  async erase(tx, { userId, at }) {
    await sql`
      UPDATE users.account
      SET display_name = 'Erased person', number = NULL, email = NULL, birth_date = NULL, language = 'en', status = 'left',
        erased_at = coalesce(erased_at, ${at})
      WHERE id = ${userId}`.execute(tx);
    await sql`DELETE FROM users.assignment WHERE supervisor_id = ${userId}`.execute(tx);
    await sql`DELETE FROM users.guardianship WHERE guardian_id = ${userId} OR member_id = ${userId}`.execute(tx);
    await sql`DELETE FROM users.permission_override WHERE user_id = ${userId}`.execute(tx);
    await sql`DELETE FROM users.refused_purpose WHERE member_id = ${userId}`.execute(tx);
    // Files of people who wait to be imported: who is in them cannot be told without reading them all, spreadsheets too.
    const imports = await sql<{ object_key: string | null }>`
      DELETE FROM users.import_run WHERE state <> 'running' RETURNING object_key`.execute(tx);
    const parts = await sql<{ key: string }>`
      SELECT file ->> 'objectKey' AS key FROM users.data_request request
      JOIN users.data_request_part part ON part.org_id = request.org_id AND part.request_id = request.id
      CROSS JOIN LATERAL jsonb_array_elements(part.files) file
      WHERE request.subject_id = ${userId} AND request.kind = 'export'`.execute(tx);
    const exports = await sql<{ object_key: string | null }>`
      DELETE FROM users.data_request WHERE subject_id = ${userId} AND kind = 'export' RETURNING object_key`.execute(tx);
    const keys = [...imports.rows, ...exports.rows].map((row) => row.object_key);
    return [...keys.filter((key) => key !== null), ...parts.rows.map(({ key }) => key)];
  },
  async forget(tx, _orgId, { exports }) {
    // What was made lives as long as was said when it was made, or shorter where the organization keeps less now.
    const { rows } = await sql<{ key: string }>`
      WITH ended AS (
        SELECT org_id, id, object_key FROM users.data_request
        WHERE kind = 'export' AND state = 'done' AND (expires_at <= now() OR finished_at < ${exports}) FOR UPDATE)
      UPDATE users.data_request SET state = 'expired', object_key = NULL, bytes = NULL
      FROM ended WHERE data_request.org_id = ended.org_id AND data_request.id = ended.id
      RETURNING ended.object_key AS key`.execute(tx);
    return rows.map(({ key }) => key);
  },
};
