import type { Role, RouteAnswer, RouteDefinition, RouteInput } from '@muster/contracts';
import { SettableClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { appendToOutbox } from '../../../platform/events/outbox.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { Problem } from '../../../platform/http/problem.ts';
import { inCallOf } from '../../../platform/http/testing/in-call-of.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import * as seed from '../seed.ts';

/** A small college: two groups of three, one supervisor each, a guardian of two, office and principal. */
export interface College {
  readonly orgId: string;
  readonly siteId: string;
  readonly gateId: string;
  readonly groupIds: readonly [string, string];
  readonly principalId: string;
  readonly officeId: string;
  readonly supervisorIds: readonly [string, string];
  readonly guardianId: string;
  /** Three of the first group, three of the second, one of none. */
  readonly memberIds: readonly string[];
}

export class UsersWorld {
  readonly db: TestDatabase;
  readonly clock = new SettableClock('2026-03-02T08:00:00.000Z');
  readonly events: Pick<EventBus, 'append'> = {
    append: (tx, orgId, events) => appendToOutbox(tx, orgId, events, this.clock),
  };

  private constructor(db: TestDatabase) {
    this.db = db;
  }

  static async create(): Promise<UsersWorld> {
    return new UsersWorld(await testDatabase());
  }

  /** Every name in it begins with `slug`, to be recognized where it must not be. */
  college(slug: string): Promise<College> {
    const orgId = uuidv7();
    return this.db.database.inOrganization('users', orgId, async (tx) => {
      const ids = (count: number) => Array.from({ length: count }, () => uuidv7());
      const siteId = uuidv7();
      const gateId = uuidv7();
      const groupIds: [string, string] = [uuidv7(), uuidv7()];
      const memberIds = ids(7);
      const [principalId, officeId, guardianId] = [uuidv7(), uuidv7(), uuidv7()];
      const supervisorIds: [string, string] = [uuidv7(), uuidv7()];
      await seed.seedOrganization(tx, { orgId, slug, name: `${slug} name` });
      await seed.seedSite(tx, orgId, {
        siteId,
        name: `${slug} site`,
        address: `${slug} street 1`,
        timeZone: 'Europe/Vienna',
        center: { latitude: 48.2, longitude: 16.37 },
        gates: [{ gateId, name: `${slug} gate`, position: { latitude: 48.2, longitude: 16.37 } }],
      });
      await seed.seedGroups(
        tx,
        orgId,
        groupIds.map((groupId, index) => ({ groupId, siteId, name: `${slug} ${index}` })),
      );
      const account = (userId: string, role: Role, name: string): seed.AccountSeed => ({
        userId,
        role,
        displayName: `${slug} ${name}`,
        email: `${name.replaceAll(' ', '-')}@${slug}.example`,
      });
      await seed.seedAccounts(tx, orgId, [
        account(principalId, 'org_admin', 'principal'),
        account(officeId, 'org_office', 'office'),
        account(guardianId, 'guardian', 'guardian'),
        ...supervisorIds.map((id, index) => account(id, 'supervisor', `supervisor ${index}`)),
        ...memberIds.map((id, index) => ({ ...account(id, 'member', `member ${index}`), number: `R-${index}` })),
      ]);
      const groupOf = (index: number) => groupIds[Math.floor(index / 3)] ?? null;
      await seed.seedMemberships(
        tx,
        orgId,
        memberIds.map((memberId, index) => ({ memberId, siteId, groupId: groupOf(index) })),
      );
      const assignments = supervisorIds.map((supervisorId, index) => ({ supervisorId, groupId: groupIds[index as 0] }));
      await seed.seedAssignments(tx, orgId, assignments);
      await seed.seedGuardianships(tx, orgId, [
        { guardianId, memberId: memberIds[0] as string, liveAgreedAt: this.clock.now() },
        { guardianId, memberId: memberIds[3] as string },
        { guardianId, memberId: memberIds[4] as string, maySee: false },
      ]);
      return { orgId, siteId, gateId, groupIds, principalId, officeId, supervisorIds, guardianId, memberIds };
    });
  }

  /** Runs a verb as a user of an organization would: parsed input, own transaction, ties of the route's permission. */
  call<R extends RouteDefinition>(
    route: R,
    run: Verb<R>,
    as: { orgId: string; userId: string; role: Role },
    given: { params?: unknown; query?: unknown; body?: unknown; ifMatch?: string } = {},
  ): Promise<RouteAnswer<R>> {
    const input = {
      params: route.params?.parse(given.params ?? {}),
      query: route.query?.parse(given.query ?? {}),
      body: route.body?.parse(given.body ?? {}),
    } as RouteInput<R>;
    return inCallOf(this.db.database, route, as, this.clock.now(), async (tx, call) => {
      const answer = await run(tx, input, { ...call, ifMatch: given.ifMatch });
      if (answer instanceof Problem) throw answer;
      route.answer?.parse(answer);
      return answer;
    });
  }

  async outbox(orgId: string): Promise<{ type: string; payload: unknown }[]> {
    const text = 'SELECT type, payload FROM platform.outbox WHERE org_id = $1 ORDER BY xid, seq';
    return (await this.db.ownerPool.query<{ type: string; payload: unknown }>(text, [orgId])).rows;
  }

  async audit(orgId: string): Promise<{ action: string; detail: Record<string, unknown> }[]> {
    const text = 'SELECT action, detail FROM audit.entry WHERE org_id = $1 ORDER BY xid, seq';
    return (await this.db.ownerPool.query<{ action: string; detail: Record<string, unknown> }>(text, [orgId])).rows;
  }
}
