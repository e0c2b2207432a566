import type { auditRoutes } from '@muster/contracts';
import type { Reading } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { readEntries } from './entry-store.ts';

/** The log as an administrator reads it; the office sees what was done, not the details. */
export const listAuditEntries: Reading<typeof auditRoutes.listAuditEntries> = async (tx, { query }, call) => {
  const { limit, action, objectId } = query;
  const found = await readEntries(tx, { before: placeOf(query.cursor), limit: limit + 1, action, objectId });
  const entries = found.slice(0, limit);
  return {
    items: call.actor.role === 'org_office' ? entries.map((entry) => ({ ...entry, detail: {} })) : entries,
    nextCursor: found.length > limit ? (entries.at(-1)?.position ?? null) : null,
  };
};

/** No longer than the numbers of PostgreSQL. */
const placeOf = (cursor: string | undefined): readonly [string, string] | null => {
  if (cursor === undefined) return null;
  const match = /^(\d{1,19})\.(\d{1,18})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw problem('request-invalid', { fields: [{ path: 'query.cursor', message: 'is not from an answer before' }] });
  }
  return [match[1], match[2]];
};
