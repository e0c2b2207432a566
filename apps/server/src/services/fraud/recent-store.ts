import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { DeviceUse } from './rules/detect-habits.ts';
import type { TravelFix } from './rules/detect-travel.ts';

/** The fixes of one phone that are kept for a while. */
export interface RecentTrack {
  readonly memberId: string;
  readonly deviceId: string;
  readonly fixes: readonly TravelFix[];
}

export const readRecentTracks = async (tx: Tx, memberIds: readonly string[]): Promise<RecentTrack[]> => {
  const { rows } = await sql<{ member_id: string; device_id: string; fixes: TravelFix[] }>`
    SELECT member_id, device_id, fixes FROM fraud.recent_track WHERE member_id = ANY(${[...memberIds]})`.execute(tx);
  return rows.map((row) => ({ memberId: row.member_id, deviceId: row.device_id, fixes: row.fixes }));
};

export const writeRecentTracks = async (
  tx: Tx,
  orgId: string,
  tracks: readonly RecentTrack[],
  at: Date,
): Promise<void> => {
  await sql`
    INSERT INTO fraud.recent_track (org_id, member_id, device_id, fixes, updated_at)
    SELECT ${orgId}, member_id, device_id, fixes::jsonb, ${at}
    FROM unnest(${tracks.map(({ memberId }) => memberId)}::uuid[], ${tracks.map(({ deviceId }) => deviceId)}::uuid[],
      ${tracks.map(({ fixes }) => JSON.stringify(fixes))}::text[]) AS track (member_id, device_id, fixes)
    ON CONFLICT (org_id, member_id, device_id)
      DO UPDATE SET fixes = EXCLUDED.fixes, updated_at = EXCLUDED.updated_at`.execute(tx);
};

export const forgetTracksOf = async (tx: Tx, memberIds: readonly string[]): Promise<void> => {
  await sql`DELETE FROM fraud.recent_track WHERE member_id = ANY(${[...memberIds]})`.execute(tx);
};

/** Of every organization; for tracking sessions that ended without an EXIT. */
export const forgetTracksBefore = async (tx: Tx, before: Date): Promise<void> => {
  await sql`DELETE FROM fraud.recent_track WHERE updated_at < ${before}`.execute(tx);
};

/** Null when the user is no member: only members have signals. */
export const readRecentSignIns = async (tx: Tx, userId: string): Promise<DeviceUse[] | null> => {
  const { rows } = await sql<{ uses: DeviceUse[] | null }>`
    SELECT recent.uses FROM published.member
    LEFT JOIN fraud.recent_sign_ins AS recent ON recent.member_id = member.member_id
    WHERE member.member_id = ${userId}`.execute(tx);
  const [row] = rows;
  return row === undefined ? null : (row.uses ?? []);
};

export const writeRecentSignIns = async (
  tx: Tx,
  orgId: string,
  memberId: string,
  uses: readonly DeviceUse[],
): Promise<void> => {
  await sql`
    INSERT INTO fraud.recent_sign_ins (org_id, member_id, uses)
    VALUES (${orgId}, ${memberId}, ${JSON.stringify(uses)}::jsonb)
    ON CONFLICT (org_id, member_id) DO UPDATE SET uses = EXCLUDED.uses`.execute(tx);
};
