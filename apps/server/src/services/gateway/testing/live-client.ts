import { type LiveFrame, liveFrame, type LiveHappening, liveSubprotocol, type LiveTopic } from '@muster/contracts';
import { WebSocket } from 'ws';

type HappeningOf<Kind extends LiveHappening['kind']> = Extract<LiveHappening, { kind: Kind }>;
export type EventFrame = Extract<LiveFrame, { type: 'event' }>;

/** Ends tests that wait for what does not come. */
const generousMs = 10_000;

/** One live socket that remembers what it was told. */
export class LiveClient {
  readonly frames: LiveFrame[] = [];
  /** The status of the refusal, or null when the socket opened. */
  readonly opened: Promise<number | null>;
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #looks = new Set<() => void>();

  constructor(url: string, token: string | null, headers: Record<string, string> = {}) {
    const protocols = token === null ? [liveSubprotocol] : [liveSubprotocol, `bearer.${token}`];
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/live`, protocols, { headers });
    this.#socket = socket;
    this.opened = new Promise((resolve) => {
      socket.on('open', () => resolve(null));
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    });
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      this.frames.push(liveFrame.parse(JSON.parse(data.toString())));
      for (const look of this.#looks) look();
    });
  }

  say(request: unknown): void {
    this.#socket.send(typeof request === 'string' ? request : JSON.stringify(request));
  }

  /** Resolves when the server has said that it is subscribed; says whether it could resume. */
  async subscribe(topics: readonly LiveTopic[], cursor?: string): Promise<boolean> {
    await this.opened;
    const already = this.frames.filter(({ type }) => type === 'subscribed').length;
    this.say({ type: 'subscribe', topics, ...(cursor === undefined ? {} : { cursor }) });
    return this.until(() => {
      const answer = this.frames.filter((frame) => frame.type === 'subscribed')[already];
      return answer === undefined ? undefined : answer.resumed;
    });
  }

  get events(): EventFrame[] {
    return this.frames.filter((frame) => frame.type === 'event');
  }

  get cursor(): string {
    const last = this.frames.findLast((frame) => frame.type === 'event' || frame.type === 'subscribed');
    if (last === undefined || !('cursor' in last)) throw new Error('Nothing was heard yet.');
    return last.cursor;
  }

  happenings<Kind extends LiveHappening['kind']>(kind: Kind): HappeningOf<Kind>[] {
    return this.events
      .map(({ happening }) => happening)
      .filter((each): each is HappeningOf<Kind> => each.kind === kind);
  }

  /** Stops reading, as a phone in a tunnel does. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Breaks off without a word. */
  async cut(): Promise<void> {
    this.#socket.terminate();
    await this.closed;
  }

  /** Resolves with what `look` finds, looking again after every frame. */
  until<Found>(look: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const attempt = (): void => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(overdue);
        this.#looks.delete(attempt);
        resolve(found);
      };
      const overdue = setTimeout(() => {
        this.#looks.delete(attempt);
        reject(new Error(`It did not come. Last heard: ${JSON.stringify(this.frames.slice(-5))}`));
      }, generousMs);
      this.#looks.add(attempt);
      attempt();
    });
  }
}
