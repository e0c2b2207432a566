import { z } from 'zod';
import { instant, uuid } from './primitives.ts';
import { route, serviceNames } from './route.ts';

/** What people can ask for about their data: a copy of everything, and erasure. */

/** The grounds of article 17 of the GDPR; others know them by the same words. */
export const erasureGrounds = ['no-longer-needed', 'consent-withdrawn', 'objection', 'unlawful', 'legal-duty'] as const;
export const dataRequest = z.strictObject({
  requestId: uuid,
  kind: z.enum(['export', 'erasure']),
  subjectId: uuid,
  subjectName: z.string(),
  requestedBy: z.string().nullable(),
  requestedAt: instant,
  ground: z.enum(erasureGrounds).nullable(),
  state: z.enum(['running', 'done', 'failed', 'expired']),
  progress: z.number().min(0).max(1),
  finishedAt: instant.nullable(),
  bytes: z.number().int().nullable(),
  expiresAt: instant.nullable(),
  /** There is a file, and it is the caller who asked for it, or about whom it is. */
  mayDownload: z.boolean(),
});
export type DataRequest = z.infer<typeof dataRequest>;

/** All that keep anything about people, in the order of `serviceNames`: each has a part in an export and an erasure. */
export const servicesWithPersonalData = serviceNames.filter((name) => name !== 'gateway');

const manage = { permission: 'privacy.manage' } as const;
const signedIn = 'signed-in' as const;
const userParams = z.strictObject({ userId: uuid });

export const dataRequestRoutes = {
  exportOwnData: route({
    operation: 'exportOwnData',
    service: 'users',
    method: 'POST',
    path: '/v1/me/data-export',
    summary: 'Collect everything about oneself in a ZIP file of JSON and CSV',
    access: signedIn,
    stepUp: true,
    answer: dataRequest,
    status: 202,
    idempotency: 'key',
  }),
  exportDataOf: route({
    operation: 'exportDataOf',
    service: 'users',
    method: 'POST',
    path: '/v1/people/:userId/data-export',
    summary: 'Collect everything about a person in a ZIP file of JSON and CSV, on their request',
    access: manage,
    stepUp: true,
    params: userParams,
    answer: dataRequest,
    status: 202,
    idempotency: 'key',
    problems: ['not-found'],
  }),
  listOwnDataRequests: route({
    operation: 'listOwnDataRequests',
    service: 'users',
    method: 'GET',
    path: '/v1/me/data-requests',
    summary: 'Exports of the own data, newest first',
    access: signedIn,
    answer: z.strictObject({ items: z.array(dataRequest) }),
    idempotency: 'natural',
  }),
  listDataRequests: route({
    operation: 'listDataRequests',
    service: 'users',
    method: 'GET',
    path: '/v1/organization/data-requests',
    summary: 'The newest exports and erasures of the organization',
    access: manage,
    answer: z.strictObject({ items: z.array(dataRequest) }),
    idempotency: 'natural',
  }),
  downloadDataExport: route({
    operation: 'downloadDataExport',
    service: 'users',
    method: 'GET',
    path: '/v1/data-exports/:requestId/file',
    summary: 'Download an export that the caller has asked for, as long as it is kept',
    access: signedIn,
    params: z.strictObject({ requestId: uuid }),
    answer: z.unknown().meta({ contentType: 'application/zip' }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  erasePerson: route({
    operation: 'erasePerson',
    service: 'users',
    method: 'POST',
    path: '/v1/people/:userId/erasure',
    summary: 'Erase everything about a person; what remains is nobody’s',
    access: manage,
    stepUp: true,
    params: userParams,
    body: z.strictObject({
      ground: z.enum(erasureGrounds),
      /** As a confirmation: the name as it is shown. */
      displayName: z.string().max(200),
    }),
    answer: dataRequest,
    status: 202,
    idempotency: 'key',
    problems: ['not-found', 'erasure-refused', 'last-administrator', 'person-invalid'],
  }),
};
