import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SettableClock } from '../clock.ts';
import { serviceNames, type Tx } from '../database/port.ts';
import { type TestDatabase, testDatabase } from '../database/testing/test-database.ts';
import { uuidv7 } from '../ids.ts';
import { type AuditEntry, appendAudit, appendAudits, commitmentTo, deploymentOrgId } from './append.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const orgId = uuidv7();
const entry = (action: string): AuditEntry => ({
  actor: { kind: 'system' },
  action,
  object: { kind: 'member', id: 'm1' },
  detail: {},
});
const read = (tx: Tx) => sql<{ action: string }>`SELECT * FROM audit.entry ORDER BY xid, seq`.execute(tx);

describe('the audit trail', () => {
  it('keeps every part of an entry, and leaves out what was not given', async () => {
    const actor = { kind: 'user', userId: uuidv7(), role: 'supervisor' } as const;
    const full = {
      ...entry('location.looked-at'),
      actor,
      purpose: 'safety',
      requestId: 'r1',
      detail: { level: 'full', days: [1] },
    };
    const clock = new SettableClock('2026-03-01T08:00:00Z');
    await test.database.inOrganization('geo', orgId, (tx) => appendAudits(tx, [full, entry('second')], clock));
    const { rows } = await test.database.inOrganization('audit', orgId, read);
    expect(rows).toMatchObject([
      {
        org_id: orgId,
        recorded_at: clock.now(),
        actor_kind: 'user',
        actor_user_id: actor.userId,
        actor_role: 'supervisor',
        action: 'location.looked-at',
        object_kind: 'member',
        object_id: 'm1',
        purpose: 'safety',
        request_id: 'r1',
        detail: { level: 'full', days: [1] },
      },
      { actor_kind: 'system', actor_user_id: null, actor_role: null, purpose: null, request_id: null },
    ]);
  });

  it('is open to every service, and readable to none but audit', async () => {
    for (const service of serviceNames) {
      await test.database.inOrganization(service, orgId, (tx) => appendAudit(tx, entry(service)));
      if (service !== 'audit')
        await expect(test.database.inOrganization(service, orgId, read)).rejects.toThrow(/denied/);
    }
  });

  it('goes with the transaction', async () => {
    const failed = test.database.inOrganization('geo', orgId, async (tx) => {
      await appendAudit(tx, entry('never'));
      throw new Error('undone');
    });
    await expect(failed).rejects.toThrow('undone');
    const { rows } = await test.database.inOrganization('audit', orgId, read);
    expect(rows.map((row) => row.action)).not.toContain('never');
  });

  it('enters acts without an organization under the deployment', async () => {
    await test.database.acrossOrganizations('users', (tx) => appendAudit(tx, entry('organization.created')));
    const { rows } = await test.database.inOrganization('audit', deploymentOrgId, read);
    expect(rows.map((row) => row.action)).toEqual(['organization.created']);
  });

  it('holds a commitment to what is personal, which can be verified until the value and its salt are gone', async () => {
    const [org, person] = [uuidv7(), uuidv7()];
    const personal = { of: person, fields: { reason: 'Arzttermin', note: null } };
    for (let time = 0; time < 2; time += 1) {
      await test.database.inOrganization('attendance', org, (tx) =>
        appendAudit(tx, { ...entry('punch.decided'), detail: { accepted: true }, personal }),
      );
    }
    interface Kept {
      detail: { accepted: boolean; commitments: Record<string, string> };
      salt: Buffer | null;
      value: string | null;
    }
    const kept = async () => {
      const { rows } = await test.database.inOrganization('audit', org, (tx) =>
        sql<Kept>`SELECT detail, salt, value FROM audit.entry
          LEFT JOIN audit.personal_value ON entry_id = id ORDER BY xid, seq`.execute(tx),
      );
      return rows;
    };
    const [one, other] = await kept();
    expect(one?.detail).toEqual({ accepted: true, commitments: { reason: expect.any(String) as string } });
    expect(one?.detail.commitments['reason']).toBe(commitmentTo(one?.salt as Buffer, '"Arzttermin"'));
    // The same text twice does not show as the same text.
    expect(other?.detail.commitments['reason']).not.toBe(one?.detail.commitments['reason']);
    await test.database.inOrganization('audit', org, (tx) =>
      sql`DELETE FROM audit.personal_value WHERE subject_id = ${person}`.execute(tx),
    );
    expect(await kept()).toMatchObject([
      { detail: one?.detail, value: null },
      { detail: other?.detail, value: null },
    ]);
  });
});
