import { PassThrough, type Readable } from 'node:stream';
import type { peopleRoutes } from '@muster/contracts';
import { stringify } from 'csv-stringify';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import { whereGiven } from '../../../platform/database/where-given.ts';
import type { Call, SignedInHandler } from '../../../platform/http/call.ts';
import type { Ports } from '../../../platform/service.ts';
import { auditChange } from '../audit-change.ts';
import { readAssignedGroupIds } from '../person-store.ts';
import { isWide } from '../rules/person-rules.ts';
import { inertCell } from '../rules/table-cells.ts';

type Routes = typeof peopleRoutes;
type ExportPorts = Pick<Ports, 'database' | 'clock'>;

/** The import knows these names: what was exported is imported again without a hand. */
const columns = [
  ['Number', 'number'],
  ['Name', 'displayName'],
  ['E-mail', 'email'],
  ['Role', 'role'],
  ['Site', 'site'],
  ['Group', 'groups'],
  ['Joined', 'joinedOn'],
  ['Language', 'language'],
  ['Guardian of', 'wards'],
  ['Status', 'status'],
] as const;
type ExportedPerson = Record<(typeof columns)[number][1], string | null> & { readonly userId: string };

const peopleAtOnce = 2_000;

/** Everybody, or the members of a supervisor's groups, in the order of their ids. */
const readSome = async (
  tx: Tx,
  after: string | null,
  groupIds: readonly string[] | null,
): Promise<ExportedPerson[]> => {
  const { rows } = await sql<ExportedPerson>`
    SELECT account.id AS "userId", account.number, account.display_name AS "displayName", account.email, account.role,
      site.name AS site, account.language, account.status, to_char(account.joined_on, 'YYYY-MM-DD') AS "joinedOn",
      CASE account.role
        WHEN 'supervisor' THEN (SELECT string_agg(assigned.name, ';' ORDER BY assigned.name)
          FROM users.assignment JOIN users.member_group assigned
            ON assigned.org_id = assignment.org_id AND assigned.id = assignment.group_id
          WHERE assignment.org_id = account.org_id AND assignment.supervisor_id = account.id)
        ELSE member_group.name END AS groups,
      CASE account.role WHEN 'guardian' THEN (SELECT string_agg(ward.number, ';' ORDER BY ward.number)
        FROM users.guardianship JOIN users.account ward
          ON ward.org_id = guardianship.org_id AND ward.id = guardianship.member_id
        WHERE guardianship.org_id = account.org_id AND guardianship.guardian_id = account.id) END AS wards
    FROM users.account
    LEFT JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
    LEFT JOIN users.site ON site.org_id = membership.org_id AND site.id = membership.site_id
    LEFT JOIN users.member_group ON member_group.org_id = membership.org_id AND member_group.id = membership.group_id
    WHERE ${whereGiven(after, (id) => sql`account.id > ${id}`)}
      AND ${whereGiven(groupIds, (ids) => sql`membership.group_id = ANY(${[...ids]}::uuid[])`)}
    ORDER BY account.id LIMIT ${peopleAtOnce}`.execute(tx);
  return rows;
};

async function* cellsOf({ database }: ExportPorts, { actor, ties }: Call): AsyncGenerator<string[]> {
  yield columns.map(([heading]) => heading);
  let after: string | null = null;
  for (;;) {
    const people: ExportedPerson[] = await database.inOrganization('users', actor.orgId, async (tx) =>
      readSome(tx, after, isWide(ties) ? null : await readAssignedGroupIds(tx, actor.userId)),
    );
    for (const person of people) yield columns.map(([, key]) => inertCell(person[key] ?? ''));
    after = people.at(-1)?.userId ?? null;
    if (people.length < peopleAtOnce) return;
  }
}

/** A list of everybody is somewhere else from then on: that is kept, before the first line leaves. */
const record = ({ database }: ExportPorts, call: Call, format: string): Promise<void> =>
  database.inOrganization('users', call.actor.orgId, (tx) =>
    auditChange(tx, call, 'people.exported', { kind: 'organization', id: call.actor.orgId }, { format }),
  );

export const exportPeopleCsv =
  (ports: ExportPorts): SignedInHandler<Routes['exportPeopleCsv']> =>
  async (_input, call) => {
    await record(ports, call, 'csv');
    call.reply.header('content-disposition', 'attachment; filename="people.csv"');
    const csv = stringify({ bom: true, record_delimiter: 'windows' });
    void feed(cellsOf(ports, call), csv);
    return csv;
  };

const feed = async (rows: AsyncIterable<string[]>, csv: ReturnType<typeof stringify>): Promise<void> => {
  try {
    for await (const row of rows) {
      if (!csv.write(row)) await new Promise((resolve) => csv.once('drain', resolve));
    }
    csv.end();
  } catch (error) {
    // The answer breaks off: half a list must not look like a whole one.
    csv.destroy(error instanceof Error ? error : new Error(String(error)));
  }
};

export const exportPeopleXlsx =
  (ports: ExportPorts): SignedInHandler<Routes['exportPeopleXlsx']> =>
  async (_input, call) => {
    await record(ports, call, 'xlsx');
    call.reply.header('content-disposition', 'attachment; filename="people.xlsx"');
    return workbookOf(cellsOf(ports, call));
  };

const workbookOf = async (rows: AsyncIterable<string[]>): Promise<Readable> => {
  const { default: excel } = await import('@protobi/exceljs');
  const stream = new PassThrough();
  const workbook = new excel.stream.xlsx.WorkbookWriter({ stream, useStyles: true });
  const sheet = workbook.addWorksheet('People', { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.columns = columns.map(([heading]) => ({ width: heading === 'Name' ? 30 : 18 }));
  const write = async (): Promise<void> => {
    for await (const row of rows) {
      // Text, also where it looks like a number: 007 stays 007.
      sheet.addRow(row.map((cell) => (cell === '' ? null : cell))).commit();
    }
    sheet.commit();
    await workbook.commit();
  };
  write().catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  return stream;
};
