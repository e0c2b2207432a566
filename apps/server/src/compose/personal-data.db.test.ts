import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  type Role,
  type RouteAnswer,
  type RouteDefinition,
  routes,
  serviceNames,
  servicesWithPersonalData,
} from '@muster/contracts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromBuffer } from 'yauzl';
import { appendAudit, commitmentTo } from '../platform/audit-trail/append.ts';
import { createMemoryCache } from '../platform/cache/memory.ts';
import { SettableClock, systemClock } from '../platform/clock.ts';
import { PostgresDatabase } from '../platform/database/postgres.ts';
import { type TestDatabase, testDatabase } from '../platform/database/testing/test-database.ts';
import { OutboxBus } from '../platform/events/outbox-bus.ts';
import type { SignedInHandler, Verb } from '../platform/http/call.ts';
import { Problem } from '../platform/http/problem.ts';
import { inCallOf } from '../platform/http/testing/in-call-of.ts';
import { uuidv7 } from '../platform/ids.ts';
import type { Jobs, RunningJob } from '../platform/jobs/port.ts';
import { createFolderObjects } from '../platform/objects/folder.ts';
import { createMemoryRealtime } from '../platform/realtime/memory.ts';
import type { Ports, Service } from '../platform/service.ts';
import { createTelemetry } from '../platform/telemetry/telemetry.ts';
import { createTarget } from './targets.ts';

