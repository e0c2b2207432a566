import type { LiveTopic } from '@muster/contracts';
import type { Unsubscribe } from '../../../platform/realtime/port.ts';
import type { Ports } from '../../../platform/service.ts';
import type { Connection } from './connection.ts';
import { channelOf, type LiveFact } from './live-fact.ts';
import { Room, type RoomPorts } from './room.ts';
import { Watching } from './watching.ts';

const maxSocketsPerUser = 10;

interface OpenRoom {
  readonly room: Room;
  readonly leave: Unsubscribe;
}

/** The sockets of this process; listens to the facts of an organization as long as somebody of it is here. */
export class LiveHub {
  readonly watching = new Watching();
  readonly #ports: RoomPorts & Pick<Ports, 'realtime'>;
  readonly #rooms = new Map<string, Promise<OpenRoom>>();

  constructor(ports: RoomPorts & Pick<Ports, 'realtime'>) {
    this.#ports = ports;
  }

  /** Resolves with false when the user has too many sockets already. */
  async join(connection: Connection): Promise<boolean> {
    const { orgId, userId } = connection.actor;
    for (;;) {
      const opening = this.#rooms.get(orgId) ?? this.#open(orgId);
      const { connections } = (await opening).room;
      // The last one may have left, and taken the room along, while we waited.
      if (this.#rooms.get(orgId) !== opening) continue;
      const others = [...connections].filter((other) => other.actor.userId === userId);
      if (others.length >= maxSocketsPerUser) return false;
      connections.add(connection);
      return true;
    }
  }

  async leave(connection: Connection): Promise<void> {
    const { orgId } = connection.actor;
    const opening = this.#rooms.get(orgId);
    if (opening === undefined) return;
    const { room, leave } = await opening;
    room.connections.delete(connection);
    if (room.connections.size > 0 || this.#rooms.get(orgId) !== opening) return;
    this.#rooms.delete(orgId);
    await leave();
  }

  async subscribe(connection: Connection, topics: readonly LiveTopic[], cursor: string | undefined): Promise<void> {
    const opened = await this.#rooms.get(connection.actor.orgId);
    await opened?.room.subscribe(connection, topics, cursor);
  }

  async connections(): Promise<Connection[]> {
    return (await this.#openRooms()).flatMap(({ connections }) => [...connections]);
  }

  async check(): Promise<void> {
    for (const room of await this.#openRooms()) await room.check();
  }

  async #openRooms(): Promise<Room[]> {
    return (await Promise.all(this.#rooms.values())).map(({ room }) => room);
  }

  #open(orgId: string): Promise<OpenRoom> {
    const room = new Room(orgId, this.#ports, this.watching);
    const hear = (message: unknown): void => room.hear(message as LiveFact);
    const missed = (): void => room.missed();
    const opening = this.#ports.realtime.subscribe(channelOf(orgId), hear, missed).then((leave) => ({ room, leave }));
    this.#rooms.set(orgId, opening);
    // Whoever comes next tries again.
    opening.catch(() => this.#rooms.delete(orgId));
    return opening;
  }
}
