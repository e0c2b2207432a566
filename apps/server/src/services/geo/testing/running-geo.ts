import type { RouteAnswer, RouteDefinition, RouteInput, Role } from '@muster/contracts';
import { createMemoryCache } from '../../../platform/cache/memory.ts';
import type { SettableClock } from '../../../platform/clock.ts';
import type { TestDatabase } from '../../../platform/database/testing/test-database.ts';
import { appendToOutbox } from '../../../platform/events/outbox.ts';
import type { Consumer, EventBus, StoredEvent } from '../../../platform/events/port.ts';
import type { Verb } from '../../../platform/http/call.ts';
import { Problem } from '../../../platform/http/problem.ts';
import { inCallOf } from '../../../platform/http/testing/in-call-of.ts';
import { presenceConsumer, watchingConsumer } from '../consumers.ts';
import { PlaceIndex } from '../nearby/place-index.ts';
import { authenticatePhone } from '../ingest/authenticate.ts';
import { commitBatches } from '../ingest/commit.ts';
import { quarantine } from '../ingest/quarantine.ts';
import { IngestQueue } from '../ingest/queue.ts';
import type { Batch, BatchOutcome } from '../ingest/sort-fixes.ts';
import { FenceCache } from '../presence/fences.ts';
import { watchSilence } from '../presence/silence.ts';

/** The parts of geo wired as in index.ts, with events delivered when the test says so. */
export function runGeo(db: TestDatabase, clock: SettableClock) {
  const { database, ownerPool } = db;
  const events: Pick<EventBus, 'append'> = {
    append: (tx, orgId, facts) => appendToOutbox(tx, orgId, facts, clock),
  };
  const cache = createMemoryCache(clock);
  const judging = { events, clock, fences: new FenceCache(clock) };
  const placeIndex = new PlaceIndex({ database, places: cache.places });
  const consumers = [
    presenceConsumer({ ...judging, placeIndex }) as Consumer,
    watchingConsumer({ events }) as Consumer,
  ];
  const queue = new IngestQueue(commitBatches(database));
  const ingest = { queue, quarantine: quarantine({ database, clock }) };
  const handled = new Set<string>();

  const outbox = async (orgId: string): Promise<StoredEvent[]> => {
    const { rows } = await ownerPool.query<StoredEvent>(
      `SELECT id, '' AS cursor, type, version, org_id AS "orgId", key, occurred_at AS "occurredAt", payload
       FROM platform.outbox WHERE org_id = $1 ORDER BY xid, seq`,
      [orgId],
    );
    return rows;
  };

  return {
    database,
    clock,
    events,
    cache,
    placeIndex,
    ...ingest,
    authenticate: authenticatePhone({ database, cache, clock }),
    watchSilence: watchSilence(database, judging),
    outbox,
    submit: (orgId: string, batch: Batch): Promise<BatchOutcome> => queue.submit(orgId, batch),

    /** Hands every event that is new to the consumers, until nothing new comes of it. */
    deliver: async (orgId: string): Promise<void> => {
      for (;;) {
        const fresh = (await outbox(orgId)).filter(({ id }) => !handled.has(id));
        if (fresh.length === 0) return;
        for (const consumer of consumers) {
          const own = fresh.filter(({ type }) => consumer.types.includes(type));
          if (own.length > 0) await database.inOrganization('geo', orgId, (tx) => consumer.handle(tx, own));
        }
        for (const { id } of fresh) handled.add(id);
      }
    },

    /** A fact of another service, as if it had just committed. */
    tell: (orgId: string, type: StoredEvent['type'], payload: unknown): Promise<unknown> =>
      ownerPool.query(
        `INSERT INTO platform.outbox (id, type, version, org_id, key, occurred_at, payload)
         VALUES (uuidv7(), $1, 1, $2, '', now(), $3)`,
        [type, orgId, JSON.stringify(payload)],
      ),

    /** Calls a verb as a user would; a problem that is thrown comes back as its code. */
    call: async <R extends RouteDefinition>(
      route: R,
      verb: Verb<R>,
      caller: { orgId: string; userId: string; role: Role },
      input: Partial<RouteInput<R>>,
    ): Promise<RouteAnswer<R> | string> => {
      try {
        const answer = await inCallOf(database, route, caller, clock.now(), (tx, call) =>
          verb(tx, { params: undefined, query: {}, body: undefined, ...input } as RouteInput<R>, call),
        );
        return answer instanceof Problem ? answer.code : answer;
      } catch (error) {
        if (error instanceof Problem) return error.code;
        throw error;
      }
    },
  };
}

export type RunningGeo = ReturnType<typeof runGeo>;
