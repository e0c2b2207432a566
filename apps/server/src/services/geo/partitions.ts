import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/port.ts';

const dayMs = 24 * 60 * 60_000;
/** Fixes are accepted up to 7 days late and a little ahead; one day more on each side is for clocks and midnights. */
const daysBack = 8;
const daysAhead = 2;

const utcDay = (clock: Clock, offsetDays: number): string =>
  new Date(clock.now().getTime() + offsetDays * dayMs).toISOString().slice(0, 10);

/** Makes sure that every day on which an acceptable fix can fall has its partition. Cheap when it has. */
export async function makePartitions(database: Database, clock: Clock): Promise<void> {
  await database.acrossOrganizations('geo', (tx) =>
    sql`SELECT geo.make_partitions(${utcDay(clock, -daysBack)}::date, ${utcDay(clock, daysAhead)}::date)`.execute(tx),
  );
}

/**
 * Forgets what no organization keeps any longer: whole partitions of positions, last positions, quarantined messages.
 * What an organization keeps for a shorter time than others is removed apart: see personal-data.ts.
 */
export async function forgetOldPositions(database: Database, clock: Clock): Promise<void> {
  await database.acrossOrganizations('geo', async (tx) => {
    const { rows } = await sql<{ days: number | null }>`
      SELECT max(positions_days) AS days FROM published.retention`.execute(tx);
    const days = rows[0]?.days;
    if (days === undefined || days === null) return;
    const day = utcDay(clock, -days);
    const midnight = `${day}T00:00:00Z`;
    await sql`SELECT geo.drop_partitions(${day}::date)`.execute(tx);
    await sql`DELETE FROM geo.last_position WHERE fixed_at < ${midnight}::timestamptz`.execute(tx);
    await sql`DELETE FROM geo.quarantine WHERE received_at < ${midnight}::timestamptz`.execute(tx);
    // Excursions and silences remain; of the newest fix only its time.
    await sql`
      UPDATE geo.presence_state
      SET fold = jsonb_set(fold, '{newest}', jsonb_build_array(fold -> 'newest' -> 0, '', 0, 0, -1, 0))
      WHERE last_heard_at < ${midnight}::timestamptz AND fold -> 'newest' ->> 1 <> ''`.execute(tx);
  });
}
