import { type LiveFrame, type LocationLevel, liveCloseCodes, type LiveTopic } from '@muster/contracts';
import { AccessChanges } from '../../../platform/access/access-changes.ts';
import type { StoredEvent } from '../../../platform/events/port.ts';
import type { Ports } from '../../../platform/service.ts';
import { isToldOf } from '../rules/audience.ts';
import { type HappeningFact, happeningsOf, type HappeningType, happeningTypesOf } from '../rules/happenings.ts';
import { readAccess, readEndedSignIns, readLevelsOf } from './access-store.ts';
import type { Connection } from './connection.ts';
import { isAfter, placeOf } from './cursor-order.ts';
import { changesLevels, type LiveFact } from './live-fact.ts';
import type { Watching } from './watching.ts';

export type RoomPorts = Pick<Ports, 'database' | 'events' | 'telemetry'>;

/** More than this since the cursor is not replayed; loading the lists anew is cheaper. */
const maxReplay = 2_000;

/** The sockets of one organization in this process; tells every fact, in the order of the stream, to whoever may know. */
export class Room {
  readonly connections = new Set<Connection>();
  readonly #orgId: string;
  readonly #ports: RoomPorts;
  readonly #watching: Watching;
  readonly #changes = new AccessChanges();
  #turn: Promise<void> = Promise.resolve();

  constructor(orgId: string, ports: RoomPorts, watching: Watching) {
    this.#orgId = orgId;
    this.#ports = ports;
    this.#watching = watching;
  }

  /** Facts change what the facts after them may be told to, so one is through before the next begins. */
  hear(fact: LiveFact): void {
    this.#turn = this.#turn.then(() => this.#distribute(fact));
  }

  /** Facts may have been lost on the way here. */
  missed(): void {
    this.#giveUp([...this.connections], new Error('The fan-out was away.'));
  }

