import { z } from 'zod';
import { cursor, instant, page, pageQuery, uuid } from './primitives.ts';
import { route } from './route.ts';

/** The append-only log of facts. */

export const auditEntry = z.strictObject({
  entryId: uuid,
  position: cursor,
  at: instant,
  actor: z.strictObject({
    kind: z.enum(['user', 'device', 'system', 'anonymous']),
    userId: uuid.nullable(),
    role: z.string().nullable(),
    name: z.string().nullable(),
  }),
  action: z.string(),
  object: z.strictObject({ kind: z.string(), id: z.string() }),
  purpose: z.string().nullable(),
  requestId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditRoutes = {
  listAuditEntries: route({
    operation: 'listAuditEntries',
    service: 'audit',
    method: 'GET',
    path: '/v1/audit/entries',
    summary: 'The audit log, newest first',
    access: { permission: 'audit.read' },
    query: pageQuery.extend({ action: z.string().max(80).optional(), objectId: z.string().max(80).optional() }),
    answer: page(auditEntry),
    idempotency: 'natural',
    mayLag: true,
  }),
};
