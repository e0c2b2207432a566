import type { PhoneClient } from '@muster/contracts';
import { sql } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/port.ts';
import { uuidv7 } from '../../../platform/ids.ts';

/** A part of a message that cannot be used. */
export interface PutAside {
  readonly reason: string;
  readonly excerpt: string;
}

/** Who sent it: authenticated, or nothing is kept of it. */
export interface Sender {
  readonly orgId: string;
  readonly memberId: string;
  readonly deviceId: string;
  readonly client: PhoneClient | 'muster';
}

const maxExcerptBytes = 2_048;

export type Quarantine = (sender: Sender, parts: readonly PutAside[]) => Promise<void>;

/** Keeps what could not be used, one row for each reason, so that staff can find out what a phone does wrong. */
export const quarantine =
  ({ database, clock }: { database: Database; clock: Clock }): Quarantine =>
  async (sender, parts) => {
    if (parts.length === 0) return;
    const byReason = new Map<string, { parts: number; excerpt: string }>();
    for (const { reason, excerpt } of parts) {
      const known = byReason.get(reason);
      if (known === undefined) byReason.set(reason, { parts: 1, excerpt });
      else known.parts += 1;
    }
    const rows = [...byReason].map(([reason, row]) => ({ reason, ...row }));
    await database.inOrganization('geo', sender.orgId, (tx) =>
      sql`
        INSERT INTO geo.quarantine (org_id, quarantine_id, member_id, device_id, client, reason, parts, excerpt, received_at)
        SELECT ${sender.orgId}, id, ${sender.memberId}, ${sender.deviceId}, ${sender.client}, reason, parts, excerpt,
          ${clock.now()}
        FROM unnest(${rows.map(() => uuidv7())}::uuid[], ${rows.map((row) => row.reason.slice(0, 300))}::text[],
          ${rows.map((row) => row.parts)}::integer[], ${rows.map((row) => excerptOf(row.excerpt))}::text[])
          AS put_aside (id, reason, parts, excerpt)`.execute(tx),
    );
  };

/**
 * What may be kept of a message: it may have been measured outside any tracking session, so whatever could be a part
 * of a coordinate is blanked (fractions, and the long integers of apps that send millionths of degrees).
 */
export function excerptOf(text: string): string {
  const blanked = text
    .slice(0, maxExcerptBytes)
    .toWellFormed()
    .replaceAll('\0', ' ')
    .replace(/\d+[.,]\d+|\d{5,}/g, '#');
  let excerpt = blanked;
  while (Buffer.byteLength(excerpt) > maxExcerptBytes) excerpt = excerpt.slice(0, Math.floor(excerpt.length * 0.9));
  return excerpt.toWellFormed();
}