/** All services on one database, as one process has them; jobs run when the test looks. */
const openMuster = async () => {
  const db: TestDatabase = await testDatabase({ poolSize: 10 });
  const folder = await mkdtemp(join(tmpdir(), 'muster-personal-data-'));
  const clock = new SettableClock(systemClock.now().toISOString());
  const logged: string[] = [];
  const eventsDatabase = new PostgresDatabase({ connectionString: db.connectionString, poolSize: 4 });
  const events = new OutboxBus({ database: eventsDatabase, listenUrl: db.connectionString, clock, sweepMs: 300 });
  const handlers = new Map<string, (job: RunningJob<never>) => Promise<void>>();
  const schedules = new Map<string, () => Promise<void>>();
  const jobs = {
    // Asked for with the transaction, and run only if it commits: in this test none is undone.
    enqueue: async (_tx, orgId, { name, payload }) => {
      const run = async (attempt: number): Promise<void> => {
        try {
          await handlers.get(name)?.({
            id: uuidv7(),
            orgId,
            payload: payload as never,
            attempt,
            progress: async () => {},
          });
        } catch (error) {
          if (attempt >= 20) throw error;
          setTimeout(() => void run(attempt + 1), 200);
        }
      };
      setTimeout(() => void run(1), 50);
    },
    handle: (name, work) => void handlers.set(name, work as never),
    every: (name, _everyMs, work) => void schedules.set(name, work),
  } as Partial<Jobs> as Jobs;
  const ports: Ports = {
    database: db.database,
    events,
    clock,
    telemetry: createTelemetry({ level: 'debug', destination: { write: (line: string) => void logged.push(line) } }),
    accessTokens: {} as Ports['accessTokens'],
    jobs,
    objects: await createFolderObjects(folder),
    cache: createMemoryCache(clock),
    realtime: createMemoryRealtime(),
    settings: { publicUrl: 'https://muster.example', webRoot: '/nowhere', serviceUrls: new Map(), configuration: [] },
  };
  const services: Service[] = [];
  for (const service of serviceNames) services.push(await createTarget({ service }, ports));
  for (const { consumers = [] } of services) for (const consumer of consumers) events.subscribe(consumer);
  for (const service of services) service.jobs?.(jobs);
  await events.start();
  const bound = new Map(
    services.flatMap(({ routes: table }) => table.map((each) => [each.route.operation, each] as const)),
  );
  const handlerOf = (operation: string): Verb<never> => {
    const found = bound.get(operation);
    if (found === undefined) throw new Error(`Nobody answers ${operation}.`);
    return found.handler as Verb<never>;
  };

  return {
    db,
    folder,
    clock,
    ports,
    logged,
    schedules,
    call: async <R extends RouteDefinition>(
      route: R,
      as: { orgId: string; userId: string; role: Role },
      given: { params?: unknown; query?: unknown; body?: unknown } = {},
    ): Promise<RouteAnswer<R>> => {
      const input = {
        params: route.params?.parse(given.params ?? {}),
        query: route.query?.parse(given.query ?? {}),
        body: route.body?.parse(given.body ?? {}),
      };
      return inCallOf(db.database, route, as, clock.now(), async (tx, call) => {
        const answer = await handlerOf(route.operation)(tx, input as never, call);
        if (answer instanceof Problem) throw answer;
        route.answer?.parse(answer);
        return answer as RouteAnswer<R>;
      });
    },
    /** As the member's own phone does. */
    report: async (as: { orgId: string; userId: string; role: Role }) => {
      const call = { actor: { ...as, sessionId: uuidv7(), deviceId: uuidv7() }, ties: ['self'], at: systemClock.now() };
      const run = bound.get('reportPositions')?.handler as unknown as SignedInHandler<typeof routes.reportPositions>;
      const body = { positions: [{ fixedAt: systemClock.now().toISOString(), ...elsewhere, accuracyMeters: 5 }] };
      const answer = await run({ params: undefined, query: undefined, body }, call as never);
      if (answer instanceof Problem) throw answer;
      return answer;
    },
    download: async (as: { orgId: string; userId: string; role: Role }, requestId: string): Promise<Buffer> => {
      const reply = { header: () => reply };
      const call = { actor: { ...as, sessionId: uuidv7(), deviceId: uuidv7() }, ties: [], at: clock.now(), reply };
      const run = bound.get('downloadDataExport')?.handler as unknown as SignedInHandler<
        typeof routes.downloadDataExport
      >;
      const answer = await run({ params: { requestId }, query: undefined, body: undefined }, call as never);
      return buffer(answer as NodeJS.ReadableStream);
    },
    close: async () => {
      await events.stop();
      await eventsDatabase.close();
      await db.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

let muster: Awaited<ReturnType<typeof openMuster>>;
beforeAll(async () => {
  muster = await openMuster();
});
afterAll(() => muster.close());

/** Kept for minutes, or no more than that something has changed. */
const tablesWithoutPersons = ['users.access_change'];

/** Everything that is planted begins with this, in whatever it stands. */
const marker = 'Quaxolotl';
/** Coordinates that nobody else has. */
const place = { latitude: 48.1234567, longitude: 16.7654321 };
const elsewhere = { latitude: 48.2, longitude: 16.3 };
const patience = { timeout: 15_000, interval: 100 };

interface School {
  readonly orgId: string;
  readonly siteId: string;
  readonly groupId: string;
  readonly admin: { orgId: string; userId: string; role: 'org_admin' };
  readonly guardian: { orgId: string; userId: string; role: 'guardian' };
  member(name: string, birthDate?: string): Promise<{ orgId: string; userId: string; role: 'member' }>;
  plant(text: string, values?: unknown[]): Promise<void>;
}

const openSchool = async (): Promise<School> => {
  const [orgId, siteId, groupId] = [uuidv7(), uuidv7(), uuidv7()];
  const plant = async (text: string, values: unknown[] = []) => void (await muster.db.ownerPool.query(text, values));
  await plant(`INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, $2, 'Northgate', 'campus')`, [
    orgId,
    `of-${orgId}`,
  ]);
  await plant(
    `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
     VALUES ($1, $2, 'Campus', 'Ring 1', 'Europe/Vienna', 48.2, 16.37)`,
    [orgId, siteId],
  );
  await plant(`INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, '10A')`, [
    orgId,
    groupId,
    siteId,
  ]);
  const account = async (
    role: Role,
    name: string,
    more: { number?: string; email?: string; birthDate?: string } = {},
  ) => {
    const userId = uuidv7();
    await plant(
      `INSERT INTO users.account (org_id, id, role, display_name, number, email, birth_date, joined_on)
       VALUES ($1, $2, $3, $4, $5, $6, $7, '2024-09-01')`,
      [orgId, userId, role, name, more.number ?? null, more.email ?? null, more.birthDate ?? null],
    );
    return userId;
  };
  const admin = { orgId, userId: await account('org_admin', 'Pia Novak'), role: 'org_admin' } as const;
  const guardian = { orgId, userId: await account('guardian', 'Gita Rao'), role: 'guardian' } as const;
  return {
    orgId,
    siteId,
    groupId,
    admin,
    guardian,
    plant,
    member: async (name, birthDate) => {
      const more = { number: `${name}-77`, email: `${name.toLowerCase().replaceAll(' ', '.')}@example.org` };
      const userId = await account('member', name, { ...more, ...(birthDate === undefined ? {} : { birthDate }) });
      await plant(`INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)`, [
        orgId,
        userId,
        siteId,
        groupId,
      ]);
      await plant(`INSERT INTO users.guardianship (org_id, guardian_id, member_id) VALUES ($1, $2, $3)`, [
        orgId,
        guardian.userId,
        userId,
      ]);
      return { orgId, userId, role: 'member' };
    },
  };
};

const publish = ({ admin }: School) =>
  muster.call(routes.publishNotice, admin, {
    body: {
      purposes: [
        { purpose: 'attendance', necessary: false },
        { purpose: 'safety', necessary: true },
        { purpose: 'guardian-live', necessary: false },
      ],
      texts: [{ language: 'en', title: 'What we do', body: 'We keep when you enter and when you leave.' }],
      validFrom: null,
    },
  });

/** ENTER and a few positions, as if attendance and geo had done it. */
const track = async (school: School, memberId: string, mark = 'Somebody', at = elsewhere): Promise<string> => {
  const [sessionId, punchId, deviceId] = [uuidv7(), uuidv7(), uuidv7()];
  const enteredAt = new Date(systemClock.now().getTime() - 3_600_000);
  await school.plant(
    `INSERT INTO attendance.punch (org_id, id, member_id, direction, verdict, findings, evidence, date, occurred_at, gate_id,
       site_id, device_id, reason, late_by_minutes, left_early_by_minutes, recorded_at)
     VALUES ($1, $2, $3, 'ENTER', 'accepted', $4, $5, current_date, $6, $7, $8, $9, $10, 0, 0, $6)`,
    [
      school.orgId,
      punchId,
      memberId,
      JSON.stringify([{ code: 'x', sentence: `${mark} came late` }]),
      JSON.stringify({ fix: at, userAgent: `${mark} phone` }),
      enteredAt,
      uuidv7(),
      school.siteId,
      deviceId,
      `=${mark} missed the bus`,
    ],
  );
  await school.plant(
    `INSERT INTO attendance.tracking_session (org_id, id, member_id, site_id, date, enter_punch_id, entered_at,
       planned_exit_at, ends_by) VALUES ($1, $2, $3, $4, current_date, $5, $6, now() + interval '3 h', now() + interval '5 h')`,
    [school.orgId, sessionId, memberId, school.siteId, punchId, enteredAt],
  );
  await school.plant(
    `INSERT INTO attendance.attendance_day (org_id, member_id, date, code, entered_at, worked_minutes, updated_at)
     VALUES ($1, $2, current_date, 'P', $3, 60, now())`,
    [school.orgId, memberId, enteredAt],
  );
  await school.plant(`SELECT geo.make_partitions(current_date - 1, current_date + 1)`);
  await school.plant(
    `INSERT INTO geo.position (org_id, member_id, session_id, purpose, device_id, fixed_at, received_at, latitude, longitude,
       is_ping) SELECT $1, $2, $3, 'attendance', $4, now() - n * interval '1 minute', now(), $5, $6, false
     FROM generate_series(1, 5) n`,
    [school.orgId, memberId, sessionId, deviceId, at.latitude, at.longitude],
  );
  await school.plant(
    `INSERT INTO geo.last_position (org_id, member_id, session_id, purpose, device_id, fixed_at, received_at, latitude,
       longitude) VALUES ($1, $2, $3, 'attendance', $4, now(), now(), $5, $6)`,
    [school.orgId, memberId, sessionId, deviceId, at.latitude, at.longitude],
  );
  await school.plant(
    `INSERT INTO auth.device (org_id, device_id, user_id, name, first_seen_at, last_seen_at, bound_at)
     VALUES ($1, $2, $3, $4, now(), now(), now())`,
    [school.orgId, deviceId, memberId, `${mark} phone`],
  );
  return sessionId;
};

/** Tables of every schema of ours in which a text stands, and where; so are objects, the cache, and the log. */
const whereIs = async (texts: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  const { rows } = await muster.db.ownerPool.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%'
       AND n.nspname <> 'information_schema'`,
  );
  for (const { name } of rows) {
    for (const text of texts) {
      const hits = await muster.db.ownerPool.query<{ hit: string }>(
        `SELECT t::text AS hit FROM ${name} t WHERE lower(t::text) LIKE '%' || lower($1) || '%' LIMIT 1`,
        [text],
      );
      for (const { hit } of hits.rows) found.push(`${name}: ${hit.slice(0, 300)}`);
    }
  }
  const files = await readdir(muster.folder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((each) => each.isFile())) {
    const content = (await contentOf(join(file.parentPath, file.name))).toString('latin1').toLowerCase();
    if (texts.some((text) => content.includes(text.toLowerCase()))) found.push(`file ${file.name}`);
  }
  const log = muster.logged.join('\n').toLowerCase();
  if (texts.some((text) => log.includes(text.toLowerCase()))) found.push('the log');
  return found;
};

/** Nothing, where it has been removed since it was listed: the parts of an export go when the whole of it is there. */
const contentOf = (path: string): Promise<Buffer> =>
  readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });

const unzip = (zip: Buffer): Promise<Map<string, string>> =>
  new Promise((resolve, reject) => {
    const files = new Map<string, string>();
    fromBuffer(zip, { lazyEntries: true }, (error, opened) => {
      if (error) return reject(error);
      opened.on('entry', (entry: { fileName: string }) =>
        opened.openReadStream(entry as never, (failure, stream) => {
          if (failure) return reject(failure);
          void buffer(stream).then((content) => {
            files.set(entry.fileName, content.toString('utf8'));
            opened.readEntry();
          });
        }),
      );
      opened.on('end', () => resolve(files));
      opened.readEntry();
    });
  });

describe('consent', () => {
  it('is asked of the guardian of a minor, and its withdrawal ends tracking at once', async () => {
    const school = await openSchool();
    const { guardian, orgId } = school;
    const member = await school.member('Ada Byron', '2012-03-01');
    expect(await muster.call(routes.readOwnPrivacy, guardian)).toMatchObject({ notice: null, awaiting: [] });
    const { version } = await publish(school);
    const asked = await muster.call(routes.readOwnPrivacy, guardian);
    expect(asked.awaiting).toMatchObject([{ memberId: member.userId, displayName: 'Ada Byron', isSelf: false }]);
    expect((await muster.call(routes.readOwnPrivacy, member)).awaiting).toEqual([]);
    const own = {
      version,
      language: 'en',
      answers: [{ memberId: member.userId, agreed: ['attendance', 'guardian-live'] }],
    };
    await expect(muster.call(routes.giveConsent, member, { body: own })).rejects.toMatchObject({
      code: 'not-permitted',
    });
    const given = await muster.call(routes.giveConsent, guardian, { body: own });
    expect(given.awaiting).toEqual([]);
    expect(given.consents.map(({ purpose, answer }) => `${purpose} ${answer}`).sort()).toEqual([
      'attendance agreed',
      'guardian-live agreed',
      'safety told',
    ]);
    await track(school, member.userId);
    const access = async (viewerId: string) => {
      const { rows } = await muster.db.database.inOrganization('geo', orgId, (tx) =>
        sql<{ live_level: string }>`SELECT live_level FROM published.location_access
          WHERE viewer_id = ${viewerId} AND member_id = ${member.userId}`.execute(tx),
      );
      return rows[0]?.live_level;
    };
    expect([await access(guardian.userId), await access(school.admin.userId)]).toEqual(['full', 'full']);

    expect(await muster.report(member)).toMatchObject({ stored: 1, dropped: 0, tracking: true });

    const withdraw = (purpose: string) =>
      muster.call(routes.withdrawConsent, guardian, { body: { memberId: member.userId, purpose } });
    await expect(withdraw('safety')).rejects.toMatchObject({ code: 'purpose-necessary' });
    await withdraw('guardian-live');
    expect([await access(guardian.userId), await access(school.admin.userId)]).toEqual(['attendance', 'full']);
    await withdraw('attendance');
    // In the same moment, before anybody has heard of it; then what was kept goes.
    expect(await access(school.admin.userId)).toBe('attendance');
    expect(await muster.report(member)).toMatchObject({ stored: 0, dropped: 1, tracking: false });
    await vi.waitFor(async () => {
      const { rows } = await muster.db.ownerPool.query(
        `SELECT (SELECT tracking_ended_at FROM attendance.tracking_session WHERE member_id = $1) AS ended,
           (SELECT count(*)::int FROM geo.last_position WHERE member_id = $1) AS places`,
        [member.userId],
      );
      expect(rows).toMatchObject([{ ended: expect.any(Date) as Date, places: 0 }]);
    }, patience);
    // Whoever agrees again is tracked from the next ENTER on, not in this session.
    const again = { ...own, answers: [{ memberId: member.userId, agreed: ['attendance'] }] };
    await muster.call(routes.giveConsent, guardian, { body: again });
    expect(await access(school.admin.userId)).toBe('attendance');
    expect(await muster.report(member)).toMatchObject({ stored: 0, tracking: false });
    await school.plant('UPDATE attendance.tracking_session SET exited_at = now() WHERE member_id = $1', [
      member.userId,
    ]);
    await school.plant(
      `INSERT INTO attendance.tracking_session (org_id, id, member_id, site_id, date, enter_punch_id, entered_at,
         planned_exit_at, ends_by) SELECT org_id, uuidv7(), member_id, site_id, date, enter_punch_id, now(), planned_exit_at,
         ends_by FROM attendance.tracking_session WHERE member_id = $1`,
      [member.userId],
    );
    expect(await access(school.admin.userId)).toBe('full');
  });

  it('is asked anew after the next version, and entered from paper', async () => {
    const school = await openSchool();
    const grown = await school.member('Ben Okri', '2001-01-01');
    const { version } = await publish(school);
    const answers = [{ memberId: grown.userId, agreed: [] }];
    const answered = await muster.call(routes.giveConsent, grown, { body: { version, language: 'en', answers } });
    expect(answered).toMatchObject({ awaiting: [], ofAge: true });
    const next = await publish(school);
    await expect(
      muster.call(routes.giveConsent, grown, { body: { version, language: 'en', answers } }),
    ).rejects.toMatchObject({ code: 'changed-meanwhile' });
    expect((await muster.call(routes.readOwnPrivacy, grown)).awaiting).toHaveLength(1);
    const paper = { version: next.version, language: 'en', agreed: ['attendance'] };
    const enter = (signedBy: string) =>
      muster.call(routes.enterPaperConsent, school.admin, {
        params: { userId: grown.userId },
        body: { ...paper, signedBy },
      });
    await expect(enter(school.guardian.userId)).rejects.toMatchObject({ code: 'not-permitted' });
    const { consents } = await enter(grown.userId);
    expect(consents[0]).toMatchObject({ method: 'paper', enteredBy: 'Pia Novak', givenBy: 'Ben Okri', isNewest: true });
    const { answered: counted } = await muster.call(routes.listNotices, school.admin);
    expect(counted).toEqual({ members: 1, of: 1 });
  });

  it('ends what guardians see on the 18th birthday at the site, until the member grants it', async () => {
    const school = await openSchool();
    const { guardian } = school;
    const day = (offset: number) => {
      const born = new Date(systemClock.now().getTime() + offset * 86_400_000);
      return `${born.getUTCFullYear() - 18}-${born.toISOString().slice(5, 10)}`;
    };
    const children = [
      await school.member('One', day(2)),
      await school.member('Two', day(-1)),
      await school.member('Three'),
    ];
    const seen = async () => {
      const { items } = await muster.call(routes.listMembers, guardian);
      return items.map(({ displayName }) => displayName);
    };
    expect(await seen()).toEqual(['One', 'Three']);
    const two = children[1] as (typeof children)[number];
    expect((await muster.call(routes.readOwnPrivacy, two)).guardians).toMatchObject([
      { maySee: false, mayLive: false },
    ]);
    const grant = (as: typeof two, maySee: boolean) =>
      muster.call(routes.grantGuardian, as, {
        params: { guardianId: guardian.userId },
        body: { maySee, mayLive: true },
      });
    await expect(grant(children[0] as typeof two, true)).rejects.toMatchObject({ code: 'not-permitted' });
    expect(await grant(two, true)).toMatchObject({ guardians: [{ maySee: true, mayLive: true }] });
    expect(await seen()).toEqual(['One', 'Three', 'Two']);
    await grant(two, false);
    expect(await seen()).toEqual(['One', 'Three']);
  });
});

describe('everything about a person', () => {
  it('comes as a ZIP of JSON and CSV, inert, from all services, for seven days', async () => {
    const school = await openSchool();
    const member = await school.member('Eva Exportia');
    await track(school, member.userId);
    const { requestId } = await muster.call(routes.exportOwnData, member);
    expect((await muster.call(routes.exportOwnData, member)).requestId).toBe(requestId);
    await vi.waitFor(async () => {
      const { items } = await muster.call(routes.listOwnDataRequests, member);
      expect(items).toMatchObject([{ requestId, state: 'done', progress: 1 }]);
    }, patience);
    const files = await unzip(await muster.download(member, requestId));
    expect(JSON.parse(files.get('location/positions.json') ?? '')).toHaveLength(5);
    expect(files.get('location/positions.csv')?.split('\r\n')).toHaveLength(7);
    expect(files.get('attendance/punches.csv')).toContain("'=Somebody missed the bus");
    expect(files.get('person/account.json')).toContain('Eva Exportia');
    expect([...files.values()].join('\n')).not.toMatch(/password_hash|secret_hash|token_hash/);
    await expect(muster.download(school.guardian, requestId)).rejects.toMatchObject({ code: 'not-found' });
    expect(await muster.download(member, requestId)).not.toHaveLength(0);
    muster.clock.advance(8 * 86_400_000);
    await expect(muster.download(member, requestId)).rejects.toMatchObject({ code: 'not-found' });
    muster.clock.advance(-8 * 86_400_000);
  });

  it('is answered for by every service that keeps something', async () => {
    const { rows } = await muster.db.ownerPool.query<{ consumer: string }>(
      `SELECT consumer FROM platform.consumer_cursor WHERE consumer LIKE '%.personal-data' ORDER BY consumer`,
    );
    expect(rows.map(({ consumer }) => consumer.split('.')[0])).toEqual([...servicesWithPersonalData].sort());
  });

  it('is thought of in every table that names somebody', async () => {
    const { rows } = await muster.db.ownerPool.query<{ name: string }>(
      `SELECT DISTINCT c.oid::regclass::text AS name FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = ANY ($1)
         AND (a.attname IN ('user_id', 'member_id', 'subject_id', 'supervisor_id', 'guardian_id', 'viewer_id')
           OR c.oid = 'users.account'::regclass)
       ORDER BY 1`,
      [[...servicesWithPersonalData]],
    );
    const sources = await Promise.all(
      servicesWithPersonalData.map((service) =>
        readFile(join(import.meta.dirname, `../services/${service}/personal-data.ts`), 'utf8'),
      ),
    );
    const written = sources.join('\n');
    const isThoughtOf = (name: string) =>
      written.includes(name) || written.includes(`'${name.replaceAll('"', '').split('.')[1]}'`);
    const forgotten = rows.map(({ name }) => name.replaceAll('"', '')).filter((name) => !isThoughtOf(name));
    expect(forgotten.filter((name) => !tablesWithoutPersons.includes(name))).toEqual([]);
  });
});

