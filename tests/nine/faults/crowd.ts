import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text as body } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveFrame, type LiveTopic, liveSubprotocol, routes } from '@muster/contracts';
import { reconnectDelayMs } from '../../../apps/web/src/api/reconnect-delay.ts';
import { demoPassword, type Session, signIn } from '../../acceptance/client.ts';
import { note, type Seen } from './actors.ts';

/** What a rolling restart promises: whoever was sent away is back after this. */
const backWithinMs = 30_000;
const socketsEach = 10;

/** A live socket that comes back by itself, and goes on where it was. */
export class Listener {
  /** Of members whose punches were heard, each as often as it was heard. */
  readonly heard: string[] = [];
  readonly #session: Session;
  readonly #url: string;
  #socket: WebSocket | undefined;
  #cursor: string | undefined;
  #retryAfterMs: number | undefined;
  #attempt = 0;
  #awaySince: number | undefined = performance.now();
  #longestAwayMs = 0;
  #closed = false;

  constructor(session: Session, url: string) {
    this.#session = session;
    this.#url = `${url.replace(/^http/, 'ws')}/v1/live`;
    this.#connect();
  }

  get isBack(): boolean {
    return this.#awaySince === undefined;
  }

  get longestAwayMs(): number {
    return Math.max(this.#longestAwayMs, this.#awaySince === undefined ? 0 : performance.now() - this.#awaySince);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, [liveSubprotocol, `bearer.${this.#session.accessToken}`]);
    this.#socket = socket;
    const topics: LiveTopic[] = ['attendance'];
    socket.addEventListener('open', () =>
      socket.send(JSON.stringify({ type: 'subscribe', topics, ...(this.#cursor && { cursor: this.#cursor }) })),
    );
    socket.addEventListener('message', ({ data }) => this.#hear(socket, JSON.parse(String(data)) as LiveFrame));
    socket.addEventListener('close', () => {
      if (this.#closed) return;
      this.#awaySince ??= performance.now();
      // As the web app does it: told when, or later and later.
      const delayMs = this.#retryAfterMs ?? reconnectDelayMs(this.#attempt, Math.random());
      if (this.#retryAfterMs === undefined) this.#attempt += 1;
      this.#retryAfterMs = undefined;
      setTimeout(() => this.#closed || this.#connect(), delayMs);
    });
    socket.addEventListener('error', () => undefined);
  }

  #hear(socket: WebSocket, frame: LiveFrame): void {
    if (frame.type === 'ping') socket.send('{"type":"pong"}');
    if (frame.type === 'restarting') this.#retryAfterMs = frame.retryAfterMs;
    if (frame.type === 'subscribed') {
      if (this.#cursor !== undefined && !frame.resumed) this.heard.push('a gap');
      if (this.#awaySince !== undefined && this.#cursor !== undefined) {
        this.#longestAwayMs = Math.max(this.#longestAwayMs, performance.now() - this.#awaySince);
      }
      this.#awaySince = undefined;
      this.#attempt = 0;
    }
    if (frame.type === 'subscribed' || frame.type === 'event') this.#cursor = frame.cursor;
    if (frame.type === 'event' && frame.happening.kind === 'punched') this.heard.push(frame.happening.memberId);
  }
}

export interface Crowd {
  readonly sockets: number;
  /** Sentences about sockets that did not come back, or missed a punch of these members. */
  violations(entered: readonly string[]): Promise<string[]>;
  close(): void;
}

/**
 * Sockets of many members, who hear of themselves alone, and of staff, who hear every punch.
 * @param numbers of members, ten sockets each
 */
export const openCrowd = async (numbers: readonly string[], url: string): Promise<Crowd> => {
  const sessions: Session[] = [];
  // Signing in is slow on purpose: a few at a time.
  for (const number of numbers) {
    sessions.push(await signIn(number, demoPassword, { deviceId: randomUUID(), name: 'Crowd' }, url));
  }
  const principal = await signIn('principal@lindenhof.example', demoPassword, undefined, url);
  const staff = Array.from({ length: socketsEach }, () => new Listener(principal, url));
  const members = sessions.flatMap((session) => Array.from({ length: socketsEach }, () => new Listener(session, url)));
  const all = [...staff, ...members];
  await until(() => all.every(({ isBack }) => isBack));
  return {
    sockets: all.length,
    violations: async (entered) => {
      await until(
        () =>
          all.every(({ isBack }) => isBack) && staff.every(({ heard }) => entered.every((one) => heard.includes(one))),
      );
      const late = all.filter(({ longestAwayMs }) => longestAwayMs > backWithinMs).length;
      const deaf = staff.filter(({ heard }) => entered.some((one) => !heard.includes(one))).length;
      const twice = staff.filter(({ heard }) => new Set(heard).size !== heard.length).length;
      return [
        ...(late > 0 ? [`${late} of ${all.length} sockets were away for more than ${backWithinMs / 1000} s`] : []),
        ...(deaf > 0 ? [`${deaf} sockets missed a punch`] : []),
        ...(twice > 0 ? [`${twice} sockets heard a punch twice, or had a gap`] : []),
      ];
    },
    close: () => {
      for (const listener of all) listener.close();
    },
  };
};

const until = async (condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + backWithinMs;
  while (!condition() && performance.now() < deadline) await sleep(50);
};

/** So many requests a second, evenly, whoever still waits for an answer. */
export const askSteadily = async (
  session: Session,
  perSecond: number,
  url: string,
  seen: Seen,
  signal: AbortSignal,
): Promise<void> => {
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  for (let sent = 0; !signal.aborted; sent += 1) {
    await sleep(Math.max(0, startedAt + (sent * 1_000) / perSecond - performance.now()));
    const asked = ask(session, url, seen).finally(() => pending.delete(asked));
    pending.add(asked);
  }
  await Promise.all(pending);
};

/** Not by `fetch`, which costs as much as the answer: those who ask share two cores with those who answer. */
const connections = new Agent({ keepAlive: true, maxSockets: 500 });

const ask = async (session: Session, url: string, seen: Seen): Promise<void> => {
  try {
    const { method, path } = routes.whoAmI;
    const asked = request(`${url}${path}`, {
      method,
      agent: connections,
      headers: { authorization: `Bearer ${session.accessToken}` },
      signal: AbortSignal.timeout(30_000),
    }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await body(response);
    note(seen, `steady ${response.statusCode}`);
  } catch {
    note(seen, 'steady no answer');
  }
};
