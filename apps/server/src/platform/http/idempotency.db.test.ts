import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { noteService, plantNotes, writer } from './testing/note-service.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(() => [noteService()], { prepare: plantNotes });
});
afterAll(() => server.close());

/** One user of an organization of its own. */
const newCaller = () => {
  const orgId = uuidv7();
  const token = server.tokens.issue({ orgId, role: writer });
  return {
    send: async (key: string | null, title: string, path = '/v1/notes') => {
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
          ...(key === null ? {} : { 'Idempotency-Key': key }),
        },
        body: JSON.stringify({ title }),
      });
      const answer = (await response.json()) as Record<string, unknown>;
      return { status: response.status, answer, code: answer['code'], retryAfter: response.headers.get('retry-after') };
    },
    written: async (): Promise<number> => {
      const text = 'SELECT count(*)::int AS count FROM geo.note WHERE org_id = $1';
      return (await server.db.ownerPool.query<{ count: number }>(text, [orgId])).rows[0]?.count ?? -1;
    },
  };
};

describe('an Idempotency-Key', () => {
  it.each([
    ['is missing', null],
    ['is too short', 'abc'],
    ['is too long', 'k'.repeat(101)],
    ['holds a blank', 'with blank inside'],
  ])('that %s is refused', async (_what, key) => {
    const caller = newCaller();
    expect(await caller.send(key, 'fine')).toMatchObject({ status: 400, code: 'idempotency-key-missing' });
    expect(await caller.written()).toBe(0);
  });

  it('gives the same answer once more, with the same status, and writes once', async () => {
    const caller = newCaller();
    const key = uuidv7();
    const first = await caller.send(key, 'fine');
    const again = await caller.send(`"${key}"`, 'fine');
    expect(first.status).toBe(201);
    expect([again.status, again.answer]).toEqual([201, first.answer]);
    expect(await caller.written()).toBe(1);
  });

  it('belongs to one request and one user', async () => {
    const caller = newCaller();
    const key = uuidv7();
    await caller.send(key, 'fine');
    expect(await caller.send(key, 'other')).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    expect(await caller.send(key, 'fine', '/v1/notes/secret')).toMatchObject({ status: 422 });
    const other = newCaller();
    expect(await other.send(key, 'other')).toMatchObject({ status: 201, answer: { title: 'other' } });
  });

  it('that comes fifty times at once has one effect', async () => {
    const caller = newCaller();
    const key = uuidv7();
    const answers = await Promise.all(Array.from({ length: 50 }, () => caller.send(key, 'slow')));
    expect(await caller.written()).toBe(1);
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ answer }) => JSON.stringify(answer))).size).toBe(1);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expect(refused).toMatchObject({ status: 409, code: 'still-running', retryAfter: '1' });
    }
    expect(await caller.send(key, 'slow')).toMatchObject({ status: 201, answer: done[0]?.answer });
  });

  it('remembers a problem whose writing was kept', async () => {
    const caller = newCaller();
    const key = uuidv7();
    const first = await caller.send(key, 'returned');
    const again = await caller.send(key, 'returned');
    expect(again).toMatchObject({ status: 422, code: 'code-stale', answer: { detail: 'returned', ageSeconds: 7 } });
    expect({ ...again.answer, requestId: '' }).toEqual({ ...first.answer, requestId: '' });
    expect(await caller.written()).toBe(1);
  });

  it.each(['thrown', 'broken'])('is free again after what was undone: %s', async (title) => {
    const caller = newCaller();
    const key = uuidv7();
    const first = await caller.send(key, title);
    expect(await caller.send(key, title)).toMatchObject({ status: first.status, code: first.code });
    expect(await caller.send(key, 'fine')).toMatchObject({ status: 201 });
    expect(await caller.written()).toBe(1);
  });
});

describe('an answer that shows a secret', () => {
  it('is shown once, and kept nowhere', async () => {
    const caller = newCaller();
    const key = uuidv7();
    expect(await caller.send(key, 'any', '/v1/notes/secret')).toMatchObject({
      status: 201,
      answer: { secret: 'sesame-open' },
    });
    expect(await caller.send(key, 'any', '/v1/notes/secret')).toMatchObject({
      status: 409,
      code: 'conflict',
      answer: { detail: 'This was done already; what it showed is shown once. Start again to make a new one.' },
    });
    expect(await caller.written()).toBe(1);
    const { rows } = await server.db.ownerPool.query<{ status: number; body: unknown }>(
      'SELECT status, body FROM platform.idempotency WHERE key = $1',
      [key],
    );
    expect(rows).toEqual([{ status: 201, body: null }]);
  });

  it('can be asked for anew with a new key', async () => {
    const caller = newCaller();
    await caller.send(uuidv7(), 'any', '/v1/notes/secret');
    expect(await caller.send(uuidv7(), 'any', '/v1/notes/secret')).toMatchObject({ status: 201 });
  });
});
