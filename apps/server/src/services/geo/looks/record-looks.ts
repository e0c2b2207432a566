import type { Purpose, Role } from '@muster/contracts';
import { sql } from 'kysely';
import { appendAudits } from '../../../platform/audit-trail/append.ts';
import type { Tx } from '../../../platform/database/port.ts';
import type { EventBus, OutgoingEvent } from '../../../platform/events/port.ts';
import { uuidv7 } from '../../../platform/ids.ts';

export interface Look {
  readonly memberId: string;
  /** In or out; the position now; the positions of a day. */
  readonly kind: 'presence' | 'live' | 'history';
  readonly purpose?: Purpose;
}

export interface Looking {
  readonly orgId: string;
  readonly viewerId: string;
  readonly viewerRole: Role;
  readonly at: Date;
  /** What the viewer has given as a reason. */
  readonly reason: string | null;
  readonly requestId?: string;
  readonly looks: readonly Look[];
}

/** A page that loads itself anew is one look: a minute of it is one record for each viewer, member and purpose. */
const sameLookMs = 60_000;

/**
 * Records who looked at whose location, in the table that members and guardians read, in the audit log and as an event.
 * Each look at a history is recorded; looks at the present at most once a minute for each purpose. Looks at oneself are
 * none.
 */
export async function recordLooks(
  tx: Tx,
  { events }: { readonly events: Pick<EventBus, 'append'> },
  looking: Looking,
): Promise<void> {
  const { orgId, viewerId, viewerRole, at, reason } = looking;
  const looks = looking.looks
    .filter(({ memberId }) => memberId !== viewerId)
    .map((look) => ({ ...look, purpose: look.purpose ?? usualPurpose(viewerRole), lookId: uuidv7({ now: () => at }) }));
  if (looks.length === 0) return;
  const { rows } = await sql<{ look_id: string }>`
    INSERT INTO geo.look (org_id, look_id, member_id, viewer_id, viewer_role, kind, purpose, reason, looked_at)
    SELECT ${orgId}, look_id, member_id, ${viewerId}, ${viewerRole}, kind, purpose, ${reason}, ${at}
    FROM unnest(${looks.map((look) => look.lookId)}::uuid[], ${looks.map((look) => look.memberId)}::uuid[],
      ${looks.map((look) => look.kind)}::text[], ${looks.map((look) => look.purpose)}::text[])
      AS fresh (look_id, member_id, kind, purpose)
    WHERE kind = 'history' OR NOT EXISTS (
      SELECT FROM geo.look earlier
      WHERE earlier.viewer_id = ${viewerId} AND earlier.member_id = fresh.member_id AND earlier.kind = fresh.kind
        AND earlier.purpose = fresh.purpose AND earlier.looked_at > ${new Date(at.getTime() - sameLookMs)})
    RETURNING look_id`.execute(tx);
  const recordedIds = new Set(rows.map((row) => row.look_id));
  const recorded = looks.filter(({ lookId }) => recordedIds.has(lookId));
  await appendAudits(
    tx,
    recorded.map(({ memberId, kind, purpose }) => ({
      actor: { kind: 'user', userId: viewerId, role: viewerRole },
      action: 'location.looked-at',
      object: { kind: 'member', id: memberId },
      purpose,
      ...(looking.requestId === undefined ? {} : { requestId: looking.requestId }),
      detail: { kind },
      personal: { of: memberId, fields: { reason } },
    })),
    { now: () => at },
  );
  await events.append(
    tx,
    orgId,
    recorded.map(
      ({ memberId, kind }): OutgoingEvent => ({
        type: 'geo.location-looked-at',
        key: memberId,
        payload: { memberId, viewerId, kind, at: at.toISOString() },
      }),
    ),
  );
}

const usualPurpose = (role: Role): Purpose => (role === 'guardian' ? 'guardian-live' : 'attendance');