describe('retention', () => {
  it('is what the organization says, on the sheet and in every table', async () => {
    const school = await openSchool();
    const { admin, plant, orgId } = school;
    const member = await school.member('Dan');
    await track(school, member.userId);
    const before = { positions: 30, looks: 365, punchEvidence: 180, signIns: 90, notifications: 90, exports: 7 };
    expect(await muster.call(routes.readRetention, admin)).toEqual(before);
    const after = { positions: 7, looks: 30, punchEvidence: 30, signIns: 7, notifications: 7, exports: 1 };
    await muster.call(routes.changeRetention, admin, { body: after });
    expect((await muster.call(routes.readPrivacySheet, member)).retention).toEqual(after);
    await plant(`SELECT geo.make_partitions(current_date - 10, current_date - 9)`);
    await plant(
      `INSERT INTO geo.position (org_id, member_id, session_id, purpose, device_id, fixed_at, received_at, latitude, longitude,
         is_ping) VALUES ($1, $2, uuidv7(), 'attendance', uuidv7(), now() - interval '9 days', now(), 1, 1, false)`,
      [orgId, member.userId],
    );
    await plant(
      `INSERT INTO geo.look (org_id, look_id, member_id, viewer_id, viewer_role, kind, purpose, looked_at)
       SELECT $1, uuidv7(), $2, $3, 'org_admin', 'live', 'safety', now() - n * interval '1 day' FROM unnest('{29,31}'::int[]) n`,
      [orgId, member.userId, admin.userId],
    );
    await plant(`ALTER TABLE attendance.punch DISABLE TRIGGER only_empty`);
    await plant(`UPDATE attendance.punch SET occurred_at = now() - interval '31 days' WHERE member_id = $1`, [
      member.userId,
    ]);
    await plant(`ALTER TABLE attendance.punch ENABLE TRIGGER only_empty`);
    await plant(
      `INSERT INTO notifications.inbox_item (org_id, id, user_id, kind, cause_id, title, body, created_at)
       SELECT $1, uuidv7(), $2, 'x', uuidv7(), 't', 'b', now() - n * interval '1 day' FROM unnest('{6,8}'::int[]) n`,
      [orgId, admin.userId],
    );
    await plant(
      `INSERT INTO auth.session (org_id, id, user_id, device_id, role, started_at, ends_by, ended_at, end_cause)
       SELECT $1, uuidv7(), $2, uuidv7(), 'member', now(), now(), now() - n * interval '1 day', 'x'
       FROM unnest('{6,8}'::int[]) n`,
      [orgId, member.userId],
    );
    for (const [name, work] of muster.schedules) if (name.endsWith('.kept-no-longer')) await work();
    const { rows } = await muster.db.ownerPool.query(
      `SELECT (SELECT count(*)::int FROM geo.position WHERE org_id = $1) AS positions,
         (SELECT count(*)::int FROM geo.look WHERE org_id = $1) AS looks,
         (SELECT count(*)::int FROM notifications.inbox_item WHERE org_id = $1) AS items,
         (SELECT count(*)::int FROM auth.session WHERE org_id = $1) AS sessions,
         (SELECT evidence FROM attendance.punch WHERE org_id = $1) AS evidence,
         (SELECT count(*)::int FROM attendance.attendance_day WHERE org_id = $1) AS days`,
      [orgId],
    );
    expect(rows).toEqual([{ positions: 5, looks: 1, items: 1, sessions: 1, evidence: {}, days: 1 }]);
    expect(muster.logged.filter((line) => line.includes('could not be removed'))).toEqual([]);
    // What is left of a punch is never written again.
    await expect(plant(`UPDATE attendance.punch SET reason = 'another' WHERE org_id = $1`, [orgId])).rejects.toThrow(
      /not changed/,
    );
  });
});

