import type { ProblemCode } from '@muster/contracts';
import type { z } from 'zod';
import { Problem, problem } from './problem.ts';

/** What Fastify's own refusals are called in the catalogue. */
const fastifyCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body-malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body-malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'body-malformed',
  FST_ERR_BAD_URL: 'not-found',
  FST_ERR_ROUTE_MAX_PARAM_LENGTH: 'not-found',
  FST_ERR_NOT_FOUND: 'not-found',
};

const codesByStatus: Readonly<Record<number, ProblemCode>> = {
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'body-too-large',
  415: 'media-type-unsupported',
};

/**
 * SQLSTATE codes and system errors that mean: the database is away, did not answer in time, has no room, or ended a
 * transaction that was in another's way. Trying again helps.
 */
const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '57014',
  '53100',
  '53200',
  '53300',
  '58030',
  '40001',
  '40P01',
  '55P03',
]);
/** Text that PostgreSQL cannot hold: NUL characters and broken surrogates. */
const unstorableTextCodes = new Set(['22021', '22P05']);

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** Every error as a problem; what nobody foresaw becomes `internal-error`, without its text. */
export const toProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  if (code !== undefined) {
    const known = fastifyCodes[code];
    if (known !== undefined) return problem(known);
    if (unavailableCodes.has(code) || code.startsWith('08')) return problem('unavailable', { retryAfterSeconds: 2 });
    if (unstorableTextCodes.has(code))
      return problem('request-invalid', { detail: 'Some text holds characters that cannot be stored.' });
  }
  if (
    error instanceof Error &&
    /connection terminated|is not queryable|timeout exceeded when trying to connect|connection timeout/i.test(
      error.message,
    )
  ) {
    return problem('unavailable', { retryAfterSeconds: 2 });
  }
  const status = statusOf(error);
  if (status === undefined || status >= 500) return problem('internal-error');
  // Nest turns what Fastify refused into an exception that only keeps the status.
  return problem(codesByStatus[status] ?? 'body-malformed');
};

const statusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  if ('status' in error && typeof error.status === 'number') return error.status;
  return undefined;
};

/** The problem for input that does not fit its schema, naming each field. */
export const invalidInput = (place: 'body' | 'query' | 'path', error: z.ZodError): Problem =>
  problem('request-invalid', {
    detail: `The ${place} does not fit: ${error.issues[0]?.message ?? 'see fields'}.`,
    fields: error.issues.slice(0, 20).map((issue) => ({
      path: [place, ...issue.path.map(String)].join('.').slice(0, 200),
      message: issue.message.slice(0, 300),
    })),
  });
