import pg from 'pg';

/**
 * What the migrations of a next version may do while this one serves: every table gets a column that nobody here knows,
 * and an index on it. Whoever read "all columns", or wrote a row by their order, would notice.
 */
export const expandAsTheNextVersion = async (ownerUrl: string): Promise<void> => {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    const { rows: tables } = await owner.query<{ name: string }>(`
      SELECT format('%I.%I', nspname, relname) AS name
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspowner = 'muster_owner'::regrole
      ORDER BY name`);
    if (tables.length === 0) throw new Error('There is no table to expand: the schema has other owners than expected.');
    for (const { name } of tables) {
      await owner.query(`ALTER TABLE ${name} ADD COLUMN of_the_next_version text DEFAULT 'unknown'`);
      await owner.query(`CREATE INDEX ON ${name} (of_the_next_version)`);
    }
  } finally {
    await owner.end();
  }
};
