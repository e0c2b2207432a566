import {
  attendanceRoutes as routes,
  type EventPayload,
  type EventType,
  type Role,
  type RouteAnswer,
  type RouteDefinition,
  type RouteInput,
} from '@muster/contracts';
import { DeviceKey } from '../../../cli/api/device-key.ts';
import { createMemoryCache } from '../../../platform/cache/memory.ts';
import { SettableClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { thumbprintOf } from '../../../platform/device-signature.ts';
import { appendToOutbox } from '../../../platform/events/outbox.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { Problem } from '../../../platform/http/problem.ts';
import { inCallOf } from '../../../platform/http/testing/in-call-of.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { closeDays } from '../close-days.ts';
import { decidePunch } from '../decide-punch.ts';
import { gateKeys } from '../gate-store.ts';
import { enter, exit } from '../punch.ts';
import { readToday } from '../read-today.ts';
import { rotatingCode } from '../rules/gate-code.ts';
import { scan } from '../scan.ts';
import { type SeededSchedule, seedSchedule } from '../seed.ts';

export interface Person {
  orgId: string;
  userId: string;
  role: Role;
  /** The member's own phone. */
  deviceId: string;
  /** Of the phone; absent: it was bound before phones had keys. */
  key?: DeviceKey;
}

interface PunchOptions {
  fix?: RouteInput<typeof routes.enter>['body']['fix'];
  reason?: string;
  nonce?: string;
  deviceAt?: string;
  /** In place of the one that the phone's key makes; null: none. */
  signature?: PunchBody['signature'] | null;
}
type PunchBody = RouteInput<typeof routes.enter>['body'];

/** About 110 m around the gate. */
export const gatePosition = { latitude: 48.2, longitude: 16.37 };
const square = (half: number): [number, number][] => [
  [16.37 - half, 48.2 - half],
  [16.37 + half, 48.2 - half],
  [16.37 + half, 48.2 + half],
  [16.37 - half, 48.2 + half],
  [16.37 - half, 48.2 - half],
];
export const fixAtGate = { ...gatePosition, accuracyMeters: 12, ageMs: 2000, mock: false };
export const fixAtHome = { ...fixAtGate, latitude: 48.25 };

/** One organization on a database of its own, with the attendance service's verbs around it. */
export class School {
  readonly orgId = uuidv7();
  readonly siteId = uuidv7();
  readonly gateId = uuidv7();
  readonly groupId = uuidv7();
  readonly db: TestDatabase;
  readonly clock: SettableClock;
  readonly events: Pick<EventBus, 'append'>;
  readonly cache: ReturnType<typeof createMemoryCache>;

  private constructor(db: TestDatabase, clock: SettableClock) {
    this.db = db;
    this.clock = clock;
    this.cache = createMemoryCache(clock);
    this.events = { append: (tx, orgId, facts) => appendToOutbox(tx, orgId, facts, clock) };
  }

  static async open(db?: TestDatabase): Promise<School> {
    const school = new School(db ?? (await testDatabase({ poolSize: 20 })), new SettableClock('2026-03-02T06:00:00Z'));
    await school.#found();
    return school;
  }

  async #found(): Promise<void> {
    const shape = { kind: 'polygon', rings: [square(0.0015)] };
    const { orgId, siteId, gateId, groupId } = this;
    await this.plant(
      `INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, $2, 'Northgate', 'campus')`,
      [orgId, `org-${orgId}`],
    );
    await this.plant(
      `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
       VALUES ($1, $2, 'Main campus', 'Ring 1', 'Europe/Vienna', 48.2, 16.37)`,
      [orgId, siteId],
    );
    await this.plant(
      `INSERT INTO users.geofence (org_id, id, site_id, name, shape) VALUES ($1, $2, $3, 'Campus', $4)`,
      [orgId, uuidv7(), siteId, JSON.stringify(shape)],
    );
    await this.plant(
      `INSERT INTO users.gate (org_id, id, site_id, name, latitude, longitude) VALUES ($1, $2, $3, 'Main gate', 48.2, 16.37)`,
      [orgId, gateId, siteId],
    );
    await this.plant(`INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, '10A')`, [
      orgId,
      groupId,
      siteId,
    ]);
  }

  /** As the superuser, past every policy: rows of services that are not running here. */
  async plant(statement: string, values: unknown[]): Promise<void> {
    await this.db.ownerPool.query(statement, values);
  }

  async person(role: Role, displayName: string): Promise<Person> {
    const person = { orgId: this.orgId, userId: uuidv7(), role, deviceId: uuidv7() };
    await this.plant(
      `INSERT INTO users.account (org_id, id, role, display_name, joined_on) VALUES ($1, $2, $3, $4, '2026-03-01')`,
      [this.orgId, person.userId, role, displayName],
    );
    return person;
  }

  /** In class 10A, with a phone of the member's own. */
  async member(displayName: string): Promise<Person> {
    const person = await this.person('member', displayName);
    await this.plant(`INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)`, [
      this.orgId,
      person.userId,
      this.siteId,
      this.groupId,
    ]);
    await this.signIn(person, person.deviceId, true);
    return person;
  }

  /** As `member`, with a phone that has a key. */
  async memberWithKey(displayName: string): Promise<Person & { key: DeviceKey }> {
    return this.giveKey(await this.member(displayName));
  }

  /** The phone of this person has a key from now on. */
  async giveKey(person: Person): Promise<Person & { key: DeviceKey }> {
    const key = new DeviceKey(person.deviceId);
    await this.plant(
      `UPDATE auth.device SET public_key = $1, key_thumbprint = $2 WHERE user_id = $3 AND device_id = $4`,
      [JSON.stringify(key.publicKey), thumbprintOf(key.publicKey), person.userId, person.deviceId],
    );
    return { ...person, key };
  }

  async signIn(person: Person, deviceId: string, bound: boolean): Promise<void> {
    await this.plant(
      `INSERT INTO auth.device (org_id, device_id, user_id, name, first_seen_at, last_seen_at, bound_at)
       VALUES ($1, $2, $3, 'Phone', now(), now(), $4)`,
      [this.orgId, deviceId, person.userId, bound ? new Date(0) : null],
    );
  }

  async teacher(displayName: string): Promise<Person> {
    const person = await this.person('supervisor', displayName);
    await this.plant(`INSERT INTO users.assignment (org_id, supervisor_id, group_id) VALUES ($1, $2, $3)`, [
      this.orgId,
      person.userId,
      this.groupId,
    ]);
    return person;
  }

  schedule(more: Partial<SeededSchedule> = {}): Promise<string> {
    const { orgId, groupId } = this;
    const seeded = { orgId, groupId, timeZone: 'Europe/Vienna', validFrom: '2026-03-02', ...more };
    return this.db.database.inOrganization('attendance', orgId, (tx) => seedSchedule(tx, seeded, this.clock.now()));
  }

  /** The time that clocks in Vienna show on a day of March 2026 before the clocks change. */
  at(time: string, date = '2026-03-02'): void {
    this.clock.set(`${date}T${time}:00+01:00`);
  }

  /** Runs a verb as the server does: what it throws is undone, what it returns stays. Both problems are handed back. */
  async run<R extends RouteDefinition>(
    route: R,
    verb: Verb<R>,
    person: Person,
    input: Partial<RouteInput<R>> = {},
  ): Promise<RouteAnswer<R> | Problem> {
    const whole = { params: undefined, query: undefined, body: undefined, ...input } as unknown as RouteInput<R>;
    try {
      const answer = await inCallOf(this.db.database, route, person, this.clock.now(), (tx, call) =>
        verb(tx, whole, call),
      );
      if (answer instanceof Problem) return answer;
      route.answer?.parse(answer);
      return answer;
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  }

  /** The code that the screen at the gate shows now. */
  async codeOnScreen(gateId = this.gateId): Promise<string> {
    const at = this.clock.now();
    const keys = await this.db.database.inOrganization('attendance', this.orgId, (tx) =>
      gateKeys(tx, this.orgId, gateId, at),
    );
    return rotatingCode(keys, at.getTime()).text;
  }

  async scanCode(person: Person, code: string) {
    return this.run(routes.scan, scan(this), person, { body: { code } });
  }

  async scan(person: Person): Promise<RouteAnswer<typeof routes.scan>> {
    return answered(await this.scanCode(person, await this.codeOnScreen()));
  }

  async enter(person: Person, options: PunchOptions = {}) {
    return this.run(routes.enter, enter(this), person, { body: await this.punchBody(person, 'ENTER', options) });
  }

  async exit(person: Person, options: PunchOptions = {}) {
    return this.run(routes.exit, exit(this), person, { body: await this.punchBody(person, 'EXIT', options) });
  }

  /** What the phone sends: signed, where it has a key. */
  async punchBody(
    person: Person,
    direction: 'ENTER' | 'EXIT',
    { fix = fixAtGate, reason, nonce, deviceAt, signature }: PunchOptions = {},
  ): Promise<PunchBody> {
    const said = {
      nonce: nonce ?? (await this.scan(person)).nonce,
      fix,
      deviceAt: deviceAt ?? this.clock.now().toISOString(),
      ...(reason === undefined ? {} : { reason }),
    };
    const { orgId, userId: memberId, deviceId, key } = person;
    const signed = signature ?? key?.signPunch({ orgId, memberId, deviceId, direction, ...said });
    return signature === null || signed === undefined ? said : { ...said, signature: signed };
  }

  async today(viewer: Person, member: Person): Promise<RouteAnswer<typeof routes.readToday>> {
    return answered(await this.run(routes.readToday, readToday(), viewer, { params: { memberId: member.userId } }));
  }

  async decide(viewer: Person, punchId: string, accept: boolean) {
    const input = { params: { punchId }, body: { accept, reason: 'Seen at the gate' } };
    return this.run(routes.decidePunch, decidePunch(this), viewer, input);
  }

  closeDays(): Promise<void> {
    const log = {
      error: (details: unknown) => {
        throw new Error('closing failed', { cause: details });
      },
    };
    return closeDays({ database: this.db.database, events: this.events, clock: this.clock, log } as never)();
  }

  /** Payloads of the facts told about a member so far, in their order. */
  async told<T extends EventType>(type: T, member: Person): Promise<EventPayload<T>[]> {
    const { rows } = await this.db.ownerPool.query<{ payload: EventPayload<T> }>(
      'SELECT payload FROM platform.outbox WHERE type = $1 AND key = $2 ORDER BY xid, seq',
      [type, member.userId],
    );
    return rows.map((row) => row.payload);
  }

  /** Actions of the audit log on a member, in their order. */
  async audited(member: Person): Promise<string[]> {
    const { rows } = await this.db.ownerPool.query<{ action: string }>(
      'SELECT action FROM audit.entry WHERE object_id = $1 ORDER BY xid, seq',
      [member.userId],
    );
    return rows.map((row) => row.action);
  }

  async count(table: string, member: Person): Promise<number> {
    const { rows } = await this.db.ownerPool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM attendance.${table} WHERE member_id = $1`,
      [member.userId],
    );
    return rows[0]?.count ?? 0;
  }

  async sessionsOf(member: Person): Promise<{ exitedAt: string | null }[]> {
    const { rows } = await this.db.ownerPool.query<{ exited_at: Date | null }>(
      'SELECT exited_at FROM attendance.tracking_session WHERE member_id = $1 ORDER BY entered_at',
      [member.userId],
    );
    return rows.map((row) => ({ exitedAt: row.exited_at?.toISOString() ?? null }));
  }
}

/** The answer, where a problem would be a failure of the test. */
export function answered<T>(answer: T | Problem): T {
  if (answer instanceof Problem) throw new Error(`answered with the problem ${answer.code}: ${answer.message}`);
  return answer;
}

/** The code and the sentence of a problem, where an answer would be a failure of the test. */
export function refused(answer: unknown): { code: string; detail: string | undefined } {
  if (!(answer instanceof Problem)) throw new Error(`answered: ${JSON.stringify(answer)}`);
  return { code: answer.code, detail: answer.details.detail };
}
