import type pg from 'pg';

/**
 * Makes an organization large, past the API and in batches: each row is a copy of one that Muster itself has written, so
 * it has whatever a row has to have. Groups of 40, each with a schedule and a supervisor; a guardian for every second
 * member; nine of ten members are in a tracking session and were heard of.
 *
 * @param example a member who has entered and whose phone has reported
 * @param size how many members there are to be in the end
 */
export const growTo = async (owner: pg.Client, example: string, size: number): Promise<void> => {
  const { rows } = await owner.query<{ org_id: string; members: number }>(
    `SELECT org_id, (SELECT count(*)::integer FROM users.membership) AS members
     FROM users.membership WHERE member_id = $1`,
    [example],
  );
  const [{ org_id: orgId, members } = { org_id: '', members: 0 }] = rows;
  await owner.query('BEGIN');
  await owner.query(`
    CREATE TEMPORARY TABLE crowd_group ON COMMIT DROP AS
    SELECT g, uuidv7() AS group_id, uuidv7() AS schedule_id, uuidv7() AS supervisor_id
    FROM generate_series(0, ${Math.ceil((size - members) / groupSize) - 1}) g`);
  await owner.query(`
    CREATE TEMPORARY TABLE crowd ON COMMIT DROP AS
    SELECT n, uuidv7() AS member_id, uuidv7() AS guardian_id, uuidv7() AS punch_id, uuidv7() AS session_id, crowd_group.*
    FROM generate_series(0, ${size - members - 1}) n JOIN crowd_group ON g = n / ${groupSize}`);
  await owner.query('ANALYZE crowd; ANALYZE crowd_group');
  const copy = (table: string, where: string, from: string, changes: Record<string, string>) =>
    copyRow(owner, table, `org_id = '${orgId}' AND ${where}`, from, changes);
  const ofExample = `member_id = '${example}'`;
  const exampleGroup = `(SELECT group_id FROM users.membership WHERE ${ofExample})`;
  const account = (role: string) => `id = (SELECT id FROM users.account WHERE role = '${role}' LIMIT 1)`;
  const named = (role: string, from: string, id: string) => ({
    from,
    changes: {
      id,
      display_name: `'${role} ' || coalesce(n::text, '')`,
      number: role === 'Member' ? `'L' || lpad(n::text, 7, '0')` : 'NULL',
      email: role === 'Supervisor' ? `'s' || n || '@crowd.example'` : 'NULL',
    },
  });

  await copy('users.member_group', `id = ${exampleGroup}`, 'crowd_group', {
    id: 'group_id',
    name: `'Group ' || g`,
  });
  const people = [
    [named('Member', 'crowd', 'member_id'), `id = '${example}'`],
    [named('Guardian', `(SELECT * FROM crowd WHERE n % 2 = 0) guardians`, 'guardian_id'), account('guardian')],
    [named('Supervisor', '(SELECT g AS n, * FROM crowd_group) supervisors', 'supervisor_id'), account('supervisor')],
  ] as const;
  for (const [{ from, changes }, where] of people) await copy('users.account', where, from, changes);
  await copy('users.membership', ofExample, 'crowd', { member_id: 'crowd.member_id', group_id: 'crowd.group_id' });
  await copy('auth.credential', `user_id = '${example}'`, 'crowd', { user_id: 'crowd.member_id' });
  await copy('users.assignment', 'true', 'crowd_group', {
    supervisor_id: 'crowd_group.supervisor_id',
    group_id: 'crowd_group.group_id',
  });
  await copy('users.guardianship', 'true', '(SELECT * FROM crowd WHERE n % 2 = 0) crowd', {
    guardian_id: 'crowd.guardian_id',
    member_id: 'crowd.member_id',
  });
  await copy('attendance.schedule', `group_id = ${exampleGroup} AND valid_to IS NULL`, 'crowd_group', {
    id: 'crowd_group.schedule_id',
    group_id: 'crowd_group.group_id',
  });

  const tracked = '(SELECT * FROM crowd WHERE n % 10 > 0) crowd';
  await copy('attendance.punch', ofExample, tracked, { id: 'punch_id', member_id: 'crowd.member_id' });
  await copy('attendance.tracking_session', ofExample, tracked, {
    id: 'session_id',
    member_id: 'crowd.member_id',
    enter_punch_id: 'punch_id',
  });
  await copy('attendance.attendance_day', ofExample, tracked, { member_id: 'crowd.member_id' });
  await copy('geo.last_position', ofExample, tracked, {
    member_id: 'crowd.member_id',
    session_id: 'crowd.session_id',
    // Groups stand half a kilometer and more apart.
    latitude: 'template.latitude + (g % 300) * 0.005',
    longitude: 'template.longitude + (g / 300) * 0.01',
  });
  await copy('geo.presence_state', ofExample, tracked, {
    member_id: 'crowd.member_id',
    session_id: 'crowd.session_id',
  });
  await owner.query('COMMIT');
  await owner.query('VACUUM ANALYZE');
};

const groupSize = 40;

/** One row for each of `from`, like the first that is found, but for the changes: column → expression. */
const copyRow = async (
  owner: pg.Client,
  table: string,
  where: string,
  from: string,
  changes: Readonly<Record<string, string>>,
): Promise<void> => {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  const columns = rows.map(({ name }) => name);
  const values = columns.map((name) => changes[name] ?? `template.${name}`);
  const made = await owner.query(
    `INSERT INTO ${table} (${columns.join(', ')})
     SELECT ${values.join(', ')} FROM (SELECT * FROM ${table} WHERE ${where} LIMIT 1) template, ${from}`,
  );
  if (made.rowCount === 0) throw new Error(`${table} has no row to copy where ${where}.`);
};
