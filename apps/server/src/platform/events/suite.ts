import type { EventType } from '@muster/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database, Tx } from '../database/port.ts';
import { uuidv7 } from '../ids.ts';
import { type Consumer, CursorExpiredError, type EventBus, type OutgoingEvent, type StoredEvent } from './port.ts';

/** What an adapter has to bring along to be tried. */
export interface EventBusHarness {
  database: Database;
  /** Another bus on the same stream, as another process would open it; the harness stops it in the end. */
  open(): EventBus;
  /** The lasting effect of a consumer: writes one row as the service `geo`, in `tx`. */
  record(tx: Tx, consumer: string, event: StoredEvent): Promise<void>;
  /** All effects of a consumer, in the order they were written. */
  recorded(consumer: string): Promise<{ eventId: string; key: string; traceId: string | null }[]>;
  /** Commits an event as a newer version of the program would. @returns its id */
  plant(event: { orgId: string; type: string; version: number; payload: unknown }): Promise<string>;
  close(): Promise<void>;
}

const type = 'users.access-changed';
/** The order is promised for events with the same key only, so most facts are about one member; the label tells them apart. */
const fact = (label: string, key = 'one member'): OutgoingEvent => ({
  type,
  key,
  payload: { userId: null },
  traceId: label,
});
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const facts = (count: number) => numbers(count).map((label) => fact(label));
const labelOf = (event: StoredEvent): string => event.traceId ?? '';
const patience = { timeout: 15_000, interval: 20 };

