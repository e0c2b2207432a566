import { type LiveFrame, type LocationLevel, liveCloseCodes, type LiveTopic } from '@muster/contracts';
import type { StoredEvent } from '../../../platform/events/port.ts';
import type { Unsubscribe } from '../../../platform/realtime/port.ts';
import type { Ports } from '../../../platform/service.ts';
import { isToldOf } from '../rules/audience.ts';
import { type Happening, type HappeningFact, happeningsOf, happeningTypes } from '../rules/happenings.ts';
import { readAccess, readEndedSignIns, readLevelsOf } from './access-store.ts';
import type { Connection } from './connection.ts';
import { isAfter } from './cursor-order.ts';

export type HubPorts = Pick<Ports, 'database' | 'events' | 'realtime' | 'clock' | 'telemetry'>;

/** Facts that the hub acts on besides those it tells. */
export const accessTypes = ['users.access-changed', 'auth.session-ended'] as const;
export const liveTypes = [...happeningTypes, ...accessTypes] as const;
export type LiveFact = StoredEvent<(typeof liveTypes)[number]>;

/** The channel of an organization: every gateway that holds one of its sockets listens to it. */
export const channelOf = (orgId: string): string => `live.${orgId}`;

/** More than this since the cursor is not replayed; loading the lists anew is cheaper. */
const maxReplay = 2_000;

interface Room {
  readonly connections: Set<Connection>;
  readonly leave: Unsubscribe;
}

/** The sockets of this process by organization; hears every fact once and tells it to whoever may know. */
export class LiveHub {
  readonly #ports: HubPorts;
  readonly #rooms = new Map<string, Promise<Room>>();

  constructor(ports: HubPorts) {
    this.#ports = ports;
  }

  async join(connection: Connection): Promise<void> {
    const { orgId } = connection.actor;
    let room = this.#rooms.get(orgId);
    if (room === undefined) {
      room = this.#open(orgId);
      this.#rooms.set(orgId, room);
    }
    (await room).connections.add(connection);
  }

  async leave(connection: Connection): Promise<void> {
    const { orgId } = connection.actor;
    const room = await this.#rooms.get(orgId);
    if (room === undefined) return;
    room.connections.delete(connection);
    if (room.connections.size > 0) return;
    this.#rooms.delete(orgId);
    await room.leave();
  }

