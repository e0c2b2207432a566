import { type Role, route } from '@muster/contracts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { TestDatabase } from '../../database/testing/test-database.ts';
import type { Service } from '../../service.ts';
import { open, signedIn, verb } from '../bound-route.ts';
import { problem } from '../problem.ts';

/** The smallest service with every kind of route: it writes notes. */

const base = { service: 'geo', summary: 'A route of a test' } as const;
const title = z.strictObject({ title: z.string().min(2).max(10), more: z.strictObject({ count: z.int() }).optional() });
const written = z.strictObject({ title: z.string(), answered: z.int() });

const routes = {
  write: route({
    ...base,
    operation: 'writeNote',
    method: 'POST',
    path: '/v1/notes',
    status: 201,
    idempotency: 'key',
    access: { permission: 'gates.operate' },
    body: title,
    answer: written,
  }),
  writeSecret: route({
    ...base,
    operation: 'writeSecretNote',
    method: 'POST',
    path: '/v1/notes/secret',
    status: 201,
    access: 'signed-in',
    answer: z.strictObject({ secret: z.string() }),
    idempotency: 'key',
    secretAnswer: true,
  }),
  replace: route({
    ...base,
    operation: 'replaceNote',
    method: 'PUT',
    path: '/v1/notes/:noteId',
    idempotency: 'natural',
    access: 'signed-in',
    params: z.strictObject({ noteId: z.uuid() }),
    query: z.strictObject({ page: z.coerce.number().int().optional() }),
    body: title,
    answer: null,
    status: 204,
  }),
  lie: route({
    ...base,
    operation: 'readLie',
    method: 'GET',
    path: '/v1/lie',
    idempotency: 'natural',
    access: 'signed-in',
    answer: z.strictObject({ promised: z.string() }),
  }),
  whoAmI: route({
    ...base,
    operation: 'readCaller',
    method: 'GET',
    path: '/v1/caller',
    idempotency: 'natural',
    access: 'signed-in',
    answer: z.strictObject({ role: z.string(), ties: z.array(z.string()) }),
  }),
  greet: route({
    ...base,
    operation: 'greet',
    method: 'GET',
    path: '/v1/greeting',
    idempotency: 'natural',
    access: 'public',
    answer: z.strictObject({ hello: z.string(), address: z.string() }),
  }),
} as const;

/** May write notes, and may not. */
export const writer: Role = 'org_admin';
export const reader: Role = 'guardian';

export const plantNotes = async ({ ownerPool }: TestDatabase): Promise<void> => {
  await ownerPool.query(`
    SET ROLE muster_owner;
    CREATE TABLE geo.note (org_id uuid NOT NULL, title text NOT NULL);
    SELECT platform.protect('geo.note', 'geo');
    RESET ROLE`);
};

/** The title says how it goes: `thrown` and `returned` end in a problem, `broken` in an error, `slow` takes a while. */
export const noteService = (): Service => {
  let answered = 0;
  return {
    name: 'geo',
    routes: [
      verb(routes.write, async (tx, { body }, call) => {
        await sql`INSERT INTO geo.note VALUES (${call.actor.orgId}, ${body.title})`.execute(tx);
        if (body.title === 'thrown') throw problem('conflict', { detail: 'thrown' });
        if (body.title === 'broken') throw new Error(`the secret is hunter2`);
        if (body.title === 'slow') await sql`SELECT pg_sleep(0.2)`.execute(tx);
        if (body.title === 'returned') return problem('code-stale', { detail: 'returned', extra: { ageSeconds: 7 } });
        answered += 1;
        return { title: body.title, answered };
      }),
      verb(routes.writeSecret, async (tx, _input, call) => {
        await sql`INSERT INTO geo.note VALUES (${call.actor.orgId}, 'secret')`.execute(tx);
        return { secret: 'sesame-open' };
      }),
      verb(routes.replace, async () => null),
      verb(routes.lie, async () => ({ kept: 'not' }) as never),
      signedIn(routes.whoAmI, async (_input, call) => ({ role: call.actor.role, ties: [...call.ties] })),
      open(routes.greet, async (_input, call) => ({ hello: 'world', address: call.ipAddress })),
    ],
  };
};
