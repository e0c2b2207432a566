import { permissionRows } from '@muster/contracts';
import { type Kysely, sql } from 'kysely';

/**
 * Gives the database the table of permissions as this program knows it, so that both judge by the same one. Runs after
 * every migration, as whoever migrates; a role or permission that is gone from the program is gone from there.
 */
export const writePermissionTable = async (db: Kysely<unknown>): Promise<void> => {
  const rows = permissionRows().map((row) => ({
    role: row.role,
    permission: row.permission,
    ties: `{${row.ties.join()}}`,
    attainable: `{${row.attainable.join()}}`,
    is_fixed: row.isFixed,
  }));
  await db.transaction().execute(async (tx) => {
    await sql`SET LOCAL ROLE muster_owner`.execute(tx);
    await sql`
      MERGE INTO platform.role_permission AS old
      USING json_to_recordset(${JSON.stringify(rows)}::json)
        AS new (role text, permission text, ties text[], attainable text[], is_fixed boolean)
      ON old.role = new.role AND old.permission = new.permission
      WHEN MATCHED AND (old.ties, old.attainable, old.is_fixed) IS DISTINCT FROM (new.ties, new.attainable, new.is_fixed)
        THEN UPDATE SET ties = new.ties, attainable = new.attainable, is_fixed = new.is_fixed
      WHEN NOT MATCHED THEN INSERT (role, permission, ties, attainable, is_fixed)
        VALUES (new.role, new.permission, new.ties, new.attainable, new.is_fixed)
      WHEN NOT MATCHED BY SOURCE THEN DELETE`.execute(tx);
  });
};