  async connections(): Promise<Connection[]> {
    const rooms = await Promise.all(this.#rooms.values());
    return rooms.flatMap(({ connections }) => [...connections]);
  }

  /** Sends what happened after the cursor, then goes on with what happens; between the two nothing is lost or doubled. */
  async subscribe(connection: Connection, topics: readonly LiveTopic[], cursor: string | undefined): Promise<void> {
    connection.topics = new Set(topics);
    connection.held = [];
    const { database, events } = this.#ports;
    const { orgId } = connection.actor;
    connection.access = await database.inOrganization('gateway', orgId, (tx) => readAccess(tx, connection.actor));
    const now = await events.currentCursor();
    const missed = cursor === undefined ? null : await this.#missedSince(orgId, cursor);
    const held = connection.held;
    connection.held = null;
    connection.send({ type: 'subscribed', cursor: missed === null ? now : (cursor ?? now), resumed: missed !== null });
    let last = missed === null ? now : (cursor ?? now);
    for (const fact of missed ?? []) {
      this.#tell(connection, fact.cursor, happeningsOf(fact as HappeningFact));
      last = fact.cursor;
    }
    for (const frame of held) if (frame.type === 'event' && isAfter(frame.cursor, last)) connection.send(frame);
  }

  /** Sockets whose sign-in has ended are closed, also when the event of it went astray. */
  async closeEnded(): Promise<void> {
    for (const [orgId, opening] of this.#rooms) {
      const { connections } = await opening;
      const sessionIds = [...connections].map(({ actor }) => actor.sessionId);
      if (sessionIds.length === 0) continue;
      const ended = new Set(
        await this.#ports.database.inOrganization('gateway', orgId, (tx) => readEndedSignIns(tx, sessionIds)),
      );
      for (const connection of connections) {
        if (ended.has(connection.actor.sessionId))
          connection.close(liveCloseCodes.notSignedIn, 'the session has ended');
      }
    }
  }

  async #open(orgId: string): Promise<Room> {
    const connections = new Set<Connection>();
    const leave = await this.#ports.realtime.subscribe(channelOf(orgId), (message) => {
      this.#hear(orgId, connections, message as LiveFact).catch((error: unknown) =>
        this.#ports.telemetry.log.error({ err: error }, 'a live fact could not be told'),
      );
    });
    return { connections, leave };
  }

  async #hear(orgId: string, connections: ReadonlySet<Connection>, fact: LiveFact): Promise<void> {
    switch (fact.type) {
      case 'auth.session-ended':
        for (const connection of connections) {
          if (connection.actor.sessionId === fact.payload.sessionId) {
            connection.close(liveCloseCodes.notSignedIn, 'the session has ended');
          }
        }
        return;
      case 'users.access-changed': {
        const { userId } = fact.payload;
        await this.#reload(
          orgId,
          [...connections].filter(({ actor }) => userId === null || actor.userId === userId),
        );
        return;
      }
      case 'attendance.exited':
        // Before anything else: from this moment staff see nothing more.
        this.#endSession(connections, fact.payload.memberId);
    }
    const happenings = happeningsOf(fact);
    for (const connection of connections) this.#tell(connection, fact.cursor, happenings);
    if (changesLevels(fact)) await this.#refreshLevels(orgId, connections, fact.payload.memberId);
  }

  #tell(connection: Connection, cursor: string, happenings: readonly Happening[]): void {
    for (const each of happenings) {
      if (!connection.topics.has(each.topic) || !isToldOf(each, connection.access)) continue;
      if (each.audience.kind === 'location') connection.watched.add(each.audience.memberId);
      const frame: LiveFrame = { type: 'event', cursor, topic: each.topic, happening: each.happening };
      connection.send(frame);
    }
  }

  #endSession(connections: ReadonlySet<Connection>, memberId: string): void {
    for (const connection of connections) {
      const { role, userId } = connection.actor;
      if (role === 'guardian' || userId === memberId) continue;
      setLevel(connection, memberId, undefined);
    }
  }

  async #refreshLevels(orgId: string, connections: ReadonlySet<Connection>, memberId: string): Promise<void> {
    const watchers = [...connections].filter(({ topics }) => topics.has('location'));
    if (watchers.length === 0) return;
    const viewerIds = [...new Set(watchers.map(({ actor }) => actor.userId))];
    const levels = await this.#ports.database.inOrganization('gateway', orgId, (tx) =>
      readLevelsOf(tx, memberId, viewerIds),
    );
    for (const connection of watchers) setLevel(connection, memberId, levels.get(connection.actor.userId));
  }

  async #reload(orgId: string, connections: readonly Connection[]): Promise<void> {
    for (const connection of connections) {
      connection.access = await this.#ports.database.inOrganization('gateway', orgId, (tx) =>
        readAccess(tx, connection.actor),
      );
      connection.send({ type: 'access-changed' });
    }
  }

  /** Null when the cursor is too old, or too much has happened. */
  async #missedSince(orgId: string, cursor: string): Promise<StoredEvent[] | null> {
    try {
      const missed = await this.#ports.events.readSince(orgId, cursor, happeningTypes, maxReplay + 1);
      return missed.length > maxReplay ? null : missed;
    } catch (error) {
      // A cursor that is malformed or expired is the client's to repair: it loads the lists.
      this.#ports.telemetry.log.debug({ err: error }, 'a cursor could not be resumed');
      return null;
    }
  }
}

const setLevel = (connection: Connection, memberId: string, level: LocationLevel | undefined): void => {
  if (level === undefined) connection.access.levels.delete(memberId);
  else connection.access.levels.set(memberId, level);
};

/** Sessions open and close access, and an open excursion raises a supervisor's level. */
const changesLevels = (
  fact: LiveFact,
): fact is StoredEvent<'attendance.entered' | 'attendance.exited' | 'geo.excursion-opened' | 'geo.excursion-closed'> =>
  fact.type === 'attendance.entered' ||
  fact.type === 'attendance.exited' ||
  fact.type === 'geo.excursion-opened' ||
  fact.type === 'geo.excursion-closed';
