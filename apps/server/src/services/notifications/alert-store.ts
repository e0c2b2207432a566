import type { Alert, AlertKind } from '@muster/contracts';
import { sql } from 'kysely';
import { withinReach } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';
import type { Call } from '../../platform/http/call.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Resolution } from './rules/occasions.ts';

export interface NewAlert {
  readonly kind: AlertKind;
  readonly memberId: string;
  readonly causeId: string;
  readonly sentence: string;
  readonly raisedAtMs: number;
}

interface AlertRow {
  readonly id: string;
  readonly kind: AlertKind;
  readonly sentence: string;
  readonly raised_at: Date;
  readonly resolved_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly member_id: string;
  readonly display_name: string;
  readonly number: string | null;
  readonly group_id: string | null;
  readonly group_name: string | null;
  readonly site_id: string;
  readonly time_zone: string;
}

/** Raises what is new; resolves with those that were not there before. */
export const insertAlerts = async (
  tx: Tx,
  orgId: string,
  alerts: readonly NewAlert[],
): Promise<{ readonly id: string; readonly kind: AlertKind; readonly causeId: string }[]> => {
  if (alerts.length === 0) return [];
  const { rows } = await sql<{ id: string; kind: AlertKind; cause_id: string }>`
    INSERT INTO notifications.alert (org_id, id, kind, member_id, cause_id, sentence, raised_at)
    SELECT ${orgId}, * FROM unnest(
      ${alerts.map(() => uuidv7())}::uuid[], ${alerts.map(({ kind }) => kind)}::text[],
      ${alerts.map(({ memberId }) => memberId)}::uuid[], ${alerts.map(({ causeId }) => causeId)}::uuid[],
      ${alerts.map(({ sentence }) => sentence)}::text[],
      ${alerts.map(({ raisedAtMs }) => new Date(raisedAtMs).toISOString())}::timestamptz[])
    ON CONFLICT (org_id, kind, cause_id) DO NOTHING
    RETURNING id, kind, cause_id`.execute(tx);
  return rows.map(({ id, kind, cause_id }) => ({ id, kind, causeId: cause_id }));
};

/** Marks alerts as over; resolves with those that were open until now. */
export const resolveAlerts = async (
  tx: Tx,
  resolutions: readonly Resolution[],
  now: Date,
): Promise<{ readonly id: string; readonly memberId: string }[]> => {
  if (resolutions.length === 0) return [];
  const instants = resolutions.map(({ atMs }) => (atMs === null ? now : new Date(atMs)).toISOString());
  const { rows } = await sql<{ id: string; member_id: string }>`
    UPDATE notifications.alert SET resolved_at = over.at
    FROM unnest(${resolutions.map(({ kind }) => kind)}::text[], ${resolutions.map(({ causeId }) => causeId)}::uuid[],
      ${instants}::timestamptz[]) AS over (kind, cause_id, at)
    WHERE alert.kind = over.kind AND alert.cause_id = over.cause_id AND alert.resolved_at IS NULL
    RETURNING alert.id, alert.member_id`.execute(tx);
  return rows.map(({ id, member_id }) => ({ id, memberId: member_id }));
};

/** Newest first, only of members within the caller's reach; one more than `limit` tells that there is another page. */
export const readAlerts = async (
  tx: Tx,
  call: Call,
  filter: { readonly open: boolean; readonly afterId: string | null; readonly limit: number },
): Promise<Alert[]> => {
  const { rows } = await sql<AlertRow>`
    ${alertColumns}
    WHERE ${withinReach('alert.member_id', call)}
      AND ${filter.open ? sql`alert.acknowledged_at IS NULL` : sql`true`}
      AND ${whereGiven(
        filter.afterId,
        (id) => sql`(alert.raised_at, alert.id) < (
        SELECT last.raised_at, last.id FROM notifications.alert AS last WHERE last.id = ${id})`,
      )}
    ORDER BY alert.raised_at DESC, alert.id DESC
    LIMIT ${filter.limit + 1}`.execute(tx);
  return rows.map(toAlert);
};

/** Null where there is no such alert within reach. */
export const readAlert = async (tx: Tx, call: Call, alertId: string): Promise<Alert | null> => {
  const { rows } = await sql<AlertRow>`
    ${alertColumns} WHERE alert.id = ${alertId} AND ${withinReach('alert.member_id', call)}`.execute(tx);
  return rows[0] === undefined ? null : toAlert(rows[0]);
};

/** False when somebody had acknowledged it before. */
export const markAcknowledged = async (tx: Tx, alertId: string, userId: string, at: Date): Promise<boolean> => {
  const { rows } = await sql`
    UPDATE notifications.alert SET acknowledged_at = ${at}, acknowledged_by = ${userId}
    WHERE id = ${alertId} AND acknowledged_at IS NULL RETURNING 1`.execute(tx);
  return rows.length > 0;
};

const alertColumns = sql`
  SELECT alert.id, alert.kind, alert.sentence, alert.raised_at, alert.resolved_at, alert.acknowledged_at,
         account.display_name AS acknowledged_by, member.member_id, member.display_name, member.number,
         member.group_id, member.group_name, member.site_id, member.time_zone
  FROM notifications.alert
  JOIN published.member ON member.member_id = alert.member_id
  LEFT JOIN published.account ON account.user_id = alert.acknowledged_by`;

const toAlert = (row: AlertRow): Alert => ({
  alertId: row.id,
  kind: row.kind,
  member: {
    memberId: row.member_id,
    displayName: row.display_name,
    number: row.number,
    groupId: row.group_id,
    groupName: row.group_name,
    siteId: row.site_id,
    timeZone: row.time_zone,
  },
  sentence: row.sentence,
  raisedAt: row.raised_at.toISOString(),
  resolvedAt: row.resolved_at?.toISOString() ?? null,
  acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
  acknowledgedBy: row.acknowledged_by,
});