  /** Sends what happened after the cursor, then goes on with what happens; between the two nothing is lost or doubled. */
  subscribe(connection: Connection, topics: readonly LiveTopic[], cursor: string | undefined): Promise<void> {
    return this.#bringUpToDate(connection, async () => {
      connection.topics = new Set(topics);
      await this.#readAccess(connection);
      const now = await this.#ports.events.currentCursor();
      const missed = cursor === undefined ? null : await this.#missedSince(cursor, connection.topics);
      const from = missed === null || cursor === undefined ? now : cursor;
      connection.send({ type: 'subscribed', cursor: from, resumed: missed !== null });
      connection.toldUpTo = placeOf(from);
      for (const fact of missed ?? []) this.#tell(connection, fact);
    });
  }

  /** Finds out about ended sign-ins and changed access when the events of it went astray. */
  async check(): Promise<void> {
    const sessionIds = [...this.connections].map(({ actor }) => actor.sessionId);
    if (sessionIds.length === 0) return;
    const { ended, changes } = await this.#ports.database.inOrganization('gateway', this.#orgId, async (tx) => ({
      ended: await readEndedSignIns(tx, sessionIds),
      changes: await this.#changes.look(tx),
    }));
    for (const sessionId of ended) this.#endSignIn(sessionId);
    const isForAll = changes.some(({ userId }) => userId === null);
    const userIds = new Set(changes.map(({ userId }) => userId));
    for (const connection of this.connections) {
      if (isForAll || userIds.has(connection.actor.userId)) {
        void this.#bringUpToDate(connection, () => this.#reload(connection));
      }
    }
  }

  async #distribute(fact: LiveFact): Promise<void> {
    if (fact.type === 'auth.session-ended') return this.#endSignIn(fact.payload.sessionId);
    const ready: Connection[] = [];
    for (const connection of this.connections) {
      if (connection.held === null) ready.push(connection);
      else connection.hold(fact);
    }
    if (fact.type !== 'users.access-changed') return this.#act(ready, fact);
    // There may be many: the room does not wait for them, each waits for its own.
    for (const connection of ready) {
      if (concerns(fact, connection)) void this.#bringUpToDate(connection, () => this.#act([connection], fact));
    }
  }

  async #act(connections: readonly Connection[], fact: LiveFact): Promise<void> {
    try {
      if (fact.type === 'auth.session-ended') return;
      if (fact.type === 'users.access-changed') {
        for (const connection of connections) if (concerns(fact, connection)) await this.#reload(connection);
        return;
      }
      // Before anything else: from this moment staff see nothing more.
      if (fact.type === 'attendance.exited') endSession(connections, fact.payload.memberId);
      if (fact.type !== 'geo.excursion-withdrawn') for (const each of connections) this.#tell(each, fact);
      if (changesLevels(fact)) await this.#refreshLevels(connections, fact.payload.memberId);
    } catch (error) {
      this.#giveUp(connections, error);
    }
  }

  #tell(connection: Connection, fact: HappeningFact & { readonly cursor: string }): void {
    const place = placeOf(fact.cursor);
    if (!isAfter(place, connection.toldUpTo)) return;
    connection.toldUpTo = place;
    for (const each of happeningsOf(fact)) {
      if (!connection.topics.has(each.topic) || !isToldOf(each, connection.access)) continue;
      if (each.audience.kind === 'location') this.#watching.note(connection.actor, each.audience.memberId);
      const frame: LiveFrame = { type: 'event', cursor: fact.cursor, topic: each.topic, happening: each.happening };
      connection.send(frame);
    }
  }

  /** Facts wait while `work` is done for the connection; then it is told them, and afterwards what happens. */
  #bringUpToDate(connection: Connection, work: () => Promise<void>): Promise<void> {
    connection.held ??= [];
    const done = connection.turn.then(async () => {
      connection.held ??= [];
      await work();
      for (let fact = connection.held.shift(); fact !== undefined; fact = connection.held.shift()) {
        await this.#act([connection], fact);
      }
      connection.held = null;
    });
    connection.turn = done.catch((error: unknown) => this.#giveUp([connection], error));
    return connection.turn;
  }

  async #readAccess(connection: Connection): Promise<void> {
    connection.access = await this.#ports.database.inOrganization('gateway', this.#orgId, (tx) =>
      readAccess(tx, connection.actor, connection.topics),
    );
  }

  async #reload(connection: Connection): Promise<void> {
    await this.#readAccess(connection);
    connection.send({ type: 'access-changed' });
  }

  async #refreshLevels(connections: readonly Connection[], memberId: string): Promise<void> {
    const watchers = connections.filter(({ topics }) => topics.has('location'));
    if (watchers.length === 0) return;
    const viewerIds = [...new Set(watchers.map(({ actor }) => actor.userId))];
    const levels = await this.#ports.database.inOrganization('gateway', this.#orgId, (tx) =>
      readLevelsOf(tx, memberId, viewerIds),
    );
    for (const connection of watchers) setLevel(connection, memberId, levels.get(connection.actor.userId));
  }

  /** Null when the cursor is too old, or too much has happened. */
  async #missedSince(cursor: string, topics: ReadonlySet<LiveTopic>): Promise<StoredEvent<HappeningType>[] | null> {
    try {
      const types = happeningTypesOf(topics);
      const missed = await this.#ports.events.readSince(this.#orgId, cursor, types, maxReplay + 1);
      return missed.length > maxReplay ? null : (missed as StoredEvent<HappeningType>[]);
    } catch (error) {
      // A cursor that is malformed or expired is the client's to repair: it loads the lists.
      this.#ports.telemetry.log.debug({ err: error }, 'a cursor could not be resumed');
      return null;
    }
  }

  #endSignIn(sessionId: string): void {
    for (const connection of this.connections) {
      if (connection.actor.sessionId === sessionId)
        connection.close(liveCloseCodes.notSignedIn, 'the session has ended');
    }
  }

  /** What these may be told is no longer certain: they come back, and go on by their cursor. */
  #giveUp(connections: readonly Connection[], error: unknown): void {
    this.#ports.telemetry.log.error({ err: error }, 'a live fact could not be told');
    for (const connection of connections) {
      connection.topics = new Set();
      connection.close(liveCloseCodes.restarting, 'something failed: come back in a moment');
    }
  }
}

const concerns = ({ payload }: StoredEvent<'users.access-changed'>, { actor }: Connection): boolean =>
  payload.userId === null || payload.userId === actor.userId;

const endSession = (connections: readonly Connection[], memberId: string): void => {
  for (const connection of connections) {
    const { role, userId } = connection.actor;
    if (role !== 'guardian' && userId !== memberId) setLevel(connection, memberId, undefined);
  }
};

const setLevel = (connection: Connection, memberId: string, level: LocationLevel | undefined): void => {
  if (level === undefined) connection.access.levels.delete(memberId);
  else connection.access.levels.set(memberId, level);
};
