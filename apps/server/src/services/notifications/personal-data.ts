import { sql } from 'kysely';
import type { PersonalData } from '../../platform/personal-data/port.ts';

/** Alerts about somebody, and inboxes. */
export const notificationsPersonalData: PersonalData = {
  tables: {
    'notifications/alerts': (person) => sql`
      SELECT id AS alert_id, kind, sentence, raised_at, resolved_at, acknowledged_at FROM notifications.alert
      WHERE member_id = ${person} ORDER BY raised_at`,
    'notifications/acknowledged': (person) => sql`
      SELECT id AS alert_id, kind, member_id, acknowledged_at FROM notifications.alert
      WHERE acknowledged_by = ${person} ORDER BY acknowledged_at`,
    'notifications/inbox': (person) => sql`
      SELECT kind, title, body, member_id, created_at, read_at FROM notifications.inbox_item
      WHERE user_id = ${person} ORDER BY created_at`,
  },
  async erase(tx, { userId }) {
    await sql`DELETE FROM notifications.alert WHERE member_id = ${userId}`.execute(tx);
    // Also what others were told about them.
    await sql`DELETE FROM notifications.inbox_item WHERE user_id = ${userId} OR member_id = ${userId}`.execute(tx);
    return [];
  },
  async forget(tx, _orgId, { notifications }) {
    await sql`DELETE FROM notifications.inbox_item WHERE created_at < ${notifications}`.execute(tx);
    await sql`
      DELETE FROM notifications.alert
      WHERE raised_at < ${notifications} AND acknowledged_at IS NOT NULL`.execute(tx);
    return [];
  },
};
