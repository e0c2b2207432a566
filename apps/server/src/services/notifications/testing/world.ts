import {
  type Alert,
  notificationRoutes as routes,
  type Role,
  type RouteAnswer,
  type RouteDefinition,
  type RouteInput,
} from '@muster/contracts';
import { SettableClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { appendToOutbox } from '../../../platform/events/outbox.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { Problem } from '../../../platform/http/problem.ts';
import { inCallOf } from '../../../platform/http/testing/in-call-of.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { acknowledgeAlert } from '../acknowledge-alert.ts';
import { listAlerts, markInboxRead, readInbox } from '../lists.ts';
import { notify } from '../notify.ts';
import type { NoticedFact } from '../rules/occasions.ts';

export interface Person {
  readonly orgId: string;
  readonly userId: string;
  readonly role: Role;
}

/** A school on a database of its own: facts go in, alerts and messages come out. */
export class NoticeWorld {
  readonly clock = new SettableClock('2026-03-02T09:00:00.000Z');
  readonly events: Pick<EventBus, 'append'>;
  readonly db: TestDatabase;

  private constructor(db: TestDatabase) {
    this.db = db;
    this.events = { append: (tx, orgId, facts) => appendToOutbox(tx, orgId, facts, this.clock) };
  }

  static async create(): Promise<NoticeWorld> {
    return new NoticeWorld(await testDatabase({ poolSize: 10 }));
  }

  async school(): Promise<NoticeSchool> {
    const school = new NoticeSchool(this);
    await school.found();
    return school;
  }

  run(text: string, values: unknown[]): Promise<unknown> {
    return this.db.ownerPool.query(text, values);
  }

  /** As the consumer is handed them, in one transaction. */
  async hear(orgId: string, ...facts: NoticedFact[]): Promise<void> {
    await this.db.database.inOrganization('notifications', orgId, (tx) => notify(tx, orgId, facts, this));
  }

  /** The answer, or the code of the problem. */
  async call<R extends RouteDefinition>(
    route: R,
    run: Verb<R>,
    as: Person,
    given: { params?: unknown; query?: unknown; body?: unknown } = {},
  ): Promise<RouteAnswer<R> | string> {
    const input = {
      params: route.params?.parse(given.params ?? {}),
      query: route.query?.parse(given.query ?? {}),
      body: route.body?.parse(given.body ?? {}),
    } as RouteInput<R>;
    try {
      const answer = await inCallOf(this.db.database, route, as, this.clock.now(), (tx, call) => run(tx, input, call));
      if (answer instanceof Problem) return answer.code;
      route.answer?.parse(answer);
      return answer;
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  }

  async alerts(as: Person, query: Record<string, unknown> = {}): Promise<Alert[]> {
    const answer = await this.call(routes.listAlerts, listAlerts, as, { query });
    return typeof answer === 'string' ? [] : answer.items;
  }

  acknowledge(as: Person, alertId: string): Promise<Alert | string> {
    return this.call(routes.acknowledgeAlert, acknowledgeAlert(this), as, { params: { alertId } });
  }

  async inbox(as: Person, query: Record<string, unknown> = {}): Promise<RouteAnswer<typeof routes.readInbox>> {
    const answer = await this.call(routes.readInbox, readInbox, as, { query });
    if (typeof answer === 'string') throw new Error(answer);
    return answer;
  }

  async titles(as: Person): Promise<string[]> {
    return (await this.inbox(as)).items.map(({ title }) => title);
  }

  markRead(as: Person, itemIds?: readonly string[]): Promise<{ unread: number } | string> {
    return this.call(routes.markInboxRead, markInboxRead(this), as, { body: itemIds === undefined ? {} : { itemIds } });
  }

  async told(orgId: string, type: string): Promise<Record<string, unknown>[]> {
    const text = 'SELECT payload FROM platform.outbox WHERE org_id = $1 AND type = $2 ORDER BY xid, seq';
    const { rows } = await this.db.ownerPool.query<{ payload: Record<string, unknown> }>(text, [orgId, type]);
    return rows.map(({ payload }) => payload);
  }

  async audited(orgId: string): Promise<{ action: string; actor_user_id: string | null; object_id: string }[]> {
    const text = 'SELECT action, actor_user_id, object_id FROM audit.entry WHERE org_id = $1 ORDER BY xid, seq';
    const found = await this.db.ownerPool.query<{ action: string; actor_user_id: string | null; object_id: string }>(
      text,
      [orgId],
    );
    return found.rows;
  }
}

/** Two classes with a teacher each, and people as the test adds them. */
export class NoticeSchool {
  readonly orgId = uuidv7();
  readonly #siteId = uuidv7();
  readonly #groupIds = [uuidv7(), uuidv7()] as const;
  readonly #world: NoticeWorld;

  constructor(world: NoticeWorld) {
    this.#world = world;
  }

  async found(): Promise<void> {
    const { orgId } = this;
    await this.#world.run(
      `INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, $2, 'Lindenhof', 'campus')`,
      [orgId, `org-${orgId}`],
    );
    await this.#world.run(
      `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
       VALUES ($1, $2, 'Lindenhof', 'Road 1', 'Europe/Vienna', 48.2, 16.37)`,
      [orgId, this.#siteId],
    );
    for (const [index, groupId] of this.#groupIds.entries()) {
      await this.#world.run('INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, $4)', [
        orgId,
        groupId,
        this.#siteId,
        `Class ${index}`,
      ]);
    }
  }

  async person(role: Role, displayName: string, language = 'en'): Promise<Person> {
    const userId = uuidv7();
    await this.#world.run(
      'INSERT INTO users.account (org_id, id, role, display_name, language) VALUES ($1, $2, $3, $4, $5)',
      [this.orgId, userId, role, displayName, language],
    );
    return { orgId: this.orgId, userId, role };
  }

  async member(displayName: string, group: 0 | 1 = 0): Promise<Person> {
    const member = await this.person('member', displayName);
    await this.#world.run(
      'INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)',
      [this.orgId, member.userId, this.#siteId, this.#groupIds[group]],
    );
    return member;
  }

  async teacher(group: 0 | 1 = 0, language = 'en'): Promise<Person> {
    const teacher = await this.person('supervisor', 'Theo Lang', language);
    await this.#world.run('INSERT INTO users.assignment (org_id, supervisor_id, group_id) VALUES ($1, $2, $3)', [
      this.orgId,
      teacher.userId,
      this.#groupIds[group],
    ]);
    return teacher;
  }

  async guardian(of: Person, { language = 'en', isTold = true } = {}): Promise<Person> {
    const guardian = await this.person('guardian', 'Gita Rao', language);
    await this.#world.run(
      'INSERT INTO users.guardianship (org_id, guardian_id, member_id, is_told) VALUES ($1, $2, $3, $4)',
      [this.orgId, guardian.userId, of.userId, isTold],
    );
    return guardian;
  }
}
