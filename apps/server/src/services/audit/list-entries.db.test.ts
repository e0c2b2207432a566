import { auditRoutes, type AuditEntry, type Role } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendAudits, deploymentOrgId } from '../../platform/audit-trail/append.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing/test-database.ts';
import { Problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { listAuditEntries } from './list-entries.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ poolSize: 10 });
});
afterAll(() => db.drop());

/** An organization with a principal who does things: each call is one transaction with so many entries. */
const organization = async () => {
  const [orgId, userId] = [uuidv7(), uuidv7()];
  await db.ownerPool.query(
    `INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, $2, 'Lindenhof', 'campus')`,
    [orgId, `org-${orgId}`],
  );
  await db.ownerPool.query(
    `INSERT INTO users.account (org_id, id, role, display_name) VALUES ($1, $2, 'org_admin', 'Pia Novak')`,
    [orgId, userId],
  );
  return {
    orgId,
    userId,
    act: (names: readonly string[], action = 'gate.opened') =>
      db.database.inOrganization('users', orgId, (tx) =>
        appendAudits(
          tx,
          names.map((id) => ({
            actor: { kind: 'user', userId, role: 'org_admin' },
            action,
            object: { kind: 'gate', id },
            purpose: 'safety',
            requestId: 'request-1',
            detail: { before: id },
          })),
        ),
      ),
    list: async (query: Record<string, unknown> = {}, role: Role = 'org_admin') => {
      const input = { params: undefined, body: undefined, query: auditRoutes.listAuditEntries.query.parse(query) };
      const call = {
        actor: { userId, orgId, role, sessionId: uuidv7(), deviceId: uuidv7() },
        ties: ['organization' as const],
        requestId: 'request-2',
        traceId: '0'.repeat(32),
        ipAddress: '192.0.2.1',
        userAgent: 'test',
        at: new Date(0),
      };
      const answer = await db.database.inOrganization('audit', orgId, (tx) => listAuditEntries(tx, input, call));
      if (answer instanceof Problem) throw answer;
      return auditRoutes.listAuditEntries.answer.parse(answer);
    },
  };
};

const namesOf = (entries: readonly AuditEntry[]): string[] => entries.map(({ object }) => object.id);

describe('the audit log', () => {
  it('tells who did what to what, when and why', async () => {
    const { act, list, userId } = await organization();
    await act(['north']);
    const { items, nextCursor } = await list();
    expect(nextCursor).toBeNull();
    expect(items).toMatchObject([
      {
        actor: { kind: 'user', userId, role: 'org_admin', name: 'Pia Novak' },
        action: 'gate.opened',
        object: { kind: 'gate', id: 'north' },
        purpose: 'safety',
        requestId: 'request-1',
        detail: { before: 'north' },
      },
    ]);
  });

  it('goes page by page, newest first, in the order of the facts also within a transaction', async () => {
    const { act, list } = await organization();
    await act(['a', 'b', 'c']);
    await act(['d']);
    await act(['e', 'f', 'g']);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ limit: 2, ...(cursor === null ? {} : { cursor }) });
      seen.push(...namesOf(page.items));
      cursor = page.nextCursor;
      // What is added while somebody reads on is not in the pages after.
      await act(['later']);
    } while (cursor !== null);
    expect(seen).toEqual(['g', 'f', 'e', 'd', 'c', 'b', 'a']);
  });

  it('finds by action and by object, together with pages', async () => {
    const { act, list } = await organization();
    await act(['north', 'south', 'north']);
    await act(['north'], 'gate.closed');
    expect(namesOf((await list({ action: 'gate.opened' })).items)).toEqual(['north', 'south', 'north']);
    expect((await list({ objectId: 'north' })).items).toHaveLength(3);
    const first = await list({ objectId: 'north', action: 'gate.opened', limit: 1 });
    const second = await list({ objectId: 'north', action: 'gate.opened', limit: 1, cursor: first.nextCursor });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([1, 1, null]);
    expect((await list({ objectId: `' OR true --` })).items).toEqual([]);
  });

  it('shows the office what was done, and no details', async () => {
    const { act, list } = await organization();
    await act(['north']);
    const { items } = await list({}, 'org_office');
    expect(items).toMatchObject([{ action: 'gate.opened', actor: { name: 'Pia Novak' }, detail: {} }]);
    expect(JSON.stringify(items)).not.toContain('before');
  });

  it('is of one organization, also for a cursor from another and for acts of the deployment', async () => {
    const [one, other] = [await organization(), await organization()];
    await one.act(['ours', 'ours too']);
    await other.act(['theirs']);
    await db.database.acrossOrganizations('auth', (tx) =>
      appendAudits(tx, [
        { actor: { kind: 'anonymous' }, action: 'auth.refused', object: { kind: 'sign-in', id: 'x' }, detail: {} },
      ]),
    );
    const { rows } = await db.ownerPool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM audit.entry WHERE org_id = $1',
      [deploymentOrgId],
    );
    expect(rows[0]?.count).toBe(1);
    expect(namesOf((await other.list()).items)).toEqual(['theirs']);
    const { nextCursor } = await one.list({ limit: 1 });
    for (const name of namesOf((await other.list({ cursor: nextCursor })).items)) expect(name).toBe('theirs');
    expect(namesOf((await one.list()).items)).toEqual(['ours too', 'ours']);
  });

  it.each(['x', '1', '1.', '-1.2', '99999999999999999999.1', '1.9999999999999999999'])(
    'refuses the cursor %s',
    async (cursor) => {
      const { list } = await organization();
      await expect(list({ cursor })).rejects.toMatchObject({ code: 'request-invalid' });
    },
  );
});