/** How every adapter of the events port has to behave. */
export function describeEventBus(name: string, makeHarness: () => Promise<EventBusHarness>): void {
  describe(`the event bus on ${name}`, () => {
    let harness: EventBusHarness;
    const orgId = uuidv7();
    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(() => harness.close());

    const append = (bus: EventBus, events: OutgoingEvent[], org = orgId) =>
      harness.database.inOrganization('users', org, (tx) => bus.append(tx, org, events));

    const consumer = (
      consumerName: string,
      handle: (tx: Tx, events: StoredEvent[]) => Promise<void> = async () => {},
      types: EventType[] = [type],
    ): Consumer => ({
      name: consumerName,
      service: 'geo',
      types,
      async handle(tx, events) {
        await handle(tx, events);
        for (const event of events) await harness.record(tx, consumerName, event);
      },
    });

    const labelsOf = async (consumerName: string) =>
      (await harness.recorded(consumerName)).map(({ traceId }) => traceId);

    const lagOf = async (bus: EventBus, name: string) => (await bus.lag()).find(({ consumer: own }) => own === name);

    async function started(...consumers: Consumer[]): Promise<EventBus> {
      const bus = harness.open();
      for (const one of consumers) bus.subscribe(one);
      await bus.start();
      return bus;
    }

    it('delivers what committed, whole and in order, to every consumer of its type', async () => {
      const seen: StoredEvent[] = [];
      const noteDown = async (_: Tx, events: StoredEvent[]) => void seen.push(...events);
      const bus = await started(
        consumer('geo.one', noteDown),
        consumer('geo.two'),
        consumer('geo.deaf', undefined, ['geo.presence-changed']),
      );
      await append(bus, [{ ...fact('a'), occurredAt: '2026-03-01T08:00:00.000Z' }, fact('b')]);
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toEqual(['a', 'b']), patience);
      await vi.waitFor(async () => expect(await labelsOf('geo.two')).toEqual(['a', 'b']), patience);
      expect(seen[0]).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        cursor: expect.any(String),
        type,
        version: 1,
        orgId,
        key: 'one member',
        occurredAt: '2026-03-01T08:00:00.000Z',
        payload: { userId: null },
        traceId: 'a',
      });
      expect(await labelsOf('geo.deaf')).toEqual([]);
    });

    it('delivers nothing of a transaction that was rolled back', async () => {
      const bus = await started(consumer('geo.one'));
      const failed = harness.database.inOrganization('users', orgId, async (tx) => {
        await bus.append(tx, orgId, [fact('never')]);
        throw new Error('rolled back');
      });
      await expect(failed).rejects.toThrow('rolled back');
      await append(bus, [fact('after')]);
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toEqual(['after']), patience);
    });

    it('refuses a payload that its contract does not know, and an event for another organization', async () => {
      const bus = harness.open();
      await expect(append(bus, [{ type, key: 'a', payload: { userId: 7 } } as never])).rejects.toThrow();
      const foreign = harness.database.inOrganization('users', orgId, (tx) => bus.append(tx, uuidv7(), [fact('a')]));
      await expect(foreign).rejects.toThrow();
    });

    it('delivers while nobody listened, and never twice after a restart', async () => {
      const first = harness.open();
      await append(first, facts(30));
      const second = await started(consumer('geo.one'));
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toEqual(numbers(30)), patience);
      await second.stop();
      await append(first, [fact('next')]);
      await started(consumer('geo.one'));
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toEqual([...numbers(30), 'next']), patience);
    });

    it('has one effect when two processes serve the same consumer, and when one of them goes', async () => {
      const first = await started(consumer('geo.one'));
      await started(consumer('geo.one'));
      const all = numbers(200);
      for (const key of all.slice(0, 100)) await append(first, [fact(key)]);
      const stopping = first.stop();
      for (const key of all.slice(100)) await append(first, [fact(key)]);
      await stopping;
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toEqual(all), patience);
    });

    it('keeps the order of each key while several write and a second process comes and goes', async () => {
      const first = await started(consumer('geo.one'));
      const keys = numbers(8);
      const write = (from: number) =>
        Promise.all(
          keys.map(async (key) => {
            for (let number = from; number < from + 15; number += 1) await append(first, [fact(`${number}`, key)]);
          }),
        );
      await write(0);
      const second = await started(consumer('geo.one'));
      await write(15);
      await second.stop();
      await write(30);
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toHaveLength(keys.length * 45), patience);
      const effects = await harness.recorded('geo.one');
      for (const key of keys) {
        expect(effects.filter((effect) => effect.key === key).map(({ traceId }) => traceId)).toEqual(numbers(45));
      }
    });

    it('keeps one order over all keys of an organization for a consumer that asks for it', async () => {
      const inOneOrder: Consumer = { ...consumer('geo.one'), order: 'organization' };
      const bus = await started(inOneOrder);
      await started(inOneOrder);
      for (const round of numbers(20)) {
        await append(
          bus,
          numbers(5).map((key) => fact(`${round}.${key}`, key)),
        );
      }
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toHaveLength(100), patience);
      const wanted = numbers(20).flatMap((round) => numbers(5).map((key) => `${round}.${key}`));
      expect(await labelsOf('geo.one')).toEqual(wanted);
    });

    it('gives an older process what it knows of a newer event, and keeps what it cannot read', async () => {
      const seen: StoredEvent[] = [];
      const bus = await started(consumer('geo.one', async (_, events) => void seen.push(...events)));
      const newer = (payload: unknown) => harness.plant({ orgId, type, version: 2, payload });
      await newer({ userId: null, invented: 'later' });
      const unreadable = await newer({ renamedUserId: null });
      await harness.plant({ orgId, type: 'users.invented-later', version: 1, payload: {} });
      await append(bus, [fact('known')]);
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toEqual([null, 'known']), patience);
      expect(seen[0]).toMatchObject({ version: 2, payload: { userId: null } });
      expect(seen[0]?.payload).not.toHaveProperty('invented');
      expect(await bus.deadLetters()).toMatchObject([
        { event: { id: unreadable, version: 2 }, reason: expect.stringContaining('reads up to version 1') },
      ]);
    });

    it('keeps organizations apart: a handler gets one of them, and acts inside it', async () => {
      const orgs = numbers(5).map(() => uuidv7());
      const mixed: string[][] = [];
      const bus = await started(
        consumer('geo.one', async (_, events) => void mixed.push([...new Set(events.map((event) => event.orgId))])),
      );
      await Promise.all(orgs.flatMap((org) => numbers(10).map((key) => append(bus, [fact(key, key)], org))));
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toHaveLength(50), patience);
      expect(mixed.every((group) => group.length === 1)).toBe(true);
    });

    it('tries a failing event again, and undoes what the failed try did', async () => {
      let failures = 2;
      const flaky = consumer('geo.one');
      const bus = await started({
        ...flaky,
        async handle(tx, events) {
          await flaky.handle(tx, events);
          if (failures-- > 0) throw new Error('not yet');
        },
      });
      await append(bus, [fact('a')]);
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toEqual(['a']), patience);
      expect(await bus.deadLetters()).toEqual([]);
    });

    it('puts poison aside with the reason, lets the rest go on, and replays it when it can be digested', async () => {
      let poisonous = true;
      const tried: string[] = [];
      const bus = await started(
        consumer('geo.one', async (_, events) => {
          tried.push(...events.map(labelOf));
          if (poisonous && events.some((event) => labelOf(event) === '3')) throw new RangeError('cannot digest 3');
        }),
      );
      await append(bus, facts(6));
      await vi.waitFor(async () => expect(await labelsOf('geo.one')).toEqual(['0', '1', '2', '4', '5']), patience);
      const [letter, ...others] = await bus.deadLetters({ consumer: 'geo.one' });
      expect(others).toEqual([]);
      expect(letter).toMatchObject({
        consumer: 'geo.one',
        reason: 'RangeError: cannot digest 3',
        tries: 5,
        event: { traceId: '3', orgId },
      });
      expect(await lagOf(bus, 'geo.one')).toMatchObject({ waiting: 0, deadLetters: 1 });

      const eventId = letter?.event.id ?? '';
      const asGateway = <T>(org: string, work: (tx: Tx) => Promise<T>) =>
        harness.database.inOrganization('gateway', org, work);
      const noticesOf = (org: string, name?: string) =>
        asGateway(org, (tx) => bus.noticesOfDeadLetters(tx, { consumer: name, limit: 10 }));
      const notice = { consumer: 'geo.one', eventId, type, reason: 'RangeError: cannot digest 3', tries: 5 };
      expect(await noticesOf(orgId)).toMatchObject({ items: [{ ...notice, isReplaying: false }], total: 1 });
      expect(await noticesOf(orgId, 'geo.two')).toEqual({ items: [], total: 0 });
      // Another organization neither sees it nor can ask for another try.
      const foreign = uuidv7();
      expect(await noticesOf(foreign)).toEqual({ items: [], total: 0 });
      expect(await asGateway(foreign, (tx) => bus.replayIn(tx, 'geo.one', [eventId]))).toEqual([]);
      const triesBefore = tried.length;
      expect(await bus.replay('geo.one', [eventId])).toBe(1);
      await vi.waitFor(async () => expect((await bus.deadLetters())[0]?.tries).toBe(6), patience);
      expect(tried.length).toBe(triesBefore + 1);
      poisonous = false;
      expect(await asGateway(orgId, (tx) => bus.replayIn(tx, 'geo.one', [eventId, uuidv7()]))).toEqual([eventId]);
      await vi.waitFor(async () => expect(await bus.deadLetters()).toEqual([]), patience);
      expect(await labelsOf('geo.one')).toEqual(['0', '1', '2', '4', '5', '3']);
    });

    /**
     * Resolves when a cursor of now lies behind what was appended: anybody's transaction that is still open on the server,
     * in whatever database, holds it back, and what is told twice is no mistake.
     */
    const appendAndSettle = async (bus: EventBus, events: OutgoingEvent[]): Promise<void> => {
      const before = await bus.currentCursor();
      await append(bus, events);
      const settled = async () => expect(await bus.readSince(orgId, before, [type], 1)).toHaveLength(1);
      await vi.waitFor(settled, patience);
    };

    it('lets a consumer that is new begin at the oldest event, or with what comes from now on', async () => {
      const bus = harness.open();
      await appendAndSettle(bus, [fact('old')]);
      await started(consumer('geo.history'), { ...consumer('geo.news'), startsAt: 'now' });
      await append(bus, [fact('new')]);
      await vi.waitFor(async () => expect(await labelsOf('geo.history')).toEqual(['old', 'new']), patience);
      await vi.waitFor(async () => expect(await labelsOf('geo.news')).toEqual(['new']), patience);
    });

    it('lets a socket resume: events of its organization and types after its cursor', async () => {
      const bus = harness.open();
      await appendAndSettle(bus, [fact('before')]);
      const cursor = await bus.currentCursor();
      await append(bus, facts(5));
      await append(bus, [fact('foreign')], uuidv7());
      const read = async (after: string, limit: number) => await bus.readSince(orgId, after, [type], limit);
      await vi.waitFor(async () => expect(await read(cursor, 10)).toHaveLength(5), patience);
      const [first, second] = await read(cursor, 2);
      expect([first?.traceId, second?.traceId]).toEqual(['0', '1']);
      expect((await read(second?.cursor ?? '', 10)).map(labelOf)).toEqual(['2', '3', '4']);
      expect(await bus.readSince(orgId, cursor, ['geo.presence-changed'], 10)).toEqual([]);
      await expect(bus.readSince(orgId, 'nonsense', [type], 1)).rejects.toThrow(CursorExpiredError);
    });

    it('says how far behind a consumer is', async () => {
      let release: () => void = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const bus = await started(consumer('geo.slow', () => released));
      await append(bus, [fact('a'), fact('b')]);
      await vi.waitFor(async () => expect(await lagOf(bus, 'geo.slow')).toMatchObject({ waiting: 2 }), patience);
      release();
      await vi.waitFor(
        async () => expect(await lagOf(bus, 'geo.slow')).toMatchObject({ waiting: 0, oldestAgeMs: 0 }),
        patience,
      );
    });
  });
}
