import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportChoices, ImportProblem, ImportRun, Role } from '@muster/contracts';
import excel from '@protobi/exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../platform/http/testing/test-server.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Job, Jobs, RunningJob } from '../../../platform/jobs/port.ts';
import { createFolderObjects } from '../../../platform/objects/folder.ts';
import { usersService } from '../index.ts';
import { type College, UsersWorld } from '../testing/world.ts';

/** Jobs that wait until the test runs them. */
class WaitingJobs {
  readonly #handlers = new Map<string, (job: RunningJob) => Promise<void>>();
  readonly #waiting: (Job & { orgId: string })[] = [];
  readonly port = {
    enqueue: async (_tx: unknown, orgId: string, job: Job) => void this.#waiting.push({ orgId, ...job }),
    handle: (name: string, work: (job: RunningJob) => Promise<void>) => void this.#handlers.set(name, work),
    every: () => undefined,
  } as unknown as Jobs;

  async run(attempt = 1): Promise<void> {
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      const { orgId, name, payload } = job;
      try {
        await this.#handlers.get(name)?.({ id: uuidv7(), orgId, payload, attempt, progress: async () => undefined });
      } catch (error) {
        this.#waiting.unshift(job);
        throw error;
      }
    }
  }
}

let world: UsersWorld;
let server: TestServer;
let own: College;
let folder: string;
let failing = false;
const jobs = new WaitingJobs();
beforeAll(async () => {
  world = await UsersWorld.create();
  own = await world.college('lindenhof');
  await world.college('canary');
  folder = await mkdtemp(join(tmpdir(), 'muster-import-'));
  const objects = await createFolderObjects(folder);
  server = await startTestServer(
    (ports) => {
      const events = {
        append: async (...of: Parameters<typeof ports.events.append>) => {
          if (failing) throw new Error('the process died');
          await ports.events.append(...of);
        },
      } as typeof ports.events;
      const service = usersService.create({ ...ports, events, jobs: jobs.port, objects });
      service.jobs?.(jobs.port);
      return [service];
    },
    { db: world.db },
  );
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const tokenOf = (role: Role, userId: string) => server.tokens.issue({ orgId: own.orgId, userId, role });
const principal = () => tokenOf('org_admin', own.principalId);

const send = async <T>(method: string, path: string, body?: unknown, token = principal()): Promise<T> => {
  const isFile = Buffer.isBuffer(body);
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'idempotency-key': uuidv7(),
      ...(body === undefined ? {} : { 'content-type': isFile ? 'application/octet-stream' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isFile ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  return (response.status === 204 ? null : await response.json()) as T;
};

/** Uploads a file and waits for what was found in it. */
const upload = async (file: Buffer | string, token = principal()): Promise<ImportRun> => {
  const { importId } = await send<ImportRun>('POST', '/v1/imports', { fileName: 'people.csv' }, token);
  await send('PUT', `/v1/imports/${importId}/file`, Buffer.from(file), token);
  await jobs.run();
  return send<ImportRun>('GET', `/v1/imports/${importId}`, undefined, token);
};
const check = async (run: ImportRun, choices: Partial<ImportChoices> = {}, token = principal()) => {
  const body = { mapping: run.choices?.mapping ?? [], ...choices };
  await send('POST', `/v1/imports/${run.importId}/check`, body, token);
  await jobs.run();
  const after = await send<ImportRun>('GET', `/v1/imports/${run.importId}`, undefined, token);
  const problems = await send<{ items: ImportProblem[] }>(
    'GET',
    `/v1/imports/${run.importId}/problems`,
    undefined,
    token,
  );
  return { ...after, problems: problems.items };
};
const begin = ({ importId }: Pick<ImportRun, 'importId'>, token = principal()) =>
  send<ImportRun & { code?: string }>('POST', `/v1/imports/${importId}/run`, undefined, token);
const read = ({ importId }: Pick<ImportRun, 'importId'>) => send<ImportRun>('GET', `/v1/imports/${importId}`);
const inTable = async (where: string) =>
  (
    await world.db.ownerPool.query<Record<string, unknown>>(
      `SELECT display_name, number, email, role FROM users.account WHERE org_id = $1 AND ${where} ORDER BY number`,
      [own.orgId],
    )
  ).rows;
const everybody = async () => (await inTable('true')).length;

const csv = [
  'Number;Name;E-mail;Role;Class;Joined;Children',
  'I-1;Asha Rao;asha@example.org;student;lindenhof 0;2026-09-01;',
  'I-2;Zoë Lind;;student;New class;1.9.2026;',
  "I-3;'=Eve;;parent;;;I-1; I-2".replace('I-1; I-2', '"I-1; I-2"'),
  'T-9;Theo Berg;theo@example.org;teacher;"lindenhof 0;New class";;',
].join('\r\n');

describe('an import', () => {
  it('is uploaded, mapped, tried, and done; once more it changes nothing', async () => {
    const found = await upload(csv);
    expect(found).toMatchObject({
      state: 'mapping',
      reading: { format: 'csv', encoding: 'utf-8', delimiter: ';', columns: csv.split('\r\n')[0]?.split(';') },
      choices: { mapping: ['number', 'name', 'email', 'role', 'group', 'joined-on', 'guardian-of'] },
    });
    const before = await everybody();
    const tried = await check(found, { createGroups: true });
    expect(tried.problems).toEqual([]);
    expect(tried.counts).toEqual({ rows: 4, added: 4, changed: 0, unchanged: 0, groupsAdded: 1, problems: 0 });
    expect(await everybody()).toBe(before);
    await begin(tried);
    await jobs.run();
    expect(await read(tried)).toMatchObject({ state: 'done', progress: 1, counts: tried.counts, failure: null });
    expect(await inTable(`number LIKE 'I-%' OR number = 'T-9'`)).toEqual([
      { display_name: 'Asha Rao', number: 'I-1', email: 'asha@example.org', role: 'member' },
      { display_name: 'Zoë Lind', number: 'I-2', email: null, role: 'member' },
      { display_name: '=Eve', number: 'I-3', email: null, role: 'guardian' },
      { display_name: 'Theo Berg', number: 'T-9', email: 'theo@example.org', role: 'supervisor' },
    ]);
    const audit = (await world.audit(own.orgId)).map(({ action }) => action);
    expect(audit.filter((action) => action === 'person.added')).toHaveLength(4);
    expect(audit).toContain('people.imported');
    const again = await check(await upload(csv), { createGroups: true });
    expect(again.counts).toMatchObject({ added: 0, changed: 0, unchanged: 4, groupsAdded: 0, problems: 0 });
  });

  it('changes what a row says, and leaves alone what it does not say', async () => {
    const run = await check(await upload('Number,Name,Class\nI-1,Asha R. Rao,\nI-2,,lindenhof 1\n'));
    expect(run.counts).toMatchObject({ changed: 2, problems: 0 });
    await begin(run);
    await jobs.run();
    expect((await inTable(`number LIKE 'I-%'`)).slice(0, 2)).toEqual([
      { display_name: 'Asha R. Rao', number: 'I-1', email: 'asha@example.org', role: 'member' },
      { display_name: 'Zoë Lind', number: 'I-2', email: null, role: 'member' },
    ]);
  });

  it('names every row that is wrong, and then imports nothing', async () => {
    const rows = [
      'Number,Name,E-mail,Role,Class,Site',
      'J-1,=HYPERLINK("http://evil.example"),,,,',
      'J-2,Bidi \u202eevil,,,,',
      'J-3,Nul \0,,,,',
      'J-4,Good One,,,lindenhof 0,',
      'J-4,Twice,,,lindenhof 0,',
      'J-5,Nowhere,,,No such class,',
      'J-6,Nobody,not an address,,,',
      'J-7,Boss,,principal,,',
      'R-0,Known,,teacher,,',
      'J-8,Taken,asha@example.org,,,',
      ',,,,lindenhof 0,',
      'J-9,Elsewhere,,,,Moon',
      'J-10,,,,lindenhof 0,',
    ];
    const before = await everybody();
    const run = await check(await upload(rows.join('\n')));
    const said = Object.fromEntries(run.problems.map(({ row, column, sentence }) => [row, `${column}: ${sentence}`]));
    expect(said).toMatchObject({
      2: 'Name: It is a formula. Put its value there instead.',
      3: expect.stringContaining('turns text around') as string,
      4: 'Name: There is a NUL character in it.',
      6: 'Number: “J-4” stands in row 5 already.',
      7: 'Class: There is no group “No such class”.',
      8: 'E-mail: “not an address” is no e-mail address.',
      9: expect.stringContaining('is no role that is imported') as string,
      10: 'Role: This is a member already; an import changes no roles.',
      11: 'E-mail: This e-mail address belongs to number I-1.',
      12: expect.stringContaining('neither a number nor') as string,
      13: 'Site: There is no site “Moon”.',
      14: 'Name: Somebody new needs a name.',
    });
    expect(run.counts).toMatchObject({ rows: 13, problems: 12 });
    expect((await begin(run)).code).toBe('import-not-ready');
    expect(await everybody()).toBe(before);
  });

  it('that was read with a wrong delimiter says so, and is read again', async () => {
    const file = await upload('Number;Name;Class\nK-1;Kim;lindenhof 0\n');
    const wrong = await check(file, { delimiter: ',' });
    expect(wrong.problems).not.toEqual([]);
    expect(wrong.counts?.problems).toBeGreaterThan(0);
    expect((await check(file, { delimiter: ';' })).counts).toMatchObject({ added: 1, problems: 0 });
  });

  it('does all or nothing: what was changed meanwhile undoes the promise', async () => {
    const run = await check(await upload('Number,Name,Class\nL-1,Lea,lindenhof 0\nL-2,Leo,lindenhof 0\n'));
    await world.db.ownerPool.query(
      `INSERT INTO users.account (org_id, id, role, display_name, number) VALUES ($1, $2, 'guardian', 'Lea L.', 'L-2')`,
      [own.orgId, uuidv7()],
    );
    await begin(run);
    await jobs.run();
    expect(await read(run)).toMatchObject({ state: 'failed', failure: expect.stringContaining('since the dry run') });
    expect(await inTable(`number = 'L-1'`)).toEqual([]);
  });

  it('goes on when the process died in the middle, and nothing is there twice', async () => {
    const run = await check(await upload('Number,Name,Class\nM-1,Mia,lindenhof 0\nM-2,Max,lindenhof 0\n'));
    await begin(run);
    failing = true;
    await expect(jobs.run()).rejects.toThrow('the process died');
    expect(await inTable(`number LIKE 'M-%'`)).toEqual([]);
    failing = false;
    await jobs.run(2);
    expect((await read(run)).state).toBe('done');
    expect(await inTable(`number LIKE 'M-%'`)).toHaveLength(2);
  });

  it('is given up after the last try, and says so', async () => {
    const run = await check(await upload('Number,Name,Class\nN-1,Nia,lindenhof 0\n'));
    await begin(run);
    failing = true;
    await expect(jobs.run(5)).rejects.toThrow();
    failing = false;
    await jobs.run();
    expect(await read(run)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('nothing was imported'),
    });
  });

  it('is of whoever began it, in their organization', async () => {
    const run = await upload('Number,Name\nO-1,Oda\n');
    const office = tokenOf('org_office', own.officeId);
    expect(await send('GET', `/v1/imports/${run.importId}`, undefined, office)).toMatchObject({ code: 'not-found' });
    expect(await send('PUT', `/v1/imports/${run.importId}/file`, Buffer.from('x'), office)).toMatchObject({
      code: 'not-found',
    });
    await send('DELETE', `/v1/imports/${run.importId}`);
    expect((await read(run)).state).toBe('discarded');
    const member = tokenOf('member', own.memberIds[0]!);
    expect(await send('POST', '/v1/imports', { fileName: 'x.csv' }, member)).toMatchObject({ code: 'not-permitted' });
  });

  it('of a supervisor adds members to assigned groups, and no group', async () => {
    const teacher = tokenOf('supervisor', own.supervisorIds[0]);
    const rows =
      'Number,Name,Class\nP-1,Pia,lindenhof 0\nP-2,Pit,lindenhof 1\nP-3,Pam,Newest\nR-3,Not mine,lindenhof 0\n';
    const run = await check(await upload(rows, teacher), { createGroups: true }, teacher);
    expect(run.problems.map(({ row, sentence }) => [row, sentence])).toEqual([
      [3, 'You may place members in the groups that you are assigned to.'],
      [4, 'There is no group “Newest”.'],
      [5, 'This number belongs to somebody outside your groups.'],
    ]);
    const good = await check(await upload('Number,Name,Class\nP-1,Pia,lindenhof 0\n', teacher), {}, teacher);
    await begin(good, teacher);
    await jobs.run();
    expect(await inTable(`number = 'P-1'`)).toHaveLength(1);
  });
});

describe('a hostile file', () => {
  it('of 100 MB is refused by its size, before it is read', async () => {
    const { importId } = await send<ImportRun>('POST', '/v1/imports', { fileName: 'huge.csv' });
    const status = await new Promise<number>((resolve, reject) => {
      const sending = request(
        `${server.url}/v1/imports/${importId}/file`,
        {
          method: 'PUT',
          headers: {
            authorization: `Bearer ${principal()}`,
            'content-type': 'application/octet-stream',
            'content-length': 100 * 1024 * 1024,
          },
        },
        (response) => {
          resolve(response.statusCode ?? 0);
          sending.destroy();
        },
      );
      sending.on('error', reject);
      // A first piece, and then nothing: the answer does not wait for the rest.
      sending.write(Buffer.alloc(1_000));
    });
    expect(status).toBe(413);
    expect((await read({ importId })).state).toBe('awaiting-file');
  });

  it('that does not say how long it is ends at the limit', async () => {
    const { importId } = await send<ImportRun>('POST', '/v1/imports', { fileName: 'endless.csv' });
    const pieces = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
    });
    const answer = await fetch(`${server.url}/v1/imports/${importId}/file`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${principal()}`, 'content-type': 'application/octet-stream' },
      body: pieces,
      duplex: 'half',
    } as RequestInit).then(
      ({ status }) => status,
      // The connection is cut while the rest is still being sent.
      () => 'cut',
    );
    expect([413, 'cut']).toContain(answer);
    expect((await read({ importId })).state).toBe('awaiting-file');
  });

  it('is no body for other routes, and other bodies are no file', async () => {
    expect(await send('POST', '/v1/imports', Buffer.from('{}'))).toMatchObject({ code: 'media-type-unsupported' });
    const { importId } = await send<ImportRun>('POST', '/v1/imports', { fileName: 'a.csv' });
    expect(await send('PUT', `/v1/imports/${importId}/file`, { a: 1 })).toMatchObject({
      code: 'media-type-unsupported',
    });
    expect(await send('PUT', `/v1/imports/${importId}/file`, Buffer.alloc(0))).toMatchObject({
      code: 'import-file-invalid',
    });
  });

  it.each([
    ['a picture', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 37) % 256))],
    ['half a workbook', Buffer.from('504b0304140000000800', 'hex')],
  ])('that is %s fails in words', async (_what, bytes) => {
    const run = await upload(bytes);
    expect(run.state).toBe('failed');
    expect(run.failure).toMatch(/^This .*\.$/);
  });
});

describe('an export', () => {
  const fetchFile = async (format: 'csv' | 'xlsx', token = principal()) => {
    const response = await fetch(`${server.url}/v1/people/export.${format}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  };
  it.each(['csv', 'xlsx'] as const)('as %s is inert, and comes back unchanged', async (format) => {
    const file = await fetchFile(format);
    const run = await upload(file);
    expect(run.reading?.columns).toContain('Guardian of');
    // Administrators and the office are in no import: whoever wants to import leaves them out.
    const checked = await check(run);
    const others = checked.problems.filter(
      ({ sentence }) => !/no role that is imported|nobody could sign in/.test(sentence),
    );
    expect(others).toEqual([]);
    expect(checked.counts).toMatchObject({ added: 0, changed: 0 });
    expect(checked.counts?.unchanged).toBeGreaterThan(10);
    expect((await world.audit(own.orgId)).map(({ action }) => action)).toContain('people.exported');
  });

  it('holds nobody of another organization, and for a supervisor only the own groups', async () => {
    expect((await fetchFile('csv')).toString()).not.toContain('canary');
    const lines = (await fetchFile('csv', tokenOf('supervisor', own.supervisorIds[1]))).toString().trim().split('\r\n');
    expect(lines.slice(1).every((line) => line.includes('lindenhof 1'))).toBe(true);
    expect(lines.length).toBeGreaterThan(3);
  });
});

describe('ten thousand rows', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => [
    `Z-${index}`,
    `Person ${index} Ünal`,
    `z${index}@example.org`,
    `Class ${index % 300}`,
    '2026-09-01',
  ]);
  const header = ['Number', 'Name', 'E-mail', 'Class', 'Joined'];

  it('are imported from a workbook within a minute', async () => {
    const workbook = new excel.Workbook();
    workbook.addWorksheet('People').addRows([header, ...rows]);
    const file = Buffer.from(await workbook.xlsx.writeBuffer());
    const startedMs = performance.now();
    const run = await check(await upload(file), { createGroups: true });
    const checkedMs = performance.now();
    expect(run.counts).toEqual({
      rows: 10_000,
      added: 10_000,
      changed: 0,
      unchanged: 0,
      groupsAdded: 300,
      problems: 0,
    });
    await begin(run);
    await jobs.run();
    const doneMs = performance.now();
    expect((await read(run)).state).toBe('done');
    console.info(
      `10,000 rows: tried in ${Math.round(checkedMs - startedMs)} ms, run in ${Math.round(doneMs - checkedMs)} ms`,
    );
    expect(doneMs - startedMs).toBeLessThan(60_000);
  }, 120_000);

  it('again, from CSV, are unchanged', async () => {
    const text = [header, ...rows].map((row) => row.join(',')).join('\n');
    const run = await check(await upload(text));
    expect(run.counts).toMatchObject({ rows: 10_000, added: 0, changed: 0, unchanged: 10_000, problems: 0 });
  }, 120_000);
});
