import { type LiveFrame, type LiveHappening, liveFrame, liveSubprotocol, type LiveTopic } from '@muster/contracts';
import { baseUrl, type Session } from './client.ts';

type EventFrame = Extract<LiveFrame, { type: 'event' }>;
type HappeningOf<Kind extends LiveHappening['kind']> = Extract<LiveHappening, { kind: Kind }>;

/** Nothing here is measured by this: it only ends tests that wait for what does not come. */
const generousMs = 20_000;

/** One live socket that remembers everything it was told and checks it against the contract. */
export class LiveClient {
  readonly frames: LiveFrame[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;
  readonly #opened: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #broken: unknown;

  constructor(session: Pick<Session, 'accessToken'>, url: string = baseUrl()) {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/live`, [
      liveSubprotocol,
      `bearer.${session.accessToken}`,
    ]);
    this.#socket = socket;
    this.#opened = new Promise((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error('The live socket did not open.')));
    });
    // Nobody may be waiting for it.
    this.#opened.catch(() => undefined);
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
    });
    socket.addEventListener('message', ({ data }) => this.#hear(String(data)));
  }

  /** Opens a socket and subscribes; resolves when the server has said so. */
  static async open(
    session: Pick<Session, 'accessToken'>,
    topics: readonly LiveTopic[],
    cursor?: string,
    url: string = baseUrl(),
  ): Promise<LiveClient> {
    const client = new LiveClient(session, url);
    await client.#opened;
    client.say({ type: 'subscribe', topics, ...(cursor === undefined ? {} : { cursor }) });
    await client.until(() => client.frames.find((frame) => frame.type === 'subscribed'), 'the subscription');
    return client;
  }

  get opened(): Promise<void> {
    return this.#opened;
  }

  say(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  close(): void {
    this.#socket.close();
  }

  get events(): EventFrame[] {
    return this.frames.filter((frame) => frame.type === 'event');
  }

  /** Where to go on after a pause. */
  get cursor(): string {
    const last = this.frames.findLast((frame) => frame.type === 'event' || frame.type === 'subscribed');
    if (last === undefined || !('cursor' in last)) throw new Error('Nothing was heard yet.');
    return last.cursor;
  }

  happenings<Kind extends LiveHappening['kind']>(kind: Kind): HappeningOf<Kind>[] {
    return this.events
      .map(({ happening }) => happening)
      .filter((happening): happening is HappeningOf<Kind> => happening.kind === kind);
  }

  /** The first happening of a kind that fits, whether it has come already or still comes. */
  heard<Kind extends LiveHappening['kind']>(
    kind: Kind,
    fits: (happening: HappeningOf<Kind>) => boolean = () => true,
  ): Promise<HappeningOf<Kind>> {
    return this.until(() => this.happenings(kind).find(fits), `"${kind}"`);
  }

  /** Resolves with what `look` finds, looking again after every frame. */
  until<Found>(look: () => Found | undefined, what: string): Promise<Found> {
    return new Promise((resolve, reject) => {
      const attempt = (): void => {
        const found = this.#broken === undefined ? look() : undefined;
        if (found === undefined && this.#broken === undefined) return;
        settle();
        if (found === undefined) reject(this.#broken instanceof Error ? this.#broken : new Error('Broken frame.'));
        else resolve(found);
      };
      const overdue = setTimeout(() => {
        settle();
        reject(new Error(`${what} did not come. Heard: ${JSON.stringify(this.frames.slice(-10))}`));
      }, generousMs);
      const settle = (): void => {
        clearTimeout(overdue);
        this.#waiting.delete(attempt);
      };
      this.#waiting.add(attempt);
      attempt();
    });
  }

  #hear(text: string): void {
    try {
      const frame = liveFrame.parse(JSON.parse(text));
      this.frames.push(frame);
      if (frame.type === 'ping') this.say({ type: 'pong' });
    } catch (error) {
      this.#broken = error;
    }
    for (const attempt of this.#waiting) attempt();
  }
}
