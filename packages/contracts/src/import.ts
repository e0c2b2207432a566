import { z } from 'zod';
import { instant, line, page, pageQuery, uuid } from './primitives.ts';
import { route } from './route.ts';

/** Importing people from CSV, XLSX and OneRoster files: upload, map the columns, try, run. */

/** What a column of a file may be. */
export const importFields = [
  'number',
  'name',
  'given-name',
  'family-name',
  'email',
  'role',
  'group',
  'site',
  'joined-on',
  'language',
  'guardian-of',
] as const;
export const importField = z.enum(importFields);
export type ImportField = z.infer<typeof importField>;

export const importFormats = ['csv', 'xlsx', 'oneroster'] as const;
export const textEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type TextEncoding = (typeof textEncodings)[number];
export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** How a file is read: what was found out, and may be corrected for CSV. */
export const fileReading = z.strictObject({
  format: z.enum(importFormats),
  encoding: z.enum(textEncodings).nullable(),
  delimiter: z.enum(delimiters).nullable(),
  /** The first row. */
  columns: z.array(z.string()),
  /** A few rows after it, as they are. */
  sample: z.array(z.array(z.string())),
});
export type FileReading = z.infer<typeof fileReading>;

/** One for each column; null: it is not imported. */
export const columnMapping = z.array(importField.nullable()).max(100);

export const importChoices = z.strictObject({
  mapping: columnMapping,
  /** Where new members belong whose row names no site; may be left out where there is one site only. */
  siteId: uuid.nullable().default(null),
  /** Groups that do not exist are made. */
  createGroups: z.boolean().default(false),
  encoding: z.enum(textEncodings).nullable().default(null),
  delimiter: z.enum(delimiters).nullable().default(null),
});
export type ImportChoices = z.infer<typeof importChoices>;

export const importStates = [
  'awaiting-file',
  'reading',
  'mapping',
  'checking',
  'checked',
  'running',
  'done',
  'failed',
  'discarded',
] as const;
export type ImportState = (typeof importStates)[number];

/** What the dry run promises, or the run has done. */
export const importCounts = z.strictObject({
  rows: z.number().int(),
  added: z.number().int(),
  changed: z.number().int(),
  unchanged: z.number().int(),
  groupsAdded: z.number().int(),
  problems: z.number().int(),
});
export type ImportCounts = z.infer<typeof importCounts>;

export const importRun = z.strictObject({
  importId: uuid,
  fileName: z.string(),
  state: z.enum(importStates),
  progress: z.number().min(0).max(1),
  startedAt: instant,
  finishedAt: instant.nullable(),
  reading: fileReading.nullable(),
  choices: importChoices.nullable(),
  counts: importCounts.nullable(),
  /** Why it failed, in one sentence. */
  failure: z.string().nullable(),
});
export type ImportRun = z.infer<typeof importRun>;

export const importProblem = z.strictObject({
  /** As a spreadsheet counts: the header is row 1. */
  row: z.number().int(),
  column: z.string().nullable(),
  sentence: z.string(),
});
export type ImportProblem = z.infer<typeof importProblem>;

/** Ten thousand people are one or two megabytes. */
export const importMaxBytes = 16 * 1024 * 1024;

const managing = { permission: 'members.manage' } as const;
const params = z.strictObject({ importId: uuid });

export const importRoutes = {
  createImport: route({
    operation: 'createImport',
    service: 'users',
    method: 'POST',
    path: '/v1/imports',
    summary: 'Begin an import of people',
    access: managing,
    body: z.strictObject({ fileName: line(200) }),
    answer: importRun,
    status: 201,
    idempotency: 'key',
  }),
  uploadImportFile: route({
    operation: 'uploadImportFile',
    service: 'users',
    method: 'PUT',
    path: '/v1/imports/:importId/file',
    summary: 'Upload the file; what is in it is found out in the background',
    access: managing,
    params,
    upload: { maxBytes: importMaxBytes },
    answer: importRun,
    status: 202,
    idempotency: 'natural',
    problems: ['not-found', 'import-not-ready', 'import-file-invalid'],
  }),
  listImports: route({
    operation: 'listImports',
    service: 'users',
    method: 'GET',
    path: '/v1/imports',
    summary: 'The own imports, newest first',
    access: managing,
    answer: z.strictObject({ items: z.array(importRun) }),
    idempotency: 'natural',
  }),
  readImport: route({
    operation: 'readImport',
    service: 'users',
    method: 'GET',
    path: '/v1/imports/:importId',
    summary: 'How far an own import is',
    access: managing,
    params,
    answer: importRun,
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  checkImport: route({
    operation: 'checkImport',
    service: 'users',
    method: 'POST',
    path: '/v1/imports/:importId/check',
    summary: 'Try the import with a mapping of the columns: every row is judged, nothing is written',
    access: managing,
    params,
    body: importChoices,
    answer: importRun,
    status: 202,
    idempotency: 'key',
    problems: ['not-found', 'import-not-ready'],
  }),
  listImportProblems: route({
    operation: 'listImportProblems',
    service: 'users',
    method: 'GET',
    path: '/v1/imports/:importId/problems',
    summary: 'What is wrong with which row, in the order of the file',
    access: managing,
    params,
    query: pageQuery,
    answer: page(importProblem),
    idempotency: 'natural',
    problems: ['not-found'],
  }),
  runImport: route({
    operation: 'runImport',
    service: 'users',
    method: 'POST',
    path: '/v1/imports/:importId/run',
    summary: 'Do what the dry run has promised: all of it, or, if it cannot be done any more, nothing',
    access: managing,
    params,
    answer: importRun,
    status: 202,
    idempotency: 'key',
    problems: ['not-found', 'import-not-ready'],
  }),
  discardImport: route({
    operation: 'discardImport',
    service: 'users',
    method: 'DELETE',
    path: '/v1/imports/:importId',
    summary: 'Give up an import that has not run, and forget its file',
    access: managing,
    params,
    answer: null,
    status: 204,
    idempotency: 'natural',
    problems: ['not-found', 'import-not-ready'],
  }),
};
