import type { LocationLevel, Role } from '@muster/contracts';
import type { TestDatabase } from '../../../platform/database/testing/test-database.ts';
import type { OutgoingEvent } from '../../../platform/events/port.ts';
import { startTestServer, type TestServer } from '../../../platform/http/testing/test-server.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { gatewayService } from '../index.ts';
import { LiveClient } from './live-client.ts';

/** A class of two with a teacher, a teacher of nobody, a principal, a guardian of the first who agreed to a live view. */
export interface LiveSchool {
  readonly orgId: string;
  readonly memberIds: readonly [string, string];
  readonly people: Readonly<Record<'teacher' | 'otherTeacher' | 'principal' | 'guardian', string>>;
  readonly sessions: Map<string, string>;
}

const roles: Record<keyof LiveSchool['people'], Role> = {
  teacher: 'supervisor',
  otherTeacher: 'supervisor',
  principal: 'org_admin',
  guardian: 'guardian',
};

export class LiveWorld {
  readonly server: TestServer;
  readonly #clients = new Set<LiveClient>();
  #days = 0;

  private constructor(server: TestServer) {
    this.server = server;
  }

  static async open(): Promise<LiveWorld> {
    return new LiveWorld(await startTestServer((ports) => [gatewayService.create(ports)]));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.cut()));
    await this.server.close();
  }

  get #db(): TestDatabase {
    return this.server.db;
  }

  async school(supervisorLocation: LocationLevel = 'full'): Promise<LiveSchool> {
    const [orgId, siteId, groupId] = [uuidv7(), uuidv7(), uuidv7()];
    const memberIds = [uuidv7(), uuidv7()] as const;
    const people = { teacher: uuidv7(), otherTeacher: uuidv7(), principal: uuidv7(), guardian: uuidv7() };
    const run = (text: string, values: unknown[]) => this.#db.ownerPool.query(text, values);
    await run(
      `INSERT INTO users.organization (id, slug, name, vocabulary, supervisor_location) VALUES ($1, $2, 'A', 'campus', $3)`,
      [orgId, `org-${orgId}`, supervisorLocation],
    );
    await run(
      `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
       VALUES ($1, $2, 'Campus', 'Road 1', 'Europe/Vienna', 48.2, 16.37)`,
      [orgId, siteId],
    );
    await run(`INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, '7b')`, [
      orgId,
      groupId,
      siteId,
    ]);
    const accounts = [
      ...memberIds.map((id) => [id, 'member'] as const),
      ...Object.entries(people).map(([who, id]) => [id, roles[who as keyof typeof people]] as const),
    ];
    for (const [id, role] of accounts) {
      await run('INSERT INTO users.account (org_id, id, role, display_name) VALUES ($1, $2, $3, $3)', [
        orgId,
        id,
        role,
      ]);
    }
    for (const memberId of memberIds) {
      await run('INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)', [
        orgId,
        memberId,
        siteId,
        groupId,
      ]);
    }
    await run('INSERT INTO users.assignment (org_id, supervisor_id, group_id) VALUES ($1, $2, $3)', [
      orgId,
      people.teacher,
      groupId,
    ]);
    await run(
      'INSERT INTO users.guardianship (org_id, guardian_id, member_id, live_agreed_at) VALUES ($1, $2, $3, now())',
      [orgId, people.guardian, memberIds[0]],
    );
    return { orgId, memberIds, people, sessions: new Map() };
  }

  token(school: LiveSchool, who: keyof LiveSchool['people'], sessionId: string = uuidv7()): string {
    return this.server.tokens.issue({ orgId: school.orgId, userId: school.people[who], role: roles[who], sessionId });
  }

  /** A socket, not subscribed to anything yet. */
  client(token: string | null, headers?: Record<string, string>): LiveClient {
    const client = new LiveClient(this.server.url, token, headers);
    this.#clients.add(client);
    return client;
  }

  async subscribed(school: LiveSchool, who: keyof LiveSchool['people'], cursor?: string): Promise<LiveClient> {
    const client = this.client(this.token(school, who));
    await client.subscribe(['attendance', 'location', 'alerts', 'inbox'], cursor);
    return client;
  }

  async tell({ orgId }: LiveSchool, ...events: OutgoingEvent[]): Promise<void> {
    const { database, events: bus } = this.server.ports;
    await database.inOrganization('gateway', orgId, (tx) => bus.append(tx, orgId, events));
  }

  /** The member's day begins: the row that opens access, and the fact. */
  async enter(school: LiveSchool, memberId: string): Promise<void> {
    const sessionId = uuidv7();
    // One ENTER a day: each is on a day of its own.
    this.#days += 1;
    const day = this.#days;
    school.sessions.set(memberId, sessionId);
    const run = (text: string, values: unknown[]) => this.#db.ownerPool.query(text, values);
    const punchId = uuidv7();
    await run(
      `INSERT INTO attendance.punch (org_id, id, member_id, direction, verdict, findings, evidence, date, occurred_at,
         gate_id, site_id, device_id, late_by_minutes, left_early_by_minutes, recorded_at)
       SELECT $1, $2, $3, 'ENTER', 'accepted', '[]', '{}', current_date + $4::int, now(), site_id, site_id,
         site_id, 0, 0, now()
       FROM users.membership WHERE member_id = $3`,
      [school.orgId, punchId, memberId, day],
    );
    await run(
      `INSERT INTO attendance.tracking_session (org_id, id, member_id, site_id, date, enter_punch_id, entered_at,
         planned_exit_at, ends_by)
       SELECT $1, $2, $3, site_id, current_date + $5::int, $4, now(), now() + '8 hours', now() + '9 hours'
       FROM users.membership WHERE member_id = $3`,
      [school.orgId, sessionId, memberId, punchId, day],
    );
    await this.tell(school, {
      type: 'attendance.entered',
      key: memberId,
      payload: { ...this.#punch(school, memberId, punchId), code: 'P', lateByMinutes: 0 },
    });
  }

  /** The member's day ends: the row that closes access, and the fact, with what else is told in the same moment. */
  async exit(school: LiveSchool, memberId: string, ...after: OutgoingEvent[]): Promise<void> {
    const punch = this.#punch(school, memberId, uuidv7());
    await this.#db.ownerPool.query('UPDATE attendance.tracking_session SET exited_at = now() WHERE id = $1', [
      school.sessions.get(memberId),
    ]);
    await this.tell(
      school,
      {
        type: 'attendance.exited',
        key: memberId,
        payload: { ...punch, code: 'P', leftEarlyByMinutes: 0, noExit: false },
      },
      ...after,
    );
  }

  moved(school: LiveSchool, memberId: string, latitude: number): OutgoingEvent<'geo.positions-recorded'> {
    const at = this.server.ports.clock.now().toISOString();
    const fix = { latitude, longitude: 16, fixedAt: at, accuracyMeters: 5, speedMetersPerSecond: null };
    return {
      type: 'geo.positions-recorded',
      key: memberId,
      payload: {
        memberId,
        sessionId: school.sessions.get(memberId) ?? null,
        deviceId: memberId,
        receivedAt: at,
        fixes: [{ ...fix, headingDegrees: null, mock: null }],
      },
    };
  }

  #punch(school: LiveSchool, memberId: string, punchId: string) {
    const now = this.server.ports.clock.now().toISOString();
    const sessionId = school.sessions.get(memberId) ?? memberId;
    return { memberId, punchId, sessionId, siteId: memberId, date: now.slice(0, 10), at: now };
  }
}
