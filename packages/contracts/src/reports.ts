import { z } from 'zod';
import { instant, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Report runs and the artifacts they make. */

export const reportRun = z.strictObject({
  runId: uuid,
  kind: z.literal('monthly-attendance'),
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-11'),
  status: z.enum(['queued', 'running', 'done', 'failed']),
  progress: z.number().min(0).max(1),
  requestedAt: instant,
  finishedAt: instant.nullable(),
  artifact: z.strictObject({ fileName: z.string(), bytes: z.number().int(), sha256: z.string() }).nullable(),
  failure: z.string().nullable(),
});
export type ReportRun = z.infer<typeof reportRun>;

const runParams = z.strictObject({ runId: uuid });
const exporting = { permission: 'reports.export' } as const;

export const reportRoutes = {
  startReport: route({
    operation: 'startReport',
    service: 'reports',
    method: 'POST',
    path: '/v1/reports/runs',
    summary: 'Generate the attendance of a month for the members the caller is tied to, as CSV',
    access: exporting,
    body: reportRun.pick({ kind: true, month: true }),
    answer: reportRun,
    status: 202,
    idempotency: 'key',
  }),
  listReports: route({
    operation: 'listReports',
    service: 'reports',
    method: 'GET',
    path: '/v1/reports/runs',
    summary: 'The own report runs, newest first',
    access: exporting,
    answer: z.strictObject({ items: z.array(reportRun) }),
    idempotency: 'natural',
    mayLag: true,
  }),
  readReport: route({
    operation: 'readReport',
    service: 'reports',
    method: 'GET',
    path: '/v1/reports/runs/:runId',
    summary: 'How far a run is',
    access: exporting,
    params: runParams,
    answer: reportRun,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  downloadReport: route({
    operation: 'downloadReport',
    service: 'reports',
    method: 'GET',
    path: '/v1/reports/runs/:runId/artifact',
    summary: 'Download what a run made',
    access: exporting,
    params: runParams,
    answer: z.string().meta({ contentType: 'text/csv; charset=utf-8' }),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
};
