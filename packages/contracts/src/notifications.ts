import { z } from 'zod';
import { memberCard } from './organization.ts';
import { instant, page, pageQuery, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Alerts that somebody must look at, and everyone's inbox. */

export const alertKinds = ['geo-violation', 'punch-held', 'no-exit', 'signal'] as const;
export const alertKind = z.enum(alertKinds);
export type AlertKind = z.infer<typeof alertKind>;

export const alert = z.strictObject({
  alertId: uuid,
  kind: alertKind,
  member: memberCard,
  sentence: z.string(),
  raisedAt: instant,
  /** When what raised it was over, for example the end of the excursion. */
  resolvedAt: instant.nullable(),
  acknowledgedAt: instant.nullable(),
  acknowledgedBy: z.string().nullable(),
});
export type Alert = z.infer<typeof alert>;

export const inboxItem = z.strictObject({
  itemId: uuid,
  kind: z.string(),
  title: z.string(),
  body: z.string(),
  memberId: uuid.nullable(),
  createdAt: instant,
  readAt: instant.nullable(),
});
export type InboxItem = z.infer<typeof inboxItem>;

export const notificationRoutes = {
  listAlerts: route({
    operation: 'listAlerts',
    service: 'notifications',
    method: 'GET',
    path: '/v1/alerts',
    summary: 'Alerts of the members the caller is tied to, newest first',
    access: { permission: 'alerts.handle' },
    query: pageQuery.extend({ open: z.stringbool().optional().meta({ description: 'only those not acknowledged' }) }),
    answer: page(alert),
    idempotency: 'natural',
  }),
  acknowledgeAlert: route({
    operation: 'acknowledgeAlert',
    service: 'notifications',
    method: 'POST',
    path: '/v1/alerts/:alertId/acknowledge',
    summary: 'Say that the alert was seen and is being handled',
    access: { permission: 'alerts.handle' },
    params: z.strictObject({ alertId: uuid }),
    answer: alert,
    idempotency: 'key',
    problems: ['not-found'],
  }),
  readInbox: route({
    operation: 'readInbox',
    service: 'notifications',
    method: 'GET',
    path: '/v1/inbox',
    summary: 'The own inbox, newest first, with the number of unread items',
    access: 'signed-in',
    query: pageQuery,
    answer: page(inboxItem).extend({ unread: z.number().int() }),
    idempotency: 'natural',
  }),
  markInboxRead: route({
    operation: 'markInboxRead',
    service: 'notifications',
    method: 'POST',
    path: '/v1/inbox/read',
    summary: 'Mark items as read, or all of them',
    access: 'signed-in',
    body: z.strictObject({ itemIds: z.array(uuid).max(200).optional() }),
    answer: z.strictObject({ unread: z.number().int() }),
    status: 200,
    idempotency: 'natural',
  }),
};
