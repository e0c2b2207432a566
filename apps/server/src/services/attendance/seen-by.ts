import type { LocationLevel, Vocabulary } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { MemberRow } from './people-store.ts';

interface Viewers {
  vocabulary: Vocabulary;
  supervisor_location: LocationLevel;
  office_location: LocationLevel;
  supervisors: string[];
  has_office: boolean;
  has_admin: boolean;
  has_live_guardian: boolean;
}

const words = {
  campus: { supervisor: 'Teacher', office: 'College management', admin: 'Principal', guardians: 'Parents' },
  workforce: { supervisor: 'Manager', office: 'Office', admin: 'Administrator', guardians: 'Guardians' },
} as const;

const presenceOnly = ': only whether inside or outside';

/**
 * Everyone who can see where a member is while a tracking session is open, in words for the member: the permanent
 * sign names them. A level of "attendance" sees no location and is not named.
 */
export async function seenBy(tx: Tx, member: MemberRow): Promise<string[]> {
  const { rows } = await sql<Viewers>`
    SELECT organization.vocabulary, organization.supervisor_location, organization.office_location,
      ARRAY(SELECT account.display_name::text
        FROM published.supervision AS supervision
        JOIN published.account AS account ON account.user_id = supervision.supervisor_id AND account.status = 'active'
        WHERE supervision.group_id = ${member.group_id} ORDER BY 1) AS supervisors,
      EXISTS (SELECT FROM published.account WHERE role = 'org_office' AND status = 'active') AS has_office,
      EXISTS (SELECT FROM published.account WHERE role = 'org_admin' AND status = 'active') AS has_admin,
      EXISTS (SELECT FROM published.guardianship
        WHERE member_id = ${member.member_id} AND may_see AND live_agreed_at IS NOT NULL) AS has_live_guardian
    FROM published.organization AS organization`.execute(tx);
  const [viewers] = rows;
  return viewers === undefined ? [] : sentencesOf(viewers, member.group_name);
}

function sentencesOf(viewers: Viewers, groupName: string | null): string[] {
  const word = words[viewers.vocabulary];
  const ofGroup = groupName === null ? '' : ` of ${groupName}`;
  const atLevel = (level: LocationLevel, who: string) =>
    level === 'attendance' ? [] : [level === 'presence' ? `${who}${presenceOnly}` : who];
  return [
    ...viewers.supervisors.flatMap((name) =>
      atLevel(viewers.supervisor_location, `${word.supervisor}${ofGroup} (${name})`),
    ),
    ...(viewers.has_office ? atLevel(viewers.office_location, word.office) : []),
    ...(viewers.has_admin ? [word.admin] : []),
    ...(viewers.has_live_guardian ? [`${word.guardians} (live view agreed)`] : []),
  ];
}