describe('an erasure', () => {
  it('is refused while something stands against it', async () => {
    const school = await openSchool();
    const member = await school.member('Cleo');
    const erase = (displayName = 'Cleo') =>
      muster.call(routes.erasePerson, school.admin, {
        params: { userId: member.userId },
        body: { ground: 'consent-withdrawn', displayName },
      });
    await expect(erase('Cloe')).rejects.toMatchObject({ code: 'person-invalid' });
    const hold = (reason: string | null) =>
      muster.call(routes.setHold, school.admin, { params: { userId: member.userId }, body: { reason } });
    await hold('A case before the court');
    await expect(erase()).rejects.toMatchObject({ code: 'erasure-refused' });
    await hold(null);
    await track(school, member.userId);
    await expect(erase()).rejects.toMatchObject({ code: 'erasure-refused' });
    await expect(
      muster.call(routes.erasePerson, school.admin, {
        params: { userId: school.admin.userId },
        body: { ground: 'objection', displayName: 'Pia Novak' },
      }),
    ).rejects.toMatchObject({ code: 'erasure-refused' });
  });

  it('leaves nothing of the person anywhere, and the days and the log as they were', async () => {
    const school = await openSchool();
    const { orgId, admin, plant } = school;
    const member = await school.member(`${marker} Person`);
    const { userId } = member;
    const sessionId = await track(school, userId, marker, place);
    await publish(school);
    await plantEverywhere(school, userId, sessionId);
    await muster.call(routes.exportDataOf, admin, { params: { userId } });
    await vi.waitFor(async () => {
      const { items } = await muster.call(routes.listDataRequests, admin);
      expect(items).toMatchObject([{ state: 'done' }]);
    }, patience);
    await plant(`UPDATE attendance.tracking_session SET exited_at = now() WHERE member_id = $1`, [userId]);
    const entries = async () =>
      (
        await muster.db.ownerPool.query<{ id: string; detail: unknown }>(
          `SELECT * FROM audit.entry WHERE org_id = $1 ORDER BY xid, seq`,
          [orgId],
        )
      ).rows;
    const before = await entries();
    const texts = [marker, String(place.latitude), String(place.longitude)];
    expect((await whereIs(texts)).length).toBeGreaterThan(15);

    await muster.call(routes.erasePerson, admin, {
      params: { userId },
      body: { ground: 'objection', displayName: `${marker} Person` },
    });
    await vi.waitFor(async () => {
      const { items } = await muster.call(routes.listDataRequests, admin);
      expect(items).toMatchObject([{ kind: 'erasure', state: 'done', subjectName: 'Erased person' }]);
      expect(await whereIs(texts)).toEqual([]);
    }, patience);
    const { rows } = await muster.db.ownerPool.query(
      `SELECT (SELECT count(*)::int FROM attendance.attendance_day WHERE member_id = $1) AS days,
         (SELECT count(*)::int FROM attendance.punch WHERE member_id = $1) AS punches,
         (SELECT status FROM users.account WHERE id = $1) AS status`,
      [userId],
    );
    expect(rows).toEqual([{ days: 1, punches: 1, status: 'left' }]);
    expect((await muster.ports.cache.places.near(orgId, place, 1_000)).found?.names).toEqual([]);
    // Not an entry has changed, commitments included.
    expect((await entries()).slice(0, before.length)).toEqual(before);
    expect(JSON.stringify(before)).toContain('commitments');
    await expect(muster.call(routes.exportDataOf, admin, { params: { userId } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

/** What other parts of Muster would have written: each with the marker, or the coordinates, in it. */
const plantEverywhere = async ({ orgId, admin, plant, siteId }: School, userId: string, sessionId: string) => {
  const { database, objects, cache } = muster.ports;
  const sentence = `${marker} Person has left the campus`;
  await plant(
    `INSERT INTO notifications.alert (org_id, id, kind, member_id, cause_id, sentence, raised_at)
     VALUES ($1, uuidv7(), 'geo-violation', $2, uuidv7(), $3, now())`,
    [orgId, userId, sentence],
  );
  await plant(
    `INSERT INTO notifications.inbox_item (org_id, id, user_id, kind, cause_id, title, body, member_id, created_at)
     VALUES ($1, uuidv7(), $2, 'geo-violation', uuidv7(), $4, $4, $3, now()), ($1, uuidv7(), $3, 'x', uuidv7(), $4, $4, $3, now())`,
    [orgId, admin.userId, userId, sentence],
  );
  await plant(
    `INSERT INTO fraud.signal (org_id, id, member_id, kind, points, cause_key, sentence, innocent_explanations, facts,
       observed_at, recorded_at, source_event_id)
     VALUES ($1, uuidv7(), $2, 'fake-gps', 30, 'x', $3, '[]', '{}', now(), now(), uuidv7())`,
    [orgId, userId, sentence],
  );
  await plant(
    `INSERT INTO fraud.recent_track (org_id, member_id, device_id, fixes, updated_at) VALUES ($1, $2, uuidv7(), $3, now())`,
    [orgId, userId, JSON.stringify([place])],
  );
  await plant(
    `INSERT INTO geo.presence_state (org_id, session_id, member_id, presence, since, fold)
     VALUES ($1, $2, $3, 'inside', now(), $4)`,
    [orgId, sessionId, userId, JSON.stringify({ newest: [1, 'd', place.latitude, place.longitude, 5, 0] })],
  );
  await plant(
    `INSERT INTO geo.look (org_id, look_id, member_id, viewer_id, viewer_role, kind, purpose, reason, looked_at)
     VALUES ($1, uuidv7(), $2, $3, 'org_admin', 'history', 'safety', $4, now())`,
    [orgId, userId, admin.userId, `${marker} was missing`],
  );
  await plant(
    `INSERT INTO geo.phone_client (org_id, phone_client_id, user_id, client, name, secret_hash, added_at)
     VALUES ($1, uuidv7(), $2, 'owntracks', $3, sha256('x'), now())`,
    [orgId, userId, `${marker} phone`],
  );
  await plant(
    `INSERT INTO geo.quarantine (org_id, quarantine_id, member_id, device_id, client, reason, parts, excerpt, received_at)
     VALUES ($1, uuidv7(), $2, uuidv7(), 'owntracks', 'x', 1, $3, now())`,
    [orgId, userId, `{"tid":"${marker}"}`],
  );
  await plant(
    `INSERT INTO auth.passkey (org_id, id, user_id, name, credential_id, public_key, counter, transports, made_at)
     VALUES ($1, uuidv7(), $2, $3, 'x', 'x', 0, '{}', now())`,
    [orgId, userId, `${marker} key`],
  );
  const answer = { userId, displayName: `${marker} Person` };
  await plant(
    `INSERT INTO platform.idempotency (org_id, user_id, key, fingerprint, status, body, answered_at)
     VALUES ($1, $2, 'some-key', 'x', 200, $3, now())`,
    [orgId, admin.userId, JSON.stringify(answer)],
  );
  const importKey = `${orgId}/imports/${uuidv7()}.bin`;
  await objects.put(importKey, Buffer.from(`name\n${marker} Person`), { contentType: 'text/csv' });
  await plant(
    `INSERT INTO users.import_run (org_id, id, started_by, file_name, state, started_at, object_key, reading)
     VALUES ($1, uuidv7(), $2, 'people.csv', 'mapping', now(), $3, $4)`,
    [orgId, admin.userId, importKey, JSON.stringify({ sample: [[`${marker} Person`]] })],
  );
  const reportKey = `${orgId}/reports/${uuidv7()}.csv`;
  await objects.put(reportKey, Buffer.from(`10A,${marker} Person,P`), { contentType: 'text/csv' });
  await plant(
    `INSERT INTO reports.run (org_id, id, kind, month, requested_by, ties, requested_at, status, object_key, bytes, sha256)
     VALUES ($1, uuidv7(), 'monthly-attendance', '2026-03-01', $2, '{}', now(), 'done', $3, 1, 'x')`,
    [orgId, admin.userId, reportKey],
  );
  await cache.places.replace(orgId, 0, '1', new Map([[`${userId} ${sessionId}`, place]]), 60_000);
  await database.inOrganization('attendance', orgId, async (tx) => {
    await appendAudit(tx, {
      actor: { kind: 'user', userId: admin.userId, role: 'org_admin' },
      action: 'attendance.decided',
      object: { kind: 'member', id: userId },
      detail: {},
      personal: { of: userId, fields: { reason: `${marker} was ill` } },
    });
    await muster.ports.events.append(tx, orgId, [
      {
        type: 'notifications.alert-raised',
        key: userId,
        payload: {
          memberId: userId,
          alertId: uuidv7(),
          kind: 'geo-violation',
          sentence,
          at: systemClock.now().toISOString(),
        },
      },
    ]);
  });
  expect(commitmentTo(Buffer.alloc(32), `"${siteId}"`)).toMatch(/^[0-9a-f]{64}$/);
};
