import type { PhoneClient } from '@muster/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { PersonalData } from '../../platform/personal-data/port.ts';
import { phoneCacheKey } from './ingest/authenticate.ts';

/** Positions and what was made of them, phone clients, and who looked. Nothing of it outlives an erasure. */
export const geoPersonalData: PersonalData = {
  tables: {
    'location/positions': (person) => sql`
      SELECT session_id, purpose, device_id, fixed_at, received_at, latitude, longitude, accuracy_meters, altitude_meters,
        speed_meters_per_second, heading_degrees, battery_fraction, mock, is_ping
      FROM geo.position WHERE session_id = ANY (${sessionsOf(person)}) AND member_id = ${person} ORDER BY fixed_at`,
    'location/last-position': (person) => sql`
      SELECT session_id, purpose, device_id, fixed_at, received_at, latitude, longitude, accuracy_meters,
        speed_meters_per_second, heading_degrees
      FROM geo.last_position WHERE member_id = ${person}`,
    'location/presence': (person) => sql`
      SELECT session_id, presence, since, last_heard_at, ended_at, fold FROM geo.presence_state
      WHERE member_id = ${person} ORDER BY since`,
    'location/excursions': (person) => sql`
      SELECT excursion_id, session_id, date, started_at, ended_at, ended_by, decided_at, farthest_meters, farthest_at
      FROM geo.excursion WHERE member_id = ${person} ORDER BY started_at`,
    'location/dropped-positions': (person) => sql`
      SELECT day, fixes FROM geo.dropped_counter WHERE member_id = ${person} ORDER BY day`,
    'location/quarantined-messages': (person) => sql`
      SELECT device_id, client, reason, parts, excerpt, received_at FROM geo.quarantine
      WHERE member_id = ${person} ORDER BY received_at`,
    'location/phone-apps': (person) => sql`
      SELECT phone_client_id, client, name, added_at, last_heard_at FROM geo.phone_client
      WHERE user_id = ${person} ORDER BY added_at`,
    'location/who-looked': (person) => sql`
      SELECT look.looked_at, account.display_name AS viewer, look.viewer_role, look.kind, look.purpose, look.reason
      FROM geo.look LEFT JOIN published.account ON account.org_id = look.org_id AND account.user_id = look.viewer_id
      WHERE look.member_id = ${person} ORDER BY look.looked_at`,
    'location/own-looks': (person) => sql`
      SELECT looked_at, member_id, kind, purpose, reason FROM geo.look WHERE viewer_id = ${person} ORDER BY looked_at`,
  },
  async erase(tx, { orgId, userId }, { cache }) {
    const { rows } = await sql<{ session_id: string }>`
      DELETE FROM geo.presence_state WHERE member_id = ${userId} RETURNING session_id`.execute(tx);
    await cache.places.remove(
      orgId,
      rows.map(({ session_id: sessionId }) => `${userId} ${sessionId}`),
    );
    const person = sql.lit(userId);
    await sql`
      DELETE FROM geo.position WHERE session_id = ANY (${sessionsOf(person)}) AND member_id = ${userId}`.execute(tx);
    for (const table of ['last_position', 'excursion', 'dropped_counter', 'quarantine', 'look']) {
      await sql`DELETE FROM ${sql.table(`geo.${table}`)} WHERE member_id = ${userId}`.execute(tx);
    }
    const phones = await sql<{ client: PhoneClient; secret_hash: Buffer }>`
      DELETE FROM geo.phone_client WHERE user_id = ${userId} RETURNING client, secret_hash`.execute(tx);
    for (const { client, secret_hash: hash } of phones.rows) await cache.delete(phoneCacheKey(client, hash));
    return [];
  },
  /** Positions that no organization keeps any longer go with their partitions, day by day: see partitions.ts. */
  async forget(tx, _orgId, { positions: since, looks }) {
    const positions = `${since.toISOString().slice(0, 10)}T00:00:00Z`;
    await sql`DELETE FROM geo.position WHERE fixed_at < ${positions}`.execute(tx);
    await sql`DELETE FROM geo.last_position WHERE fixed_at < ${positions}`.execute(tx);
    await sql`DELETE FROM geo.quarantine WHERE received_at < ${positions}`.execute(tx);
    // Excursions and silences remain; of the newest fix only its time.
    await sql`
      UPDATE geo.presence_state
      SET fold = jsonb_set(fold, '{newest}', jsonb_build_array(fold -> 'newest' -> 0, '', 0, 0, -1, 0))
      WHERE last_heard_at < ${positions} AND fold -> 'newest' ->> 1 <> ''`.execute(tx);
    await sql`DELETE FROM geo.look WHERE looked_at < ${looks}`.execute(tx);
    return [];
  },
};

/** Positions are filed by session. */
const sessionsOf = (person: RawBuilder<string>) =>
  sql`ARRAY(SELECT session_id FROM published.tracking_session WHERE member_id = ${person})`;
